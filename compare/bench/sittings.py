"""The sittings that are kept, and whether two of them agree."""

import json
from pathlib import Path

from compare import ROOT
from compare.bench.figures import (
    Results,
    find_ratio,
    measure_noise,
    operations_of,
    others,
)
from compare.bench.interval import Interval
from compare.bench.verdict import agree

FOLDER = ROOT / "results"
SCHEMA = 4  # of the files; those of another are left alone


def read_sittings(folder: Path = FOLDER) -> list[tuple[Path, Results]]:
    """Return all sittings that were kept, the oldest first."""
    found = []
    for path in sorted(folder.glob("bench-*.json")):
        results = json.loads(path.read_text("utf-8"))
        if results.get("schema") == SCHEMA:
            found.append((path, results))
    return found


def read_last(kind: str, folder: Path = FOLDER) -> Results | None:
    """Return the last curves or latency that were not a smoke run."""
    for path in sorted(folder.glob(f"{kind}-*.json"), reverse=True):
        results = json.loads(path.read_text("utf-8"))
        known = results.get("schema") == SCHEMA and "points" in results
        if known and results["plan"]["mode"] != "smoke":
            return results
    return None


def earlier(path: Path) -> Results | None:
    """Return the last fit sitting of the same kind before one, or None."""
    sittings = dict(read_sittings(path.parent))
    own = sittings.pop(path)
    alike = [
        results
        for before, results in sittings.items()
        if before < path
        and kind_of(results) == kind_of(own)
        and not results["failed"]
        and measure_noise(results).fit
    ]
    return alike[-1] if alike else None


def kind_of(results: Results) -> tuple:
    """Return what two sittings must share to be compared."""
    return (
        results["plan"]["mode"],
        tuple(results["arms"]),
        results["machine"]["cpu"],
        results["versions"]["revision"],
    )


def shared_ratios(
    results: Results, other: Results
) -> dict[tuple[str, str], tuple[Interval, Interval]]:
    """Return the ratios that both sittings have, by arm and operation."""
    return {
        (arm, operation): (one, two)
        for operation in operations_of(results)
        if operation in operations_of(other)
        for arm in others(results)
        if (one := find_ratio(results, arm, operation))
        and (two := find_ratio(other, arm, operation))
    }


def disagreements(results: Results, other: Results) -> list[str]:
    """Name the ratios that two sittings see differently."""
    return [
        f"{operation} of {arm}"
        for (arm, operation), pair in shared_ratios(results, other).items()
        if not agree(*pair)
    ]

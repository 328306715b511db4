"""The page of the benchmark, from hand-made sittings."""

import json
from pathlib import Path
from typing import Any

import pytest

from compare.bench.sittings import SCHEMA
from compare.ledger.capabilities import load
from compare.report import benchmark
from compare.report.build import shared
from compare.report.material import Material
from compare.report.site import Site

ARMS = {"stdlib": 1.0, "flask": 2.0, "stdlib again": 1.0}
WOBBLE = {1: 1.001, 2: 0.999, 3: 1.0}  # of stdlib again, by round


def sitting(day: int, flask: float, **more: Any) -> dict[str, Any]:
    """Make a sitting in which Flask has this ratio."""
    windows = [
        {
            "round": number,
            "arm": arm,
            "operation": "show_bookmark",
            "requests": 1000,
            "seconds": 2.0,
            "server_cpu": 1.5 * (flask if arm == "flask" else 1.0) * wobble,
            "tries": 1,
            "halves": (1.0, 1.0),
            "generator_cpu": 1.0,
            "memory_bytes": 1,
            "stolen": 0.0,
            "others": 0.0,
        }
        for arm in ARMS
        for number, chance in WOBBLE.items()
        for wobble in [chance if arm == "stdlib again" else 1.0]
    ]
    return {
        "schema": SCHEMA,
        "started": f"2026-01-0{day}T00:00:00+00:00",
        "plan": {"mode": "default"},
        "rounds": 3,
        "versions": {"flask": "3", "revision": "abc"},
        "machine": {"cpu": "x", "cores": 2, "python": "3.11"},
        "memory_kind": "PSS",
        "baseline": "stdlib",
        "again": "stdlib again",
        "arms": {arm: {"WORKERS": "1"} for arm in ARMS},
        "failed": {},
        "windows": windows,
        **more,
    }


def page(folder: Path, **results: dict[str, Any]) -> str:
    """Write the page from some results."""
    for name, document in results.items():
        path = folder / f"{name.replace('_', '-')}.json"
        path.write_text(json.dumps(document), "utf-8")
    material = Material(folder, load())
    site = Site(folder / "report", shared(material))
    benchmark.write(site, material)
    return (site.target / "benchmark.html").read_text("utf-8")


def test_what_was_not_measured_is_named_with_its_command(
    tmp_path: Path,
) -> None:
    """Nothing is there, and the page says how to get it."""
    text = page(tmp_path)
    for command in ("bench", "curves", "latency"):
        assert f"<code>make {command}</code>" in text


@pytest.mark.parametrize(
    ("other", "agreeing", "marks"), [(2.0, "1 of 1", 0), (3.0, "0 of 1", 1)]
)
def test_two_sittings_stand_side_by_side(
    tmp_path: Path, other: float, agreeing: str, marks: int
) -> None:
    """What only one of them saw is marked, and both are counted."""
    text = page(tmp_path, bench_1=sitting(1, other), bench_2=sitting(2, 2.0))
    assert f"{agreeing} ratios agree with the sitting of 2026-01-01" in text
    assert text.count('class="earlier"') == 1
    assert text.count(">one run only<") == marks
    assert "×2.00 (2.00–2.00)" in text
    assert "75% / 50%" in text


def test_curves_and_delays_are_drawn(tmp_path: Path) -> None:
    """Each point is a mark, and the commands are no longer named."""
    curves = [
        {"axis": "rows", "at": at, "operation": "search", "name": f"x{at}"}
        for at in (100, 1000)
    ]
    rates = [
        {"operation": name, "rate": rate, "name": f"{name} {rate}"}
        for name in ("show_bookmark", "list_bookmarks", "create_bookmark")
        for rate in (10.0, 20.0)
    ]
    found = {}
    for kind, points in (("curves_1", curves), ("latency_1", rates)):
        document = sitting(1, 2.0, points=points)
        document["windows"] = [
            window
            | {"operation": point["name"]}
            | {"due": 100, "delay_ms": [1.0, 2.0, 3.0], "late_ms": 0.1}
            for point in points
            for window in document["windows"]
            if window["arm"] != "stdlib again"
        ]
        document["arms"] = {"stdlib": {}, "flask": {}}
        found[kind] = document
    text = page(tmp_path, **found)
    assert text.count("<svg") == 4
    assert text.count("<circle") == 2 * 2 + 3 * 2 * 3 * 2
    assert "<code>make bench</code>" in text
    assert "make curves" not in text
    assert "make latency" not in text

"""Judge implementations by a run of the suite, and write that down."""

import json
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from compare import IMPLEMENTATIONS, ROOT
from compare.ledger.capabilities import Capabilities, Cell, folder_of, load
from compare.ledger.executed import read_records
from compare.ledger.proof import Evidence, Judge, complaints, summary
from compare.ledger.sources import named_places
from compare.ledger.suite import Moved, Red, files_to_run, record

AT_ONCE = os.cpu_count() or 1


def prove(names: Sequence[str], only: Sequence[str]) -> tuple[list[str], str]:
    """Prove implementations; return what is untrue, and a summary."""
    found = load()
    chosen = [c for c in found.rows if not only or c in only]
    known = named_places(found)
    with Progress(console=Console(stderr=True)) as progress:
        bars = {n: progress.add_task(n, total=None) for n in names}

        def one(name: str) -> tuple[dict[str, Evidence], list[str]]:
            def moved(done: int, total: int) -> None:
                progress.update(bars[name], completed=done, total=total)

            return examine(found, name, chosen, bool(only), known, moved)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = dict(zip(names, pool.map(one, names), strict=True))
    proofs = {name: proof for name, (proof, _) in done.items()}
    if not only and {*names} == {*IMPLEMENTATIONS}:
        write(proofs, chosen)
    untrue = [
        complaint
        for name, proof in proofs.items()
        for chapter, evidence in proof.items()
        for complaint in complaints(chapter, name, evidence)
    ]
    told = summary(e for p in proofs.values() for e in p.values())
    red = [f"{name}: {test}" for name in done for test in done[name][1]]
    return untrue, f"{told}\nred while recorded: {', '.join(red) or 'none'}"


def examine(
    found: Capabilities,
    name: str,
    chapters: list[str],
    part: bool,
    known: dict[str, Any],
    moved: Moved,
) -> tuple[dict[str, Evidence], list[str]]:
    """Run the tests of one implementation and judge its cells.

    Returns as well which tests were red; raises Red where they could not
    run, or a cell has something to run and nothing was recorded.
    """
    cells, red = found.cells(name), []
    with tempfile.TemporaryDirectory(prefix="proof-") as temporary:
        folder = Path(temporary)
        if files := files_to_run(name, chapters if part else []):
            red = record(name, files, folder, moved)
        ran = read_records(folder)
    tested = [c for c in chapters if c in ran.tests]
    silent = [c for c in chapters if c not in tested and has_work(cells[c])]
    if silent:
        raise Red(f"{name}: nothing was recorded of {', '.join(silent)}")
    postgres = map(str, found.postgres)
    judge = Judge(name, folder_of(name), ran, known, postgres)
    return {c: judge.judge(c, cells[c]) for c in tested}, red


def has_work(cell: Cell) -> bool:
    """Tell whether a cell says of anything that it runs."""
    return bool(cell.code) or any(r.source for r in cell.remarks)


def write(proofs: dict[str, dict[str, Evidence]], chapters: list[str]) -> None:
    """Write results/proof.json."""
    document = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            source["distribution"]: source["version"]
            for proof in proofs.values()
            for evidence in proof.values()
            for source in evidence.sources.values()
        },
        "capabilities": {
            chapter: {
                name: {
                    "entered": proof[chapter].entered,
                    "sources": proof[chapter].sources,
                    "lines": proof[chapter].lines,
                }
                for name, proof in proofs.items()
                if chapter in proof
            }
            for chapter in chapters
        },
    }
    path = ROOT / "results" / "proof.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")

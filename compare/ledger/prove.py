"""Run the suite with a recorder in its servers, and judge what ran."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from compare import ROOT
from compare.ledger.capabilities import Capabilities, folder_of, load
from compare.ledger.executed import read_records
from compare.ledger.places import places
from compare.ledger.proof import Evidence, Judge, complaints, summary
from compare.ledger.sources import named_sources

AT_ONCE = os.cpu_count() or 1
ADMIN = {"django": ["tests/unit/test_admin.py"]}  # no rule asks for it
PASSED, FAILED = 0, 1  # exit statuses of pytest
Moved = Callable[[int, int], None]


class Red(Exception):
    """Holds what the suite said, when it could not run."""


def prove(names: Sequence[str], only: Sequence[str]) -> tuple[list[str], str]:
    """Prove implementations; return what is untrue, and a summary."""
    found = load()
    chosen = [c for c in found.rows if not only or c in only]
    symbols = {source.name for _, _, source in named_sources(found)}
    known = places(sorted(symbols))
    with Progress(console=Console(stderr=True)) as progress:
        bars = {n: progress.add_task(n, total=None) for n in names}

        def one(name: str) -> dict[str, Evidence]:
            def moved(done: int, total: int) -> None:
                progress.update(bars[name], completed=done, total=total)

            return examine(found, name, chosen, bool(only), known, moved)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            proofs = dict(zip(names, pool.map(one, names), strict=True))
    write(proofs, chosen)
    untrue = [
        complaint
        for name, proof in proofs.items()
        for chapter, evidence in proof.items()
        for complaint in complaints(chapter, name, evidence)
    ]
    return untrue, summary(e for p in proofs.values() for e in p.values())


def examine(
    found: Capabilities,
    name: str,
    chapters: list[str],
    part: bool,
    known: dict[str, Any],
    moved: Moved,
) -> dict[str, Evidence]:
    """Run the tests of one implementation and judge its cells."""
    cells = found.cells(name)
    with tempfile.TemporaryDirectory(prefix="proof-") as temporary:
        folder = Path(temporary)
        record(name, test_files(name, chapters if part else []), folder, moved)
        ran = read_records(folder)
    postgres = map(str, found.postgres)
    judge = Judge(name, folder_of(name), ran, known, postgres)
    tested = [c for c in chapters if c in ran.tests]
    return {c: judge.judge(c, cells[c]) for c in tested}


def test_files(name: str, chapters: Sequence[str]) -> list[str]:
    """Return the files to run: those of some chapters, or all."""
    files = sorted(path.name for path in (ROOT / "tests").glob("test_*.py"))
    wanted = [f"test_{chapter}.py" for chapter in chapters]
    kept = [f"tests/{f}" for f in files if not wanted or f in wanted]
    return kept + (ADMIN.get(name, []) if not wanted else [])


def record(name: str, files: list[str], folder: Path, moved: Moved) -> None:
    """Run tests with the recorder; raises Red when they could not run.

    Whether they pass is for `make test` to say: a recorder takes time, and
    some tests look at the clock.
    """
    env = {
        **os.environ,
        "IMPL": name,
        "PROOF_FOLDER": str(folder),
        "RESULTS": str(folder / "tests.jsonl"),
        "CAP": "",
        "URL": "",
        "TEST_POSTGRES_URL": "",
    }
    options = ["-q", "--no-header", "-p", "no:cacheprovider"]
    plugin = ["-p", "compare.ledger.recording"]
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *plugin, *files],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
        try:
            watch(process, folder / "progress", moved)
        finally:
            process.send_signal(signal.SIGINT)  # it ends its servers
            process.wait()
        if process.returncode not in (PASSED, FAILED):
            output.seek(0)
            raise Red(f"{name}:\n{output.read()[-4000:]}")


def watch(process: subprocess.Popen, progress: Path, moved: Moved) -> None:
    """Tell how far a run is, until it has ended."""
    while process.poll() is None:
        time.sleep(0.2)
        with suppress(OSError, ValueError):
            done, total = progress.read_text().split()
            moved(int(done), int(total))


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

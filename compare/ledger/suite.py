"""Run the suite against one implementation, with a recorder in its servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from compare import ROOT

# No rule asks for it, so it is tested elsewhere.
ADMIN = {"django": ["implementations/django/tests/test_admin.py"]}
PASSED, FAILED = 0, 1  # exit statuses of pytest
Moved = Callable[[int, int], None]


class Red(Exception):
    """Holds what the suite said, when it could not run."""


def files_to_run(name: str, chapters: Sequence[str]) -> list[str]:
    """Return the files to run: those of some chapters, or all."""
    files = sorted(path.name for path in (ROOT / "tests").glob("test_*.py"))
    wanted = [f"test_{chapter}.py" for chapter in chapters]
    kept = [f"tests/{f}" for f in files if not wanted or f in wanted]
    admin = not wanted or "admin" in chapters
    return kept + (ADMIN.get(name, []) if admin else [])


def record(
    name: str, files: list[str], folder: Path, moved: Moved
) -> list[str]:
    """Run tests with the recorder; raises Red when they could not run.

    Returns the names of those that were red. They are for `make test` to
    judge: a recorder takes time, and some tests look at the clock.
    """
    progress = folder / "progress"
    options = ["-q", "--no-header", "-p", "no:cacheprovider"]
    plugin = ["-p", "compare.ledger.recording"]
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *plugin, *files],
            cwd=ROOT,
            env=environment(name, folder),
            stdout=output,
            stderr=output,
        )
        try:
            watch(process, progress, moved)
        finally:
            process.send_signal(signal.SIGINT)  # it ends its servers
            process.wait()
        if process.returncode not in (PASSED, FAILED):
            output.seek(0)
            raise Red(f"{name}:\n{output.read()[-4000:]}")
    return progress.read_text().splitlines()[1:]


def environment(name: str, folder: Path) -> dict[str, str]:
    """Return the environment of a suite that is recorded."""
    return {
        **os.environ,
        "IMPL": name,
        "PROOF_FOLDER": str(folder),
        "RESULTS": str(folder / "tests.jsonl"),
        "CAP": "",
        "URL": "",
        "TEST_POSTGRES_URL": "",
    }


def watch(process: subprocess.Popen, progress: Path, moved: Moved) -> None:
    """Tell how far a run is, until it has ended."""
    while process.poll() is None:
        time.sleep(0.2)
        with suppress(OSError, ValueError, IndexError):
            done, total = progress.read_text().splitlines()[0].split()
            moved(int(done), int(total))

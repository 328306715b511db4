"""Break a copy of an implementation, and run the suite against it.

Each run is a process of its own, a fork: what this one has imported needs
no import there.
"""

import compileall
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path, PurePath
from typing import NoReturn

import pytest

from tests.faults import degenerate
from tests.faults.fault import FAULTS, Fault, broken_files
from tests.support import servers
from tests.support.report import ROOT

TESTS = Path(__file__).resolve().parent.parent
OTHERS = [f"--ignore={path}" for path in TESTS.iterdir() if path.is_dir()]
OPTIONS = ["-q", "-p", "no:cacheprovider", "--tb=no"]
ALL = [*OTHERS, str(TESTS)]
SECONDS = 180
STOPPING = 30
DATABASE = "migrated.db"
# What a migration depends on: with a fault there it has to run.
MIGRATION = {"cli", "migrating", "models", "settings", "storage", "wsgi"}


def prepare() -> None:
    """Set what all runs have in common, for this process and its children."""
    # With its bytecode kept, what is imported is there in half the time.
    for unwanted in ("IMPL", "URL", "CAP", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(unwanted, None)
    os.environ |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",  # or xdist's workers name sets differently
    }
    os.chdir(ROOT)


def assemble(implementation: str, folder: Path) -> Path:
    """Copy an implementation, with bytecode and a migrated database."""
    home = folder / implementation
    left = shutil.ignore_patterns("var", "tests", "__pycache__")
    shutil.copytree(
        servers.IMPLEMENTATIONS / implementation, home, ignore=left
    )
    compileall.compile_dir(home, quiet=1)
    server = servers.Server(str(home))
    server.migrate()
    server.stop()
    (home / DATABASE).write_bytes(servers.MIGRATED[server.command])
    return home


def migrates_as_ever(fault: Fault) -> bool:
    """Tell whether a fault is in nothing that a migration depends on."""
    paths = [PurePath(file) for file, _, _ in fault.edits]
    parts = {part for path in paths for part in path.with_suffix("").parts}
    return not parts & {"migrations", "management", *MIGRATION}


@contextmanager
def broken(fault: Fault, folder: Path) -> Iterator[Path]:
    """Give a copy of an assembled implementation with a fault in it."""
    home = folder / f"fault-{FAULTS.index(fault)}"
    shutil.copytree(folder / fault.implementation, home)
    try:
        for path, _, text in broken_files(fault, home):
            path.write_text(text, "utf-8")
        if not migrates_as_ever(fault):
            (home / DATABASE).unlink()
        yield home
    finally:
        shutil.rmtree(home)


def assemble_degenerate(name: str, folder: Path) -> Path:
    """Make an implementation of a server that understands nothing."""
    home = folder / name
    home.mkdir()
    run = home / "run"
    command = f'exec "{sys.executable}" "{degenerate.__file__}" {name} "$@"'
    run.write_text(f"#!/bin/sh\n{command}\n")
    run.chmod(0o755)
    return home


def run_suite(
    home: Path,
    results: Path,
    arguments: list[str],
    rules: Iterable[str] = (),
    chosen: Iterable[str] = (),
    smoke: bool = True,
    seconds: int = SECONDS,
) -> tuple[int, str] | None:
    """Run some tests against one implementation.

    Return the exit status and the output, None after too long a time.
    """
    variables = {
        "IMPL": str(home),
        "FAULT_RULES": " ".join(rules),
        "FAULT_TESTS": " ".join(chosen),
        "RESULTS": str(results),
        "SMOKE": str(int(smoke)),
    }
    base = f"--basetemp={results.with_suffix('.tmp')}"
    options = [*OPTIONS, "-p", "tests.faults.selection", base, *arguments]
    output = results.with_suffix(".log")
    process = get_context("fork").Process(
        target=run_pytest, args=(variables, options, output)
    )
    process.start()
    process.join(seconds)
    if process.is_alive():
        # Not kill(): pytest has servers to stop before it ends.
        os.kill(process.pid, signal.SIGINT)
        process.join(STOPPING)
        process.kill()
        return None
    return process.exitcode, output.read_text("utf-8", "replace")


def run_pytest(
    variables: dict[str, str], arguments: list[str], output: Path
) -> NoReturn:
    """Run pytest in this process, which is there for nothing else."""
    os.environ |= variables
    database = Path(variables["IMPL"]) / DATABASE
    if database.exists():
        run = str(servers.run_file(variables["IMPL"]))
        servers.MIGRATED[run] = database.read_bytes()
    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(pytest.main(arguments))

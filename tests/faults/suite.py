"""Run the suite, as far as it concerns one fault, in a process of its own.

That process is a fork: what this one has imported needs no import there.
"""

import compileall
import os
import shutil
import signal
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.report import ROOT

TESTS = Path(__file__).resolve().parent.parent
STDLIB = ROOT / "implementations" / "stdlib"
OTHERS = [f"--ignore={path}" for path in TESTS.iterdir() if path.is_dir()]
OPTIONS = ["-q", "-p", "no:cacheprovider", *OTHERS, str(TESTS)]
SECONDS = 180
STOPPING = 30


def assemble(folder: Path) -> Path:
    """Make an implementation of the standard library's and the faults."""
    home = folder / "tests" / "faults"
    left = shutil.ignore_patterns("var", "__pycache__")
    shutil.copytree(STDLIB, home, ignore=left)
    (home.parent / "__init__.py").touch()
    for file in (TESTS / "faults" / "run", *(TESTS / "faults").glob("*.py")):
        shutil.copy(file, home / file.name)
    compileall.compile_dir(home, quiet=1)
    return home


def prepare(home: Path) -> None:
    """Set what all runs have in common, for this process and its children."""
    # With its bytecode kept, what is imported is there in half the time.
    for unwanted in ("URL", "CAP", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(unwanted, None)
    os.environ |= {
        "IMPL": str(home),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",  # or xdist's workers name sets differently
    }
    os.chdir(ROOT)


def run_suite(
    name: str,
    rules: tuple[str, ...],
    results: Path,
    *more: str,
    seconds: int = SECONDS,
) -> tuple[int, str] | None:
    """Run the tests that concern some rules, against one fault.

    Return the exit status and the output, None after too long a time.
    """
    variables = {
        "FAULT": name,
        "FAULT_RULES": " ".join(rules),
        "RESULTS": str(results),
    }
    base = f"--basetemp={results.with_suffix('.tmp')}"
    options = [*OPTIONS, "-p", "tests.faults.selection", base, *more]
    output = results.with_suffix(".log")
    shown = None if "--tb=short" in more else output
    process = get_context("fork").Process(
        target=run_pytest, args=(variables, options, shown)
    )
    process.start()
    process.join(seconds)
    if process.is_alive():
        # Not kill(): pytest has servers to stop before it ends.
        os.kill(process.pid, signal.SIGINT)
        process.join(STOPPING)
        process.kill()
        return None
    text = output.read_text("utf-8", "replace") if shown else ""
    return process.exitcode, text


def run_pytest(
    variables: dict[str, str], arguments: list[str], output: Path | None
) -> NoReturn:
    """Run pytest in this process, which is there for nothing else."""
    os.environ |= variables
    if output:
        with output.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    sys.exit(pytest.main(arguments))

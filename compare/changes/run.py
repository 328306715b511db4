"""Apply a change to a copy of the repository, and see whether it holds."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from compare import IMPLEMENTATIONS
from compare.changes.copying import (
    apply_patches,
    copy_repository,
    render_openapi,
)
from compare.changes.costs import list_costs
from compare.changes.patches import read_patch
from compare.changes.record import RESULTS, patch_files
from compare.changes.selection import select_tests
from compare.ledger.grid import TITLES

SECONDS = 600
ABREAST = 2  # suites at a time


def run_change(name: str, console: Console) -> bool:
    """Apply, test and record a change; return whether all tests passed.

    Raises DoesNotApply for a patch that no longer fits the code, and NoTests.
    """
    paths = patch_files(name)
    patches = {part: read_patch(p.read_text()) for part, p in paths.items()}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_repository(folder)
        apply_patches(list(paths.values()), folder)
        copies = render_openapi(folder)
        tests = select_tests(patches["tests"], folder)
        console.print(f"{name}: all patches apply; {len(tests)} tests")
        files = {
            one: list(list_costs(one, patches[one], copies, folder))
            for one in IMPLEMENTATIONS
        }
        counts = run_all(tests, folder, console)
    implementations = {
        one: {"tests": counts[one], "files": files[one]}
        for one in IMPLEMENTATIONS
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"name": name, "made": made, "implementations": implementations}
    text = json.dumps(record, indent=1)
    (RESULTS / f"{name}.json").write_text(text, "utf-8")
    console.print(table_of(implementations))
    return all(one["tests"]["failed"] == 0 for one in implementations.values())


def run_all(
    tests: list[str], folder: Path, console: Console
) -> dict[str, dict[str, int]]:
    """Run tests of the copy against all four, some side by side."""
    with ThreadPoolExecutor(ABREAST) as pool:
        counts = pool.map(
            lambda one: run_tests(one, tests, folder, console),
            IMPLEMENTATIONS,
        )
        return dict(zip(IMPLEMENTATIONS, counts, strict=True))


def run_tests(
    implementation: str, tests: list[str], folder: Path, console: Console
) -> dict[str, int]:
    """Run tests of the copy against one implementation of it.

    What pytest says is printed when any fails.
    """
    results = folder / f"results-{implementation}.jsonl"
    environment = {
        **os.environ,
        "IMPL": implementation,
        "RESULTS": str(results),
        "CAP": "",
        "URL": "",
    }
    command = [sys.executable, "-m", "pytest", "--quiet", *tests]
    status, output = run_or_end(command, folder, environment, SECONDS)
    counts = count_tests(results)
    if status:
        console.print(output, markup=False, highlight=False)
        counts["failed"] = counts["failed"] or 1
    said = ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n)
    console.print(f"{TITLES[implementation]}: {said}")
    return counts


def run_or_end(
    command: list[str], folder: Path, env: dict[str, str], seconds: float
) -> tuple[int, str]:
    """Run a command; return its exit status and its output.

    After so many seconds it is interrupted, so that it ends its servers.
    """
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate()
    return process.returncode, output


def count_tests(results: Path) -> dict[str, int]:
    """Count the outcomes of a run of the suite, by its JSON lines.

    A run that broke off counts as one failure.
    """
    lines = results.read_text("utf-8").splitlines() if results.exists() else []
    last = json.loads(lines[-1]) if lines else {}
    if last.get("kind") != "footer":
        return {"passed": 0, "expected": 0, "failed": 1}
    return {
        "passed": last["passed"],
        "expected": last["xfailed"],
        "failed": last["failed"] + last["blocked"],
    }


def table_of(implementations: dict[str, Any]) -> Table:
    """Show what the change costs in each."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "files", "added", "removed", "by a tool", "tests"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, one in implementations.items():
        files = [f for f in one["files"] if f["generated_by"] != "make grid"]
        tools = [f for f in files if f["generated_by"]]
        table.add_row(
            TITLES[name],
            str(len(files)),
            str(sum(f["added"] for f in files)),
            str(sum(f["removed"] for f in files)),
            ", ".join(map(share_text, tools)) or "–",
            str(one["tests"]["passed"]),
        )
    return table


def share_text(file: dict[str, Any]) -> str:
    """Say how many lines of a migration a tool wrote."""
    return f"{file['by_tool']} of {file['by_tool'] + file['by_hand']}"

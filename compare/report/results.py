"""What the other tools have left in results/, for the report to show.

Each reader returns None, or nothing, where its file is missing: the pages
then name the command that makes it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare import IMPLEMENTATIONS
from compare.ledger.deviations import Deviations
from compare.results.table import MORE_THAN
from tests.support.report import Rule, read_lines

Tests = list[dict[str, Any]]  # the lines of kind "test" of one run
BROKEN = {"failed", "blocked"}


@dataclass(frozen=True)
class Verdict:
    """What the tests said of one rule in one implementation.

    `state` is "passed", "failed", "deviates" or "not run"; `tests` counts
    those that ran; `texts` are those of deviations.toml, where declared.
    """

    state: str
    tests: int = 0
    texts: dict[str, str] | None = None


@dataclass(frozen=True)
class Run:
    """The suite against one implementation; no header when it did not run."""

    header: dict[str, Any]
    tests: Tests
    footer: dict[str, Any]

    @property
    def passed(self) -> int:
        """Count the tests that passed."""
        return sum(test["outcome"] == "passed" for test in self.tests)

    @property
    def whole(self) -> bool:
        """Tell whether the whole suite ran, and not a selection of it."""
        sent = self.footer.get("different_requests", 0)
        return sent > MORE_THAN and not self.header.get("capability")

    @property
    def failed(self) -> int:
        """Count the tests that failed or could not run."""
        return sum(test["outcome"] in BROKEN for test in self.tests)


def read_json(path: Path) -> Any | None:
    """Read a file of JSON; None where there is none."""
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def read_run(folder: Path, name: str) -> Run:
    """Read what `make test-all` found in one implementation."""
    path = folder / f"tests-{name}.jsonl"
    lines = read_lines(path) if path.exists() else []
    kinds: dict[str, Tests] = {"header": [], "test": [], "footer": []}
    for line in lines:
        kinds[line["kind"]].append(line)
    header, footer = kinds["header"] or [{}], kinds["footer"] or [{}]
    return Run(header[0], kinds["test"], footer[-1])


def read_runs(folder: Path) -> dict[str, Run]:
    """Read the results of all implementations, and of servers beside them.

    These are what `make compare-with` has left: whole runs of other names.
    """
    runs = {name: read_run(folder, name) for name in IMPLEMENTATIONS}
    for path in sorted(folder.glob("tests-*.jsonl")):
        name = path.stem.removeprefix("tests-")
        if name not in runs:
            run = read_run(folder, name)
            if run.header.get("implementation") == name and run.footer:
                runs[name] = run
    return runs


def judge(rule: Rule, run: Run, deviations: Deviations) -> Verdict:
    """Say what a run shows of one rule."""
    ran = [
        test
        for test in run.tests
        if rule.id in test["rules"] and test["outcome"] != "skipped"
    ]
    outcomes = {test["outcome"] for test in ran}
    if outcomes & BROKEN:
        return Verdict("failed", len(ran))
    if rule.id in deviations:
        return Verdict("deviates", len(ran), deviations[rule.id])
    return Verdict("passed" if "passed" in outcomes else "not run", len(ran))


def left_open(runs: dict[str, Run], capability: str) -> list[dict[str, Any]]:
    """Return what was answered differently where the spec allows it."""
    answers: dict[str, dict[str, str]] = {}
    for name, run in runs.items():
        for test in run.tests:
            if test["capability"] == capability and test["left_open"]:
                found = answers.setdefault(test["nodeid"], {})
                found[name] = " ".join(test["left_open"])
    return [
        {"input": shorten(nodeid), "answers": found}
        for nodeid, found in answers.items()
        if len(found) > 1 and len(set(found.values())) > 1
    ]


def shorten(nodeid: str) -> str:
    """Write the id of a test without its file: "odd_path[GET-///]"."""
    return re.sub(r"^.*?::(test_)?", "", nodeid)


def read_traces(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the traces, by operation."""
    files = sorted((folder / "traces").glob("*.json"))
    return {file.stem: read_json(file) for file in files}

"""Which test is on which level, and in which files they are.

To collect the whole suite takes seconds, so the files of each level are
kept, and looked for again when one of them has changed. Not the tests: the
ids of some depend on the order of a set, which each process has anew.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from tests.learn import quiet
from tests.learn.levels import FILE, Ladder
from tests.learn.needs import needs
from tests.support.report import ROOT

TESTS = ROOT / "tests"
KEPT = ROOT / "results" / "learn-files.json"


def read_files(ladder: Ladder) -> dict[int, list[str]]:
    """Return the files in which each level has tests."""
    state = stamp()
    if KEPT.exists():
        kept = json.loads(KEPT.read_text("utf-8"))
        if kept["stamp"] == state:
            return {int(n): files for n, files in kept["levels"].items()}
    levels = find_files(ladder)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"stamp": state, "levels": levels}), "utf-8")
    return levels


def stamp() -> str:
    """Return a text that is another one when the suite has changed."""
    files = [
        FILE,
        *sorted(TESTS.glob("*.py")),
        *sorted(Path(__file__).parent.glob("*.py")),
    ]
    return str([(one.name, one.stat().st_mtime_ns) for one in files])


def find_files(ladder: Ladder) -> dict[int, list[str]]:
    """Collect the suite and place its tests."""
    gathered = Gathered()
    files = map(str, sorted(TESTS.glob("test_*.py")))
    status, said = quiet.run(["--collect-only", *files], gathered)
    if status:
        raise RuntimeError(said)
    placed = defaultdict(set)
    for item in gathered.items:
        placed[place(item, ladder)].add(str(item.path))
    placed.pop(0, None)
    return {level: sorted(placed[level]) for level in sorted(placed)}


def place(item: pytest.Item, ladder: Ladder) -> int:
    """Return the level of a test, 0 if it needs `run`."""
    if item.get_closest_marker("managed"):
        return 0
    return ladder.of_test(item.name, rules_of(item), needs(item))


def rules_of(item: pytest.Item) -> list[str]:
    """Return the ids of the rules that a test cites."""
    marks = item.iter_markers("rule")
    return [rule for mark in marks for rule in mark.args]


class Gathered:
    """Keep the tests that pytest collects (a plugin)."""

    def __init__(self) -> None:
        """Start without tests."""
        self.items: list[pytest.Item] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take what was collected, before others leave some out."""
        self.items = list(items)

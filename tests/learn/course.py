"""Run the tests of levels, and keep what came of each rule."""

import os
import re
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.learn import quiet
from tests.learn.catalogue import place, read_files, rules_of
from tests.learn.levels import Ladder, Level
from tests.support.failure import Failure
from tests.support.report import ROOT, load_rules
from tests.support.telling import failure_of

RULES = load_rules()
RESULTS = ROOT / "results" / "learn.jsonl"
ENOUGH = 20  # failures after which a level is not run to its end
SILENT = 3  # tests that wait in vain, after which the run ends
NOT_UP = 10  # the status of conftest.py when nothing answers


class NoAnswer(Exception):
    """Says why no test could be run."""


@dataclass
class Outcome:
    """Hold what came of the tests of one level, or of a look back."""

    planned: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    tests: int = 0
    dropped: int = 0  # connections
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Tell whether no MUST is broken."""
        return not self.failed_musts

    @property
    def failed_musts(self) -> list[Failure]:
        """Return the failures that stop a level."""
        return [one for one in self.failures if not is_advice(one)]

    @property
    def advice(self) -> list[str]:
        """Return the SHOULD rules that are not followed."""
        found = (one.rules[0] for one in self.failures if is_advice(one))
        return list(dict.fromkeys(found))

    @property
    def untried(self) -> list[str]:
        """Return the rules of which no test could be run."""
        return [rule for rule in self.left if self.mark(rule) == "–"]

    def mark(self, rule: str) -> str:
        """Return ✓, ✗, – (not tried) or · (not all tried) for a rule."""
        if self.failed[rule]:
            return "✗"
        if self.passed[rule] < self.planned[rule]:
            return "·"
        return "✓" if self.passed[rule] else "–"


class Course:
    """Choose the tests and collect what comes of them (a plugin)."""

    def __init__(self, ladder: Ladder, levels: list[Level], one: bool) -> None:
        """Take the levels to run; with `one`, one test of each rule."""
        self.ladder = ladder
        self.numbers = {level.number for level in levels}
        rules = [rule for level in levels for rule in level.rules]
        self.order = {rule: number for number, rule in enumerate(rules)}
        self.one = one
        self.firsts = 0
        self.outcome = Outcome()
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the level, one of each rule first."""
        mine = sorted(
            filter(self.is_mine, items),
            key=self.first_rule,
        )
        seen, first, later = set(), [], []
        for item in mine:
            is_first = not seen.issuperset(rules_of(item))
            (first if is_first else later).append(item)
            seen.update(rules_of(item))
        self.firsts = len(first)
        items[:] = first + ([] if self.one else later)
        self.items = {item.nodeid: item for item in items}
        for item in items:
            self.outcome.planned.update(rules_of(item))

    def is_mine(self, item: pytest.Item) -> bool:
        """Tell whether a test is on one of the levels."""
        return place(item, self.ladder) in self.numbers

    def first_rule(self, item: pytest.Item) -> int:
        """Return the place of the rule of a test that matters first."""
        last = len(self.order)
        return min(self.order.get(rule, last) for rule in rules_of(item))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what conftest.py cannot run here."""
        for item in items:
            if self.is_mine(item):
                self.outcome.left.update(rules_of(item))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase of a test."""
        self.outcome.seconds += report.duration
        rules = rules_of(self.items[report.nodeid])
        if report.when == "call":
            self.outcome.dropped += black_box(report).get("dropped", 0)
        if report.failed:
            failure = failure_of(report)
            self.outcome.failures.append(failure)
            self.outcome.failed.update(failure.rules)
        elif report.when == "call" and report.passed:
            self.outcome.passed.update(rules)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Stop when every rule was tried and enough has failed."""
        self.outcome.tests += 1
        tried = self.outcome.tests >= self.firsts
        silent = [one for one in self.outcome.failures if is_silence(one)]
        if len(silent) >= SILENT:
            item.session.shouldstop = "it does not answer"
        if tried and len(self.outcome.failed_musts) >= ENOUGH:
            item.session.shouldstop = "enough has failed"


def black_box(report: pytest.TestReport) -> dict:
    """Return what conftest.py has counted of a test."""
    return dict(report.user_properties).get("black_box", {})


def is_advice(failure: Failure) -> bool:
    """Tell whether a failure breaks no MUST."""
    return all(RULES[rule].level == "SHOULD" for rule in failure.rules)


def is_silence(failure: Failure) -> bool:
    """Tell whether a test has waited in vain."""
    return bool(
        re.match(r"no (whole )?answer.*(within|timed out)", failure.says)
    )


def run_levels(
    url: str, ladder: Ladder, levels: list[Level], one: bool = False
) -> Outcome:
    """Run the tests of levels against a server; raises NoAnswer."""
    of_level = read_files(ladder)
    files = sorted(
        {name for level in levels for name in of_level.get(level.number, [])}
    )
    os.environ |= {"URL": url, "SMOKE": "0", "RESULTS": str(RESULTS)}
    for name in ("CAP", "IMPL", "DEVIATIONS"):
        os.environ.pop(name, None)
    course = Course(ladder, levels, one)
    if files:  # the last level has none
        status, said = quiet.run(files, course)
        if status == NOT_UP or status > pytest.ExitCode.INTERRUPTED:
            raise NoAnswer(said.strip())
    return course.outcome

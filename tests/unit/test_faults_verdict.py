"""A verdict on one fault: what had to turn red, and what did."""

from pathlib import Path

import pytest

from tests.faults.__main__ import (
    find_faults,
    rules_without_fault,
    show_failures,
)
from tests.faults.every import FAULTS, Fault
from tests.faults.tries import check_unbroken, try_fault
from tests.faults.verdict import Verdict, agreed, judge, tell_bad

FAULT = Fault("x", ("TAGS-1", "TAGS-2"), (), ("TAGS-3",))


def line(
    *rules: str, outcome: str = "failed", own_failure: bool = True
) -> dict:
    """Make the line of one test as the result file has it."""
    return {
        "nodeid": " ".join(rules),
        "rules": list(rules),
        "outcome": outcome,
        "own_failure": own_failure,
    }


def judged(*tests: dict, fault: Fault = FAULT) -> Verdict:
    """Judge a fault by hand-made results."""
    verdict = Verdict(fault.name, list(fault.breaks))
    judge(fault, list(tests), verdict)
    return verdict


ALL = [line("TAGS-1"), line("TAGS-2", "TAGS-4"), line("TAGS-3")]


def test_a_fault_is_killed_by_its_rules() -> None:
    """Each broken rule has a red test, each declared one as well."""
    verdict = judged(*ALL, line("TAGS-5", outcome="passed"))
    assert verdict.good
    assert verdict.killed_by == ["TAGS-1", "TAGS-2"]
    assert (verdict.tests, verdict.red) == (4, 3)


@pytest.mark.parametrize("outcome", ["passed", "blocked", "skipped"])
def test_a_rule_that_stays_green_survives(outcome: str) -> None:
    """A fault survives where one of its rules has no red test."""
    verdict = judged(ALL[0], ALL[2], line("TAGS-2", outcome=outcome))
    assert verdict.survived == ["TAGS-2"]
    assert not verdict.good


def test_an_invariant_alone_kills_nothing() -> None:
    """A test that fails by an invariant alone does not count."""
    verdict = judged(ALL[0], ALL[2], line("TAGS-2", own_failure=False))
    assert verdict.survived == ["TAGS-2"]


def test_what_is_not_declared_is_collateral() -> None:
    """A red test of none of the rules named is collateral."""
    verdict = judged(*ALL, line("SEARCH-1", "SEARCH-10"))
    assert verdict.collateral == ["SEARCH-1", "SEARCH-10"]
    assert not verdict.good


def test_a_declared_rule_that_stays_green_is_stale() -> None:
    """What is declared has to be needed."""
    verdict = judged(*ALL[:2])
    assert verdict.stale == ["TAGS-3"]
    assert not verdict.good


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_what_a_race_decides_is_neither(outcome: str) -> None:
    """What turns red now and then is neither collateral nor stale."""
    fault = Fault("x", ("TAGS-1",), (), (), ("TAGS-3",))
    tests = [line("TAGS-1"), line("TAGS-3", outcome=outcome)]
    assert judged(*tests, fault=fault).good


def test_what_is_wrong_once_only_does_not_count() -> None:
    """A test that races may miss, or turn red, in one of two tries."""
    first, again = judged(*ALL[:2], line("SEARCH-1")), judged(*ALL[1:])
    assert (first.stale, first.collateral) == (["TAGS-3"], ["SEARCH-1"])
    assert again.survived == ["TAGS-1"]
    both = agreed(first, again)
    assert both.good
    assert both.killed_by == ["TAGS-1", "TAGS-2"]


def test_what_is_wrong_twice_counts() -> None:
    """A fault that survives twice is not seen."""
    both = agreed(judged(*ALL[1:]), judged(*ALL[1:]))
    assert (both.survived, both.killed_by) == (["TAGS-1"], ["TAGS-2"])


def test_a_second_try_that_did_not_run_changes_nothing() -> None:
    """Nothing is forgiven by a try that told nothing."""
    first = judged(*ALL, line("SEARCH-1"))
    lost = Verdict(FAULT.name, list(FAULT.breaks), trouble="not done")
    assert agreed(first, lost).collateral == ["SEARCH-1"]
    assert agreed(lost, first).collateral == ["SEARCH-1"]
    assert agreed(lost, lost).trouble


@pytest.mark.parametrize("green", [0, 1, 2])
def test_a_fault_is_tried_again_only_if_it_is_not_good(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, green: int
) -> None:
    """The first try that is good is the last; the second is counted."""
    tries = [judged(*ALL) if n >= green else judged(*ALL[:2]) for n in (0, 1)]
    monkeypatch.setattr("faults.tries.try_once", lambda *_: tries.pop(0))
    verdict = try_fault(FAULT, tmp_path)
    assert verdict.good == (green < 2)
    told = ["declared and green: TAGS-3"] if green else []
    assert verdict.retried == told
    assert len(tries) == (1 if green == 0 else 0)


def test_what_is_not_good_is_told_with_its_reasons() -> None:
    """One line says the fault, its rules, and the test that turned red."""
    verdict = judged(ALL[1], line("SEARCH-1"))
    (told,) = tell_bad([judged(*ALL), verdict])
    assert told == (
        "not good: x: not seen: TAGS-1; also red: SEARCH-1 (SEARCH-1);"
        " declared and green: TAGS-3"
    )


def test_a_fault_is_found_by_its_name_or_its_rule() -> None:
    """A name counts without blanks and signs; a rule means its faults."""
    wanted = FAULTS[0]
    assert find_faults(wanted.name.upper().replace(" ", "-")) == [wanted]
    assert wanted in find_faults(wanted.breaks[0])
    assert find_faults("no such fault") == []


def test_rules_without_fault_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A MUST rule that no fault breaks is listed."""
    left = [one for one in FAULTS if "ROUTING-1" not in one.breaks]
    monkeypatch.setattr("faults.__main__.FAULTS", left)
    assert rules_without_fault() == ["ROUTING-1"]


def test_a_run_without_tests_is_not_green(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """That the suite is green without a fault is said of tests that ran."""

    def run_suite(
        name: str, rules: tuple, results: Path, *more: str, **limit: int
    ) -> tuple[int, str]:
        results.write_text('{"kind": "header"}\n{"kind": "footer"}\n')
        return 1, "Different tests were collected"

    monkeypatch.setattr("faults.tries.run_suite", run_suite)
    red = check_unbroken(tmp_path)
    assert red == ["no test ran", "Different tests were collected"]


@pytest.mark.parametrize("status", [0, 10])
def test_a_single_fault_that_is_not_seen_is_red(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int
) -> None:
    """A fault that survives, or is not up, does not end with 0."""

    def run_suite(
        name: str, rules: tuple, results: Path, *more: str
    ) -> tuple[int, str]:
        results.write_text('{"kind": "header"}\n{"kind": "footer"}\n')
        return status, "not up"

    monkeypatch.setattr("faults.tries.run_suite", run_suite)
    assert show_failures("TOKENS-3", tmp_path) == 1
    assert show_failures("TOKENS-999", tmp_path) == 2

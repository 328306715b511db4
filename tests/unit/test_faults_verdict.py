"""A verdict on one fault: what had to turn red, and what did."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import __main__ as faults
from tests.faults import show, tries
from tests.faults.every import FAULTS, Fault
from tests.faults.suite import migrates_as_ever
from tests.faults.tries import check_unbroken, try_fault
from tests.faults.verdict import Verdict, agreed, judge, tell_bad

FAULT = Fault("x", ("TAGS-1", "TAGS-2"), (), ("TAGS-3",))


def line(*rules: str, outcome: str = "failed", **more: object) -> dict:
    """Make the line of one test as the result file has it."""
    return {
        "nodeid": " ".join(rules),
        "rules": list(rules),
        "outcome": outcome,
        "own_failure": True,
        "raised": "AssertionError",
        "failure": {
            "rules": list(rules),
            "says": "status: expected 401, got 200\nand more",
            "places": ["tests/test_tags.py:7: the statement", "another"],
        },
        **more,
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


@pytest.mark.parametrize(
    "more",
    [
        {"raised": "KeyError"},
        {"failure": {"rules": ["TAGS-9"], "says": "", "places": []}},
        {"raised": None, "failure": None},
    ],
)
def test_a_rule_without_an_assertion_of_its_own_is_not_seen(
    more: dict,
) -> None:
    """Another exception, or the assertion of another rule, proves nothing."""
    loose = line("TAGS-2", "TAGS-9", **more)
    assert judged(*ALL).survived == []
    verdict = judged(ALL[0], ALL[2], loose)
    assert verdict.survived == ["TAGS-2"]
    assert verdict.killed_by == ["TAGS-1"]
    last = list(show.conclude(verdict))[-1]
    assert last == "not seen by an assertion of its own: TAGS-2"
    assert judged(*ALL, loose).survived == []


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
    left = [judged(*ALL) if n >= green else judged(*ALL[:2]) for n in (0, 1)]
    monkeypatch.setattr(tries, "try_once", lambda *_: left.pop(0))
    verdict = try_fault(FAULT, tmp_path)
    assert verdict.good == (green < 2)
    told = ["declared and green: TAGS-3"] if green else []
    assert verdict.retried == told
    assert len(left) == (1 if green == 0 else 0)


def test_what_is_not_good_is_told_with_its_reasons() -> None:
    """One line says the fault, its rules, and the test that turned red."""
    verdict = judged(ALL[1], line("SEARCH-1"))
    (told,) = tell_bad([judged(*ALL), verdict])
    assert told == (
        "not good: x: not seen by an assertion of its own: TAGS-1;"
        " also red: SEARCH-1 (SEARCH-1);"
        " declared and green: TAGS-3"
    )


def test_a_fault_is_found_by_its_name_or_its_rule() -> None:
    """A name counts without blanks and signs; a rule means its faults."""
    wanted = FAULTS[0]
    name = wanted.name.upper().replace(" ", "-")
    assert faults.find_faults(name, FAULTS) == [wanted]
    assert wanted in faults.find_faults(wanted.breaks[0], FAULTS)
    assert faults.find_faults("no such fault", FAULTS) == []


def test_rules_without_fault_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A MUST rule that no fault breaks is listed."""
    left = [one for one in FAULTS if "ROUTING-1" not in one.breaks]
    monkeypatch.setattr(faults, "FAULTS", left)
    assert faults.rules_without_fault() == ["ROUTING-1"]


def test_a_fault_of_a_migration_is_migrated_with() -> None:
    """Where a fault may change what is migrated, nothing is prepared."""

    def as_ever(file: str) -> bool:
        return migrates_as_ever(Fault("x", ("TAGS-1",), ((file, "", ""),)))

    files = ("api.py", "framework/routing.py", "templates/home.html")
    assert all(map(as_ever, files))
    files = ("storage.py", "migrations/0002_tags.py", "framework/settings.py")
    assert not any(map(as_ever, files))


def finished(
    status: int, output: str, *lines: dict
) -> Callable[..., tuple[int, str]]:
    """Make a run of the suite that wrote some lines and ended so."""

    def run_suite(
        home: Path, results: Path, *more: object, **limit: int
    ) -> tuple[int, str]:
        results.write_text("".join(json.dumps(one) + "\n" for one in lines))
        return status, output

    return run_suite


ENDS = {"kind": "header"}, {"kind": "footer"}


def test_a_run_without_tests_is_not_green(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """That the suite is green without a fault is said of tests that ran."""
    why = "Different tests were collected"
    monkeypatch.setattr(tries, "run_suite", finished(1, why, *ENDS))
    assert check_unbroken(tmp_path) == ["no test ran", why]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, "not seen by an assertion of its own: TOKENS-3"),
        (10, "not run: not up"),
    ],
)
def test_a_single_fault_that_is_not_seen_is_red(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
    reason: str,
) -> None:
    """A fault that survives, or is not up, does not end with 0."""
    chosen = faults.find_faults("TOKENS-3", FAULTS)[:1]
    monkeypatch.setattr(tries, "run_suite", finished(status, "not up", *ENDS))
    monkeypatch.setattr(faults, "import_tests", lambda: None)
    assert faults.show_single(chosen, tmp_path) == 1
    shown = capsys.readouterr().out
    assert "-    return sha256(token.encode()).hexdigest()" in shown
    assert reason in shown
    assert "as it should be" not in shown


def test_a_single_fault_that_is_seen_ends_in_words() -> None:
    """The tests that noticed are named, with what they said."""
    assert list(show.conclude(judged(*ALL))) == [
        "TAGS-1",
        "    status: expected 401, got 200",
        "    tests/test_tags.py:7: the statement",
        "TAGS-2 TAGS-4",
        "    status: expected 401, got 200",
        "    tests/test_tags.py:7: the statement",
        "TAGS-1 TAGS-2: noticed, as it should be",
    ]

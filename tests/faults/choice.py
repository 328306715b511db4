"""Choose the tests that one fault is tried on.

Of the standard library's: all tests that prove a rule which the fault
breaks; one row of each other test of the same capabilities; and a test of
each other rule. But for the first, only tests that need no server of their
own, as those of CORS do, and not the crowd of test_storage.py, which takes as
long as all these.
Of tests that take seconds, one row, and only for a rule of their own
capability.

Of the frameworks' versions, which take longer to start: the tests of the
rules that the fault breaks, and none that needs a server of its own where
others do not.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from inspect import isfunction
from itertools import chain
from types import ModuleType

import pytest

SLOW = {
    "test_a_generated_client_sends_conditions",
    "test_a_long_answer_is_sent_to_its_end",
    "test_of_twenty_changes_under_one_tag_one_wins",
    "test_open_connections_do_not_keep_it",
    "test_slow_clients_keep_nobody_waiting",
    "test_ten_thousand_in_one_request",
    "test_the_usual_limit",
    "test_under_load_nothing_is_lost",
    "test_what_runs_is_finished",
}


def capability_of(rule: str) -> str:
    """Return the capability that a rule belongs to."""
    return rule.rpartition("-")[0].lower()


def marks(test: object) -> list[pytest.Mark]:
    """Return the marks of a test function."""
    return getattr(test, "pytestmark", [])


def proves(test: object) -> set[str]:
    """Return the rules that a test function proves."""
    return {
        r for mark in marks(test) if mark.name == "rule" for r in mark.args
    }


def is_managed(test: object) -> bool:
    """Tell whether a test starts servers of its own."""
    return any(mark.name == "managed" for mark in marks(test))


def is_cheap(test: object, capability: str, own: bool) -> bool:
    """Tell whether a test may run for a fault that it need not see."""
    if test.__name__ in SLOW or is_managed(test) or capability == "cors":
        return False
    return own or capability != "storage"


def tests_of(module: ModuleType) -> list[object]:
    """Return the test functions of a module."""
    return [
        value
        for name, value in vars(module).items()
        if name.startswith("test_")
        and isfunction(value)
        and value.__module__ == module.__name__
    ]


def imported() -> list[tuple[str, list[object]]]:
    """Return all capabilities with their tests, which are imported."""
    prefix = "tests.test_"
    names = sorted(name for name in sys.modules if name.startswith(prefix))
    return [(n.removeprefix(prefix), tests_of(sys.modules[n])) for n in names]


def sees(test: object, capability: str, rules: set[str]) -> set[str]:
    """Return those of the broken rules that a test has to see."""
    found = rules & proves(test)
    if test.__name__ not in SLOW:
        return found
    return {rule for rule in found if capability_of(rule) == capability}


def node(capability: str, test: object) -> str:
    """Return how pytest names a test."""
    return f"tests/test_{capability}.py::{test.__name__}"


def choose_widely(
    rules: Iterable[str], declared: Iterable[str] = ()
) -> list[str]:
    """Choose for a fault of the standard library.

    Tests of the rules that are declared to turn red as well are all kept.
    """
    rules, declared = set(rules), set(declared)
    covered, kept, others = set(), {}, {}
    own_capabilities = {capability_of(rule) for rule in rules}
    for capability, tests in imported():
        own = capability in own_capabilities
        for test in tests:
            name, proved = node(capability, test), proves(test)
            if sees(test, capability, rules):
                kept[name] = set()  # for it may be red for these
                continue
            if not is_cheap(test, capability, own):
                continue
            if own:
                kept[name] = proved
            elif proved & declared or not proved <= covered:
                others[name] = proved
            covered |= proved
    needed = leave_out_what_others_prove(kept, others, declared)
    # File by file, for what a fixture makes for a file is made once.
    return sorted([*kept, *needed], key=lambda name: name.partition("::")[0])


def leave_out_what_others_prove(
    kept: dict[str, set[str]], others: dict[str, set[str]], always: set[str]
) -> list[str]:
    """Return those of the others without which a rule has no test."""
    rules = [*kept.values(), *others.values()]
    times, needed = Counter(chain.from_iterable(rules)), dict(others)
    for name in sorted(others, key=lambda name: len(others[name])):
        proved = others[name]
        if not proved & always and all(times[rule] > 1 for rule in proved):
            times.subtract(proved)
            del needed[name]
    return list(needed)


def choose_narrowly(rules: Iterable[str]) -> list[str]:
    """Choose for a fault of a framework's version."""
    nodes = []
    for rule in rules:
        tests = [
            (is_managed(test), node(capability, test))
            for capability, tests in imported()
            for test in tests
            if sees(test, capability, {rule})
        ]
        least = min((managed for managed, _ in tests), default=False)
        nodes += [name for managed, name in tests if managed == least]
    return list(dict.fromkeys(nodes))

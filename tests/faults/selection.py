"""A pytest plugin: choose the tests that one fault is tried on.

All tests that prove a rule which the fault breaks; the first row of each
other test of the same capabilities; and one test of each other rule. But
for the first, only tests that need no server of their own, and not the
crowd of test_storage.py, which takes as long as all these. Of tests that
take seconds, one row, and only for a rule of their own capability. Without
a fault, the first row of every test.
"""

import os
from collections.abc import Sequence
from inspect import isfunction

import pytest

RULES = set(os.environ.get("FAULT_RULES", "").split())
BROKEN = bool(os.environ.get("FAULT"))
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
covered: set[str] = set()


def capability_of(rule: str) -> str:
    """Return the capability that a rule belongs to."""
    return rule.rpartition("-")[0].lower()


CAPABILITIES = {capability_of(rule) for rule in RULES}


def proves(test: object) -> set[str]:
    """Return the rules that a test function proves."""
    marks = getattr(test, "pytestmark", [])
    return {r for mark in marks if mark.name == "rule" for r in mark.args}


def broken(test: object, capability: str) -> set[str]:
    """Return the rules that the fault breaks and a test has to see."""
    rules = RULES & proves(test)
    if test.__name__ not in SLOW:
        return rules
    return {rule for rule in rules if capability_of(rule) == capability}


def wanted(test: object, capability: str) -> bool:
    """Tell whether a test function is among those to run."""
    rules = proves(test)
    if broken(test, capability):
        return True
    if test.__name__ in SLOW:
        return False
    own = capability in CAPABILITIES
    managed = any(mark.name == "managed" for mark in test.pytestmark)
    if managed or (capability == "storage" and not own):
        return False
    new = not rules <= covered
    covered.update(rules)
    return own or new


def first_row(mark: pytest.Mark) -> pytest.Mark:
    """Cut a mark that makes rows down to the first of them."""
    if mark.name != "parametrize":
        return mark
    names, rows = mark.args
    more = dict(mark.kwargs)
    if isinstance(more.get("ids"), Sequence):
        more["ids"] = more["ids"][:1]
    return pytest.mark.parametrize(names, list(rows)[:1], **more).mark


def has_one_row(test: object) -> bool:
    """Tell whether one row of a test function is enough."""
    return not BROKEN or test.__name__ in SLOW or not RULES & proves(test)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module, name: str, obj: object
) -> list | None:
    """Choose before the rows of a test are made: that takes long."""
    if not (isfunction(obj) and name.startswith("test_")):
        return None
    capability = collector.path.stem.removeprefix("test_")
    if BROKEN and not wanted(obj, capability):
        return []
    if has_one_row(obj):
        obj.pytestmark = [first_row(mark) for mark in obj.pytestmark]
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave one row, too, of those that fixtures make."""
    first = {item.function: item for item in reversed(items)}
    items[:] = [
        item
        for item in items
        if item is first[item.function] or not has_one_row(item.function)
    ]

"""A pytest plugin: choose the tests that one fault is tried on.

All tests that prove a rule which the fault breaks; the first row of each
other test of the same capabilities; and one test of each other rule. But
for the first, only tests that need no server of their own, and not the
crowd of test_storage.py, which takes as long as all these.
"""

import os
from inspect import isfunction

import pytest

RULES = set(os.environ.get("FAULT_RULES", "").split())
CAPABILITIES = {rule.rpartition("-")[0].lower() for rule in RULES}
covered: set[str] = set()


def proves(test: object) -> set[str]:
    """Return the rules that a test function proves."""
    marks = getattr(test, "pytestmark", [])
    return {r for mark in marks if mark.name == "rule" for r in mark.args}


def wanted(test: object, capability: str) -> bool:
    """Tell whether a test function is among those to run."""
    rules = proves(test)
    if RULES & rules:
        return True
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
    if isinstance(more.get("ids"), list):
        more["ids"] = more["ids"][:1]
    return pytest.mark.parametrize(names, list(rows)[:1], **more).mark


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module, name: str, obj: object
) -> list | None:
    """Choose before the rows of a test are made: that takes long."""
    if not (isfunction(obj) and name.startswith("test_")):
        return None
    capability = collector.path.stem.removeprefix("test_")
    if not wanted(obj, capability):
        return []
    if not RULES & proves(obj):
        obj.pytestmark = [first_row(mark) for mark in obj.pytestmark]
    return None

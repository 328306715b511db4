"""A pytest plugin: run what was chosen, and say what was raised.

Of tests that take seconds, and of those that prove none of the rules in
FAULT_RULES, one row is enough. Without FAULT_TESTS, one row of every test.
"""

import os
from collections.abc import Iterator, Sequence
from inspect import isfunction

import pytest

from tests.faults.choice import SLOW, proves
from tests.support.failure import is_assertion

RULES = set(os.environ.get("FAULT_RULES", "").split())
NAMES = {
    name.rpartition("::")[2]
    for name in os.environ.get("FAULT_TESTS", "").split()
}


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
    return test.__name__ in SLOW or not RULES & proves(test)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module, name: str, obj: object
) -> list | None:
    """Choose before the rows of a test are made: that takes long."""
    if not (isfunction(obj) and name.startswith("test_")):
        return None
    if NAMES and name not in NAMES:
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


def raised(error: pytest.ExceptionInfo) -> str:
    """Name what was raised: each kind of assertion by the one name."""
    name = AssertionError.__name__
    return name if is_assertion(error) else error.typename


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Iterator[None]:
    """Add to the line of a failed test what was raised."""
    result = yield
    found = dict(item.user_properties).get("black_box")
    if call.when == "call" and call.excinfo and found:
        found["raised"] = raised(call.excinfo)
    return result

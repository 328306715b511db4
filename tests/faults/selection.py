"""A pytest plugin: choose the tests that one fault is tried on.

All tests that prove a rule which the fault breaks; of the others, where
they need no server of their own, the first rows: three of each test of
the same capabilities, one of each test of other capabilities. Left out
is the crowd of test_storage.py, which takes as long as all these.
"""

import os
from collections import Counter

import pytest

RULES = set(os.environ.get("FAULT_RULES", "").split())
CAPABILITIES = {rule.rpartition("-")[0].lower() for rule in RULES}


def wanted(item: pytest.Item, seen: Counter[str]) -> bool:
    """Tell whether a test is among those to run."""
    marks = item.iter_markers("rule")
    if RULES & {rule for mark in marks for rule in mark.args}:
        return True
    capability = item.path.stem.removeprefix("test_")
    own = capability in CAPABILITIES
    if item.get_closest_marker("managed"):
        return False
    if capability == "storage" and not own:
        return False
    function = item.nodeid.partition("[")[0]
    seen[function] += 1
    return seen[function] <= (3 if own else 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that are wanted."""
    seen: Counter[str] = Counter()
    items[:] = [item for item in items if wanted(item, seen)]

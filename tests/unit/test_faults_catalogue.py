"""The faults fit the implementation and cover the spec."""

import ast
import re
from itertools import groupby

import pytest

from tests.faults.every import DEGENERATE, FAULTS, Fault, edited
from tests.faults.selection import SLOW
from tests.support import report

APP = report.ROOT / "implementations" / "stdlib" / "app"
RULES = report.load_rules()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_edits_fit(fault: Fault) -> None:
    """Each edit fits its file exactly once and leaves valid Python."""
    edits = sorted(fault.edits, key=lambda edit: edit[0])
    for file, group in groupby(edits, key=lambda edit: edit[0]):
        text = (APP / file).read_text("utf-8")
        ast.parse(edited(text, group))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_faults_name_rules_of_the_spec(fault: Fault) -> None:
    """A fault breaks some rule, and names only rules that exist."""
    named = [*fault.breaks, *fault.also, *fault.sometimes]
    assert fault.breaks
    assert len(set(named)) == len(named)
    assert set(named) <= RULES.keys()


def test_every_must_rule_has_a_fault() -> None:
    """For every MUST rule there is a fault that breaks it."""
    broken = {rule for fault in FAULTS for rule in fault.breaks}
    must = {rule.id for rule in RULES.values() if rule.level == "MUST"}
    assert must <= broken, sorted(must - broken)


def test_names_are_different() -> None:
    """A fault can be asked for by its name."""
    plain = [re.sub(r"\W+", "", fault.name).lower() for fault in FAULTS]
    assert len({*plain, *DEGENERATE}) == len(plain) + len(DEGENERATE)


def test_an_edit_that_does_not_fit_is_refused() -> None:
    """An edit that fits nowhere, or twice, ends the run."""
    for text in ("b", "aa"):
        with pytest.raises(SystemExit):
            edited(text, [("x.py", "a", "c")])
    assert edited("ab", [("x.py", "a", "c")]) == "cb"


def test_slow_tests_exist() -> None:
    """What is left out as slow is the name of a test, and of one only."""
    files = (report.ROOT / "tests").glob("test_*.py")
    text = "\n".join(file.read_text("utf-8") for file in files)
    for name in SLOW:
        assert text.count(f"def {name}(") == 1, name

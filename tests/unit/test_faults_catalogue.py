"""The faults fit the implementation and cover the spec."""

import ast
import re
from types import ModuleType

import pytest

from tests.faults import choice
from tests.faults.choice import SLOW, choose_narrowly, choose_widely
from tests.faults.every import DEGENERATE, FAULTS, Fault, edited
from tests.faults.fault import broken_files, diff
from tests.support import deviations, report
from tests.support.servers import IMPLEMENTATIONS

RULES = report.load_rules()
FRAMEWORKS = ["flask", "django", "fastapi"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_edits_fit(fault: Fault) -> None:
    """Each edit fits its file exactly once and leaves valid Python."""
    for path, before, after in broken_files(fault):
        assert before != after
        ast.parse(after if path.suffix == ".py" else "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_faults_name_rules_of_the_spec(fault: Fault) -> None:
    """A fault breaks some rule, and names only rules that exist."""
    named = [*fault.breaks, *fault.also, *fault.sometimes]
    assert fault.breaks
    assert len(set(named)) == len(named)
    assert set(named) <= RULES.keys()


def test_every_must_rule_has_a_fault() -> None:
    """For every MUST rule a fault of the standard library breaks it."""
    own = [fault for fault in FAULTS if fault.implementation == "stdlib"]
    broken = {rule for fault in own for rule in fault.breaks}
    must = {rule.id for rule in RULES.values() if rule.level == "MUST"}
    assert must <= broken, sorted(must - broken)


def test_names_are_different() -> None:
    """A fault can be asked for by its name."""
    plain = [re.sub(r"\W+", "", fault.name).lower() for fault in FAULTS]
    assert len({*plain, *DEGENERATE}) == len(plain) + len(DEGENERATE)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_has_faults_of_its_own(name: str) -> None:
    """Some thirty faults break what the framework's version does."""
    own = [fault for fault in FAULTS if fault.implementation == name]
    assert len(own) >= 30


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_no_fault_breaks_what_is_broken_anyway(name: str) -> None:
    """Where all tests of a rule are expected to fail, none can notice."""
    file = IMPLEMENTATIONS / name / "deviations.toml"
    declared = deviations.load(file, RULES)
    lost = {one.rule for one in declared if one.tests == ("*",)}
    own = [fault for fault in FAULTS if fault.implementation == name]
    assert not lost & {rule for fault in own for rule in fault.breaks}


def test_a_fault_can_be_read_as_a_diff() -> None:
    """A diff names the file, and has the old line and the new one."""
    edit = ("migrating.py", "run_step(connection, step)", "broken(step)")
    lines = diff(Fault("x", ("TAGS-1",), (edit,))).splitlines()
    name = "implementations/stdlib/app/migrating.py"
    assert lines[:2] == [f"--- a/{name}", f"+++ b/{name}"]
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert changed[0].startswith("-") and edit[1] in changed[0]
    assert changed[1].startswith("+") and edit[2] in changed[1]


def make_module(**rules: str) -> tuple[str, list[object]]:
    """Make a capability's tests: the rules of each, and its mark."""
    module = ModuleType("tests.test_tags")
    for name, text in rules.items():

        def test() -> None:
            """Test nothing."""

        marks = [pytest.mark.rule(*text.replace(" managed", "").split())]
        if "managed" in text:
            marks.append(pytest.mark.managed)
        test.__module__, test.__name__ = module.__name__, name
        test.pytestmark = [mark.mark for mark in marks]
        setattr(module, name, test)
    return "tags", choice.tests_of(module)


def test_what_a_fault_is_tried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests of its rules; of a framework, those that start nothing."""
    tests = make_module(
        test_a="TAGS-1",
        test_b="TAGS-1 managed",
        test_c="TAGS-2 managed",
        test_d="TAGS-3",
    )
    monkeypatch.setattr(choice, "imported", lambda: [tests])

    def names(nodes: list[str]) -> str:
        return " ".join(node.rpartition("_")[2] for node in nodes)

    assert names(choose_narrowly(["TAGS-1"])) == "a"
    assert names(choose_narrowly(["TAGS-2"])) == "c"
    assert names(choose_narrowly(["TAGS-2", "TAGS-3"])) == "c d"
    assert names(choose_widely(["TAGS-1"])) == "a b d"
    assert names(choose_widely(["CORS-1"])) == "a d"


def test_a_rule_needs_one_test_only() -> None:
    """What other tests prove is left out, but not what is declared."""
    kept = {"k": {"TAGS-1"}}
    others = {"a": {"TAGS-2"}, "b": {"TAGS-2", "TAGS-3"}, "c": {"TAGS-1"}}
    leave_out = choice.leave_out_what_others_prove
    assert leave_out(kept, others, set()) == ["b"]
    assert leave_out(kept, others, {"TAGS-2"}) == ["a", "b"]
    assert leave_out({}, others, set()) == ["b", "c"]


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

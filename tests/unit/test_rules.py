"""Every rule has a test, every test has a rule, and both agree."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import report

TESTS = Path(__file__).resolve().parent.parent
RULES = report.load_rules()


@dataclass
class Test:
    """Hold what the source of a test says about it."""

    name: str
    rules: list[str]
    managed: bool
    docstring: str | None

    __test__ = False


def marks_of(node: ast.Module | ast.ClassDef) -> list[ast.expr]:
    """Return the marks that hold for all tests in a module or class."""
    marks = list(getattr(node, "decorator_list", []))
    for statement in node.body:
        if isinstance(statement, ast.Assign) and (
            ast.unparse(statement.targets[0]) == "pytestmark"
        ):
            value = statement.value
            marks += getattr(value, "elts", [value])
    return marks


def read_test(
    place: str, function: ast.FunctionDef, marks: list[ast.expr]
) -> Test:
    """Read the marks and the docstring of a test."""
    shown = [ast.unparse(mark) for mark in marks]
    rules = [
        argument.value
        for mark, text in zip(marks, shown, strict=True)
        if text.startswith("pytest.mark.rule(")
        for argument in mark.args
    ]
    return Test(
        f"{place}::{function.name}",
        rules,
        "pytest.mark.managed" in shown,
        ast.get_docstring(function),
    )


def walk(
    place: str, node: ast.Module | ast.ClassDef, marks: list[ast.expr]
) -> Iterator[Test]:
    """Find the tests of a module or class with all their marks."""
    marks = marks + marks_of(node)
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from walk(f"{place}::{child.name}", child, marks)
        elif isinstance(child, ast.FunctionDef) and (
            child.name.startswith("test_")
        ):
            yield read_test(place, child, marks + child.decorator_list)


def read_tests() -> list[Test]:
    """Read all tests of the capabilities."""
    return [
        test
        for path in sorted(TESTS.glob("test_*.py"))
        for test in walk(path.name, ast.parse(path.read_text("utf-8")), [])
    ]


ALL = read_tests()


def by_rule() -> dict[str, list[Test]]:
    """Return the tests that cite each rule."""
    found = defaultdict(list)
    for test in ALL:
        for rule in test.rules:
            found[rule].append(test)
    return found


def test_chapters_have_rules() -> None:
    """The chapters were found and read."""
    assert len(RULES) > 100


def test_every_rule_has_a_test() -> None:
    """No rule stands in the spec that nothing proves."""
    assert sorted(RULES.keys() - by_rule().keys()) == []


@pytest.mark.parametrize("test", ALL, ids=lambda test: test.name)
def test_every_test_has_a_rule(test: Test) -> None:
    """Every test cites rules that exist, and says what it shows."""
    assert test.rules, "no rule"
    assert [rule for rule in test.rules if rule not in RULES] == []
    assert test.docstring, "no docstring"


@pytest.mark.parametrize("rule", by_rule())
def test_managed_marks_agree(rule: str) -> None:
    """A managed rule has a managed test, another rule one for any URL."""
    marks = [test.managed for test in by_rule()[rule]]
    assert RULES[rule].managed in marks


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if RULES[rule].level == "SHOULD"]
)
def test_a_should_has_tests_of_its_own(rule: str) -> None:
    """A test of a SHOULD, which may be expected to fail, hides no MUST."""
    found = [test.name for test in by_rule()[rule] if test.rules != [rule]]
    assert found == []


def test_names_are_unique() -> None:
    """No test hides another one of the same name."""
    names = [test.name for test in ALL]
    assert sorted({n for n in names if names.count(n) > 1}) == []

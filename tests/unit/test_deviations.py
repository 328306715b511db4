"""Deviations: what a file may declare, and what the suite makes of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import deviations
from tests.support.report import Rule, load_rules, read_lines
from tests.support.servers import IMPLEMENTATIONS

TESTS = Path(__file__).resolve().parents[1]
RULES = {
    "X-1": Rule("X-1", "MUST", "own", False, "It is.", "x.md"),
    "X-2": Rule("X-2", "SHOULD", "own", False, "It may be.", "x.md"),
}
TEXTS = """
answers = "It answers 200."
why = "Because."
source = "https://example.com/documentation"
remedy = "Add a line."
"""
GOOD = "[X-2]" + TEXTS


def written(tmp_path: Path, text: str) -> Path:
    """Write a file of deviations."""
    file = tmp_path / "deviations.toml"
    file.write_text(text, "utf-8")
    return file


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    """Who deviates from nothing needs no file."""
    assert deviations.load(tmp_path / "deviations.toml", RULES) == []


def test_load(tmp_path: Path) -> None:
    """A table is one deviation; without `tests` it means all of the rule."""
    text = f'{GOOD}tests = ["test_a", "test_b[*]"]'
    (one,) = deviations.load(written(tmp_path, text), RULES)
    assert (one.rule, one.answers) == ("X-2", "It answers 200.")
    assert one.tests == ("test_a", "test_b[*]")
    (one,) = deviations.load(written(tmp_path, GOOD), RULES)
    assert one.tests == ("*",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[X-2", "deviations.toml"),
        ("[X-9]" + TEXTS, "X-9: no such rule"),
        ("[X-1]" + TEXTS, "X-1 is a MUST"),
        ('X-2 = "so"', "X-2: a table is expected"),
        (GOOD + 'because = "so"', "unknown because; expected answers, why"),
        (GOOD.replace('"Because."', '" "'), "why must be a string"),
        (GOOD.replace('"Because."', "3"), "why must be a string"),
        (GOOD.replace("why =", "tests ="), "why must be a string"),
        (GOOD + "tests = []", "tests must be a list"),
        (GOOD + 'tests = "test_a"', "tests must be a list"),
        (GOOD + "tests = [1]", "tests must be names"),
    ],
)
def test_load_refuses(tmp_path: Path, text: str, message: str) -> None:
    """What is wrong is told, with the file, the rule and what is right."""
    with pytest.raises(deviations.DeviationError, match=message):
        deviations.load(written(tmp_path, text), RULES)


def declare(*tests: str) -> list[deviations.Deviation]:
    """Return one deviation from X-2."""
    return [deviations.Deviation("X-2", "a", "w", "s", "r", tests or ("*",))]


@pytest.mark.parametrize(
    ("pattern", "name", "rules", "is_expected"),
    [
        ("*", "test_a", ["X-2"], True),
        ("*", "test_a", ["X-1"], False),
        ("test_a", "test_a[1]", ["X-2"], False),
        ("test_a[1]", "test_a[1]", ["X-2"], True),
        ("test_a[1]", "test_a1", ["X-2"], False),
        ("test_a[*-HEAD]", "test_a[/x-HEAD]", ["X-2"], True),
        ("test_A", "test_a", ["X-2"], False),
    ],
)
def test_find(
    pattern: str, name: str, rules: list[str], is_expected: bool
) -> None:
    """A pattern means tests of its rule, with brackets as they stand."""
    found = deviations.find(declare(pattern), name, rules)
    assert (found is not None) is is_expected


def test_unmatched() -> None:
    """Each pattern without a test is named, where all tests are known."""
    declared = declare("test_a", "test_b")
    tests = [("test_a", ["X-2"]), ("test_b", ["X-1"])]
    found = deviations.unmatched(declared, tests, lambda _: True)
    assert list(found) == ["X-2: no test of this rule matches 'test_b'"]
    found = deviations.unmatched(declared, tests, lambda _: False)
    assert list(found) == []


def run(
    tmp_path: Path, implementation: str, text: str, *tests: str
) -> tuple[int, str, list[dict]]:
    """Run tests of the suite with deviations: status, words, results."""
    results = tmp_path / "results.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [str(TESTS / name) for name in tests],
        env={
            **os.environ,
            "IMPL": implementation,
            "RESULTS": str(results),
            "DEVIATIONS": str(written(tmp_path, text)),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    lines = read_lines(results) if results.exists() else []
    tests = [line for line in lines if line["kind"] == "test"]
    return done.returncode, done.stdout + done.stderr, tests


HEAD = f'[ROUTING-4]{TEXTS}tests = ["test_head[*"]'
HEADS = "test_routing.py::test_head"


def test_a_deviation_that_is_declared_is_expected(tmp_path: Path) -> None:
    """Where FastAPI deviates, its tests are expected to fail."""
    status, _, tests = run(tmp_path, "fastapi", HEAD, HEADS)
    assert status == pytest.ExitCode.OK
    assert {test["outcome"] for test in tests} == {"xfailed"}
    assert {test["deviation"] for test in tests} == {"ROUTING-4"}
    assert tests[0]["message"] == "ROUTING-4: It answers 200."


def test_a_deviation_that_is_not_declared_is_red(tmp_path: Path) -> None:
    """Where FastAPI deviates, its tests fail unless that is declared."""
    status, _, tests = run(tmp_path, "fastapi", "", HEADS)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert {test["outcome"] for test in tests} == {"failed"}
    assert {test["deviation"] for test in tests} == {None}


def test_a_deviation_that_is_none_is_red(tmp_path: Path) -> None:
    """What is declared and does not happen fails."""
    status, words, tests = run(tmp_path, "stdlib", HEAD, HEADS)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert {test["outcome"] for test in tests} == {"failed"}
    assert "ROUTING-4: It answers 200." in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[ROUTING-1]{TEXTS}", "ROUTING-1 is a MUST"),
        (f"[STATIC-3]{TEXTS}tests = ['test_x']", "no test of this rule"),
    ],
)
def test_a_wrong_declaration_stops_the_run(
    tmp_path: Path, text: str, words: str
) -> None:
    """A MUST, and a pattern without a test, are told before any test."""
    status, told, tests = run(tmp_path, "stdlib", text, "test_static.py")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert words in told
    assert tests == []


def test_a_part_of_a_chapter_needs_no_match(tmp_path: Path) -> None:
    """Where a test is picked, the other tests need not be there."""
    text = f"[STATIC-3]{TEXTS}"
    one = "test_static.py::test_the_date_of_a_file_has_passed"
    status, _, tests = run(tmp_path, "stdlib", text, one)
    assert status == pytest.ExitCode.OK
    assert [test["outcome"] for test in tests] == ["passed"]


@pytest.mark.parametrize(
    "file", sorted(IMPLEMENTATIONS.glob("*/deviations.toml"))
)
def test_what_is_declared_can_be_read(file: Path) -> None:
    """Each implementation's file is right, and names its sources."""
    for one in deviations.load(file, load_rules()):
        assert one.source.startswith("https://"), one.rule

"""The last table of `make test-all`."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from compare import table
from compare.table import read_run, show_results

HEADER = {"kind": "header", "implementation": "flask"}
FOOTER = {
    "kind": "footer",
    "not_run": {"needs PostgreSQL (TEST_POSTGRES_URL)": 4},
    "different_requests": 500,
    "different_expecting_error": 300,
}


@pytest.fixture(autouse=True)
def order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the spec have two capabilities."""
    monkeypatch.setattr(table, "capability_order", lambda: ["tags", "search"])


def record(capability: str, outcome: str) -> dict:
    """Make the line of one test."""
    return {
        "kind": "test",
        "nodeid": "test_x",
        "capability": capability,
        "outcome": outcome,
    }


def write(folder: Path, *records: dict) -> Path:
    """Write a file of results."""
    path = folder / "tests-flask.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def show(*paths: Path) -> tuple[int, str]:
    """Return the exit status and the text of the table."""
    console = Console(width=100)
    with console.capture() as captured:
        status = show_results(list(paths), console)
    return status, captured.get()


def test_all_passed(tmp_path: Path) -> None:
    """Rows in the spec's order, PostgreSQL named as not run."""
    passed = [record(c, "passed") for c in ("search", "tags", "tags")]
    status, text = show(write(tmp_path, HEADER, *passed, FOOTER))
    assert status == 0
    assert text.index("tags") < text.index("search")
    for part in ("2/2", "1/1", "3/3", "not run: 4", "500", "60%"):
        assert part in text


@pytest.mark.parametrize("outcome", ["failed", "blocked"])
def test_one_that_did_not_pass_is_red(tmp_path: Path, outcome: str) -> None:
    """A failed or blocked test shows, and the command says so."""
    records = [record("tags", "passed"), record("tags", outcome)]
    status, text = show(write(tmp_path, HEADER, *records, FOOTER))
    assert status == 1
    assert f"1/2, 1 {outcome}" in text


def test_nothing_run_is_red(tmp_path: Path) -> None:
    """No test is no success."""
    assert show(write(tmp_path, HEADER, FOOTER))[0] == 1


def test_a_run_without_footer_broke_off(tmp_path: Path) -> None:
    """A run that did not come to its end is red."""
    path = write(tmp_path, HEADER, record("tags", "passed"))
    status, text = show(path)
    assert status == 1
    assert "flask: the run broke off" in text


def test_a_missing_file_is_a_server_that_was_not_up(tmp_path: Path) -> None:
    """Without results there is a column all the same, and it is red."""
    run = read_run(tmp_path / "tests-django.jsonl")
    assert run.name == "django"
    assert run.problem.startswith("not up")
    assert show(tmp_path / "tests-django.jsonl")[0] == 1


def test_a_cut_line_is_told(tmp_path: Path) -> None:
    """A file that is no JSON is red, not a traceback."""
    path = tmp_path / "tests-flask.jsonl"
    path.write_text('{"kind": "header", "impl')
    assert show(path)[0] == 1

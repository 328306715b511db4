"""The last table of `make test-all`."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from compare.results import table
from compare.results.table import read_run, show_beside, show_results

HEADER = {"kind": "header", "implementation": "flask"}
FOOTER = {
    "kind": "footer",
    "not_run": {"needs PostgreSQL (TEST_POSTGRES_URL)": 4},
    "different_requests": 501,
    "different_expecting_error": 300,
}


@pytest.fixture(autouse=True)
def order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the spec have two capabilities."""
    monkeypatch.setattr(table, "capability_order", lambda: ["tags", "search"])


def record(capability: str, outcome: str, **more: object) -> dict:
    """Make the line of one test."""
    return {
        "kind": "test",
        "nodeid": "test_x",
        "capability": capability,
        "outcome": outcome,
        **more,
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
    for part in ("2/2", "1/1", "3/3", "not run: 4", "501", "60%"):
        assert part in text


@pytest.mark.parametrize("outcome", ["failed", "blocked"])
def test_one_that_did_not_pass_is_red(tmp_path: Path, outcome: str) -> None:
    """A failed or blocked test shows, last with what it said."""
    red = record(
        "tags", outcome, nodeid="test_y", failure={"says": "404, not 200"}
    )
    records = [record("tags", "passed"), red]
    status, text = show(write(tmp_path, HEADER, *records, FOOTER))
    assert status == 1
    assert f"1/2, 1 {outcome}" in text
    assert text.endswith("flask: test_y\n404, not 200\n")


def test_of_many_red_tests_the_first_are_told(tmp_path: Path) -> None:
    """The end of the output stays short enough to be read."""
    red = [record("tags", "failed", nodeid=f"test_{n}") for n in range(12)]
    status, text = show(write(tmp_path, HEADER, *red, FOOTER))
    assert status == 1
    assert text.count("flask: test_") == table.TOLD
    assert "flask: and 2 more red" in text


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"different_requests": 500}, "500 different requests"),
        ({"different_expecting_error": 250}, "250 of 501 expect an error"),
    ],
)
def test_a_whole_run_has_to_try_enough(
    tmp_path: Path, more: dict, complaint: str
) -> None:
    """Over 500 different requests, half of which expect an error."""
    passed, footer = record("tags", "passed"), FOOTER | more
    status, text = show(write(tmp_path, HEADER, passed, footer))
    assert status == 1
    assert f"flask: {complaint}" in text
    part = HEADER | {"capability": "tags"}
    assert show(write(tmp_path, part, passed, footer))[0] == 0


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("needs PostgreSQL (TEST_POSTGRES_URL)", 0),
        ("127.0.0.2 cannot be bound", 0),
        ("no time", 1),
    ],
)
def test_a_skip_needs_a_reason(
    tmp_path: Path, reason: str, status: int
) -> None:
    """Nothing is skipped but for PostgreSQL and an address."""
    tests = [record("tags", "passed")]
    tests.append(record("tags", "skipped", message=reason))
    done, text = show(write(tmp_path, HEADER, *tests, FOOTER))
    assert done == status
    assert "1/1, 1 skipped" in text


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    """What is known to fail stands apart."""
    tests = [record("tags", "passed"), record("tags", "xfailed")]
    status, text = show(write(tmp_path, HEADER, *tests, FOOTER))
    assert status == 0
    assert "1/1, 1 xfailed" in text


def test_deviations_are_counted_by_rule(tmp_path: Path) -> None:
    """One rule counts once; what was declared and not seen is told."""
    seen = record("tags", "xfailed", deviation="TAGS-1")
    tests = [record("tags", "passed"), seen, seen]
    footer = FOOTER | {"deviations": 1}
    _, text = show(write(tmp_path, HEADER, *tests, footer))
    assert re.search(r"deviations +│ +1 │", text)
    footer = FOOTER | {"deviations": 2}
    status, text = show(write(tmp_path, HEADER, *tests, footer))
    assert "1 of 2 declared" in text
    assert status == 0


def test_postgresql_is_counted_by_its_mark(tmp_path: Path) -> None:
    """The tests that run on PostgreSQL count, not those that refuse it."""
    tests = [record("storage", "passed", postgres=True)] * 2
    refusal = record("storage", "passed", nodeid="test_no_postgresql")
    footer = FOOTER | {"not_run": {}}
    status, text = show(write(tmp_path, HEADER, *tests, refusal, footer))
    assert "2/2" in text
    status, text = show(write(tmp_path, HEADER, refusal, footer))
    assert status == 0
    assert "not offered" in text


def test_a_line_separator_ends_no_line(tmp_path: Path) -> None:
    """U+2028 within a string breaks nothing."""
    path = write(tmp_path, HEADER, FOOTER)
    test = json.dumps(
        record("tags", "passed", nodeid="a\u2028b"), ensure_ascii=False
    )
    path.write_text(f"{path.read_text()}\n{test}\n", "utf-8")
    assert show(path)[0] == 0


def test_what_the_spec_leaves_open_is_told(tmp_path: Path) -> None:
    """Inputs that were answered differently are listed, others are not."""
    paths = []
    for name, status in (("django", "301"), ("flask", "404")):
        open_ = {"nodeid": "x.py::test_odd[//]", "left_open": ["200", status]}
        alike = {"nodeid": "x.py::test_odd[a]", "left_open": ["404"]}
        tests = [record("robustness", "passed", **m) for m in (open_, alike)]
        race = {"nodeid": "x.py::test_race", "left_open": [status]}
        tests.append(record("tags", "passed", **race))
        header = HEADER | {"implementation": name}
        paths.append(tmp_path / f"tests-{name}.jsonl")
        write(tmp_path, header, *tests, FOOTER).rename(paths[-1])
    status, text = show(*paths)
    assert status == 0
    told = text[text.index("Left open") :]
    assert "odd[//]" in told
    assert "200 301" in told
    assert "200 404" in told
    assert "odd[a]" not in told
    assert "race" not in told
    assert "odd[//]" in (tmp_path / "differences.md").read_text("utf-8")


def test_what_needs_run_is_told_by_chapter(tmp_path: Path) -> None:
    """A server that is known by its URL has a row for each chapter."""
    footer = FOOTER | {"waiting": {"tags": 3, "search": 12}}
    status, text = show(
        write(tmp_path, HEADER, record("tags", "passed"), footer)
    )
    assert status == 0
    for part in ("1/1, 3 need run", "needs run: 12", "1/1, 15 need run"):
        assert part in text
    part = HEADER | {"capability": "search"}
    status, _ = show(
        write(tmp_path, part, FOOTER | {"waiting": {"search": 12}})
    )
    assert status == 0


@pytest.mark.parametrize(("outcome", "status"), [("passed", 0), ("failed", 1)])
def test_one_more_server_stands_beside_the_four(
    tmp_path: Path, outcome: str, status: int
) -> None:
    """Whether those were tested before, and only it decides."""
    flask = [record(one, "failed") for one in ("tags", "docs")]
    write(tmp_path, HEADER, *flask, FOOTER)
    header, path = HEADER | {"implementation": "mine"}, tmp_path / "mine.jsonl"
    tests = [record("tags", "passed"), record("search", outcome, message="")]
    path.write_text("\n".join(map(json.dumps, [header, *tests, FOOTER])))
    console = Console(width=100)
    with console.capture() as captured:
        assert show_beside(path, console) == status
    text = captured.get()
    assert re.search(r"capability +┃ +flask ┃ +mine ┃", text)
    assert "`make test-all` fills" in text
    assert "docs" not in text
    assert "flask: " not in text


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

"""The texts of the report: there for all, true of the code, and run."""

import re
from pathlib import Path

import pytest

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import capability_order
from compare.report.examples import HEADING, examples, promised, run
from compare.report.mentions import unknown
from tests.support.servers import Server

NOTES = Path(__file__).parents[2] / "compare" / "report" / "notes"
SAID = "# 404, nothing; Flask, Django: 400; FastAPI: 422, a habit.\n"


def read(name: str) -> str:
    """Read one note."""
    return (NOTES / f"{name}.md").read_text("utf-8")


def test_every_capability_has_a_note_of_two_or_three_paragraphs() -> None:
    """Each is long enough to say something and short enough to be read."""
    for name in capability_order():
        text = read(name).partition(HEADING)[0]
        assert 120 <= len(text.split()) <= 260, name
        assert text.strip().count("\n\n") in (1, 2), name


def test_notes_name_only_what_exists() -> None:
    """Places of the code and symbols of the frameworks are real."""
    texts = [path.read_text("utf-8") for path in NOTES.glob("*.md")]
    assert list(unknown(texts)) == []


def test_what_does_not_exist_is_found() -> None:
    """A function that was renamed, a file that moved, a symbol that went."""
    text = "`flask/app/api.py::nothing` `stdlib/app/api.py` `flask:Nothing`"
    text += " `django/app/nowhere.py` `fastapi/app/api.py::create_bookmark`"
    assert list(unknown([text])) == [
        "flask/app/api.py::nothing",
        "django/app/nowhere.py",
        "flask:Nothing",
    ]


def test_notes_hold_no_measured_figure() -> None:
    """What was measured is shown by the report, not typed."""
    for name in capability_order():
        text = read(name).partition(HEADING)[0]
        assert not re.search(r"\d+ ?(%|ms|lines|times|KB|MB|MiB)\b", text), (
            name
        )


def test_a_comment_promises_a_status_to_each() -> None:
    """The first is for all, and names stand before another one."""
    statuses = [promised(SAID, name) for name in IMPLEMENTATIONS]
    assert statuses == [404, 400, 400, 422]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_examples_answer_what_they_promise(
    implementation: str, tmp_path: Path
) -> None:
    """Each block can be pasted, and each of the four answers as it says."""
    wrong = []
    with Server(implementation) as server:
        for name in capability_order():
            block = examples(read(name))
            seen = run(block, implementation, server.url, tmp_path)
            assert len(seen) >= 2, name
            wrong += [(name, one) for one in seen if one.promised != one.came]
    assert wrong == []

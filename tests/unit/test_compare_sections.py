"""The generated parts of the documents."""

from pathlib import Path

import pytest

from compare.ledger import sections
from compare.ledger.capabilities import Capabilities, Code
from compare.ledger.deviations import deviations_markdown, read_deviations
from compare.ledger.sections import refresh, replace_section, side_by_side
from tests.support.report import Rule

FUNCTION = '@api.post("/x")\ndef create() -> None:\n    """Do."""\n'
METHOD = (
    "class XView(View):\n    size = 1\n\n    def get(self) -> None: ...\n\n"
    '    def post(self) -> None:\n        """Do."""\n'
)
DEVIATION = """
[ROUTING-4]
answers = "HEAD answers 405."
why = "Nothing adds it."
source = "https://example.org/1773"
remedy = "Add it."
tests = ["test_head*"]
"""


def test_replace_section_keeps_what_stands_around() -> None:
    """Only what is between the markers changes."""
    text = "before\n<!-- grid -->\nold\n<!-- /grid -->\nafter\n"
    assert replace_section(text, "grid", "new") == (
        "before\n<!-- grid -->\nnew\n<!-- /grid -->\nafter\n"
    )


@pytest.mark.parametrize("text", ["", "<!-- grid -->", "<!-- /grid -->"])
def test_replace_section_needs_both_markers(text: str) -> None:
    """A document without markers is an error, not an empty section."""
    with pytest.raises(ValueError, match="has no <!-- grid -->"):
        replace_section(text, "grid", "new")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give two implementations of one operation."""
    for name, text in (("flask", FUNCTION), ("django", METHOD)):
        (tmp_path / name / "app").mkdir(parents=True)
        (tmp_path / name / "app" / "api.py").write_text(text)
    monkeypatch.setattr(sections, "IMPLEMENTATIONS", ("flask", "django"))
    monkeypatch.setattr(sections, "folder_of", lambda name: tmp_path / name)
    monkeypatch.setattr(sections, "ROOT", tmp_path)
    return tmp_path


def test_side_by_side_shows_functions_and_methods(root: Path) -> None:
    """A function with its decorators, a method below its class line."""
    codes = {"create": Code("app/api.py", "XView.post")}
    found = Capabilities({}, operations={"django": codes})
    assert side_by_side(found, "create") == (
        "[Flask](implementations/flask/app/api.py):\n\n"
        f"```python\n{FUNCTION}```\n\n"
        "[Django](implementations/django/app/api.py):\n\n"
        "```python\nclass XView(View):\n"
        '    def post(self) -> None:\n        """Do."""\n```'
    )


def test_side_by_side_tells_what_is_missing(root: Path) -> None:
    """An operation that a file lacks is named with the file."""
    with pytest.raises(ValueError, match="django/app/api.py has no create"):
        side_by_side(Capabilities({}), "create")


def test_refresh_names_what_is_stale_and_writes_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each section is refreshed by itself."""
    path = root / "README.md"
    path.write_text("<!-- a -->\n1\n<!-- /a -->\n<!-- b -->\n2\n<!-- /b -->\n")
    found = [(path, "a", "1"), (path, "b", "3")]
    monkeypatch.setattr(sections, "sections", lambda _: found)
    assert refresh(Capabilities({}), False) == ["README.md: b"]
    assert refresh(Capabilities({}), True) == ["README.md: b"]
    assert refresh(Capabilities({}), True) == []
    assert "<!-- b -->\n3\n<!-- /b -->" in path.read_text()


def test_deviations_are_listed_by_rule(tmp_path: Path) -> None:
    """Each rule with what each answers instead, in the rules' order."""
    (tmp_path / "deviations.toml").write_text(DEVIATION)
    rules = {
        name: Rule(name, "SHOULD", "", False, sentence, "spec/routing.md")
        for name, sentence in (("ROUTING-3", "No."), ("ROUTING-4", "Yes."))
    }
    found = {"stdlib": {}, "fastapi": read_deviations(tmp_path)}
    titles = {"stdlib": "Standard library", "fastapi": "FastAPI"}
    assert deviations_markdown(found, rules, titles) == (
        "**[ROUTING-4](../spec/routing.md)** Yes.\n\n"
        "- FastAPI: HEAD answers 405. Nothing adds it. "
        "([source](https://example.org/1773)) To change it: Add it."
    )


def test_no_deviations(tmp_path: Path) -> None:
    """Without a file there is none, and the list says so."""
    assert read_deviations(tmp_path) == {}
    assert deviations_markdown({"stdlib": {}}, {}, {}) == "None."

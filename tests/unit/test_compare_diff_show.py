"""The comparisons in a terminal and as HTML."""

import subprocess
import sys
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser

import pytest

from compare import IMPLEMENTATIONS, ROOT
from compare.diff.columns import Group, line_up
from compare.diff.draw_columns import draw_columns
from compare.diff.draw_pairs import section_texts
from compare.diff.page import Anchors, fragments
from compare.diff.pager import page
from compare.diff.pairing import Pair
from compare.diff.panes import PANE
from compare.diff.pieces import Piece
from compare.diff.sections import Section
from compare.diff.work import Work

WORK = Work(
    "builtin", "django.apps:Admin", "django/apps.py:3", "Admin()", "app/a.py:9"
)


def piece(*lines: str) -> Piece:
    """Make a function of some lines."""
    return Piece("app/a.py", "f", "function", 7, lines, lines, "admin")


def draw(section: Section, pane: int) -> list[str]:
    """Draw a section without colours."""
    return [text.plain for text in section_texts(section, pane)]


def test_what_does_the_work_stands_where_code_is_missing() -> None:
    """Code of one side is shown; the cell of the other stands beside it."""
    section = Section("admin", [], [WORK], pairs=[Pair(piece("a", "b"), None)])
    assert [line.split("│")[0].rstrip() for line in draw(section, PANE)] == [
        "",
        "@ f  app/a.py:7",
        "-a",
        "-b",
    ]
    assert [line.split("│")[1] for line in draw(section, PANE)] == [
        "■ built in: django.apps:Admin",
        "  django/apps.py:3",
        "  switched on in app/a.py:9",
        "      Admin()",
    ]


def test_a_pair_shows_signs_on_both_sides() -> None:
    """What went, what came and what has changed is told without colours."""
    left = piece("same", "x = first(1)", "gone")
    right = piece("same", "x = first(2)", "came anew")
    section = Section("admin", [], [], pairs=[Pair(left, right)])
    *_, same, changed, apart = draw(section, 58)
    assert same == " same".ljust(59) + "│ same"
    assert changed == "~x = first(1)".ljust(59) + "│~x = first(2)"
    assert apart == "-gone".ljust(59) + "│+came anew"
    assert draw(section, 40)[-4:] == [
        "-x = first(1)",
        "-gone",
        "+x = first(2)",
        "+came anew",
    ]


def test_a_long_line_goes_on_inside_its_pane() -> None:
    """A mark tells that it is one line."""
    section = Section("a", [], [], pairs=[Pair(piece("x" * 70), None)])
    assert draw(section, 60)[-2:] == [
        "-" + "x" * 60 + "│",
        "↳" + "x" * 10 + " " * 50 + "│",
    ]


def test_what_is_the_same_is_folded() -> None:
    """Its titles say so."""
    section = Section("a", [], [], pairs=[Pair(piece("x"), piece("x"))])
    assert len(draw(section, PANE)) == 2
    assert "the same" in draw(section, PANE)[-1]


def test_four_columns_where_there_is_room() -> None:
    """Else one stands below the other; nothing is wrapped."""
    row = {name: [piece(name, "x" * 70)] for name in IMPLEMENTATIONS}
    wide = [t.plain for t in draw_columns("f", [Group(pieces=row)], 287)]
    narrow = [t.plain for t in draw_columns("f", [Group(pieces=row)], 286)]
    assert any(all(n in line for n in IMPLEMENTATIONS) for line in wide)
    assert [line.count("x" * 70) for line in narrow].count(1) == 4


def test_functions_of_one_name_share_a_row() -> None:
    """What only one has is stacked between them."""
    make = partial(replace, piece("x"))
    rows = line_up(
        {
            "flask": [make(name=n) for n in ("a", "b", "c", "d")],
            "django": [make(name=n) for n in ("a", "e", "d")],
        },
        {},
    )
    names = [
        {name: [p.name for p in some] for name, some in row.pieces.items()}
        for row in rows
    ]
    assert names == [
        {"flask": ["a"], "django": ["a"]},
        {"flask": ["b", "c"], "django": ["e"]},
        {"flask": ["d"], "django": ["d"]},
    ]


class Tags(HTMLParser):
    """Notes the tags that stand open, and the text."""

    def __init__(self, markup: str) -> None:
        """Read some HTML."""
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(str(markup))

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Open an element."""
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


@pytest.mark.parametrize("other", ["return '<b>&'", "nothing like it", None])
def test_html_is_well_formed_and_code_is_escaped(other: str | None) -> None:
    """Every element is closed, and code makes none."""
    left, right = piece("return '<i>&'"), other and piece(other)
    section = Section("admin", [], [WORK], pairs=[Pair(left, right)])
    markup = fragments().section(section, "flask", "django", Anchors())
    tags = Tags(markup)
    assert tags.open == []
    assert "return '<i>&'" in tags.text
    assert 'id="fn-flask-f"' in markup


def test_who_stops_reading_makes_no_error() -> None:
    """`make diff | head` ends well."""
    code = "from compare.diff.pager import *; show_text('line\\n' * 100_000)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"line\n"
    process.stdout.close()
    assert process.wait(60) == 0


def test_a_pager_may_be_left_early(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is not read is dropped."""
    monkeypatch.setenv("PAGER", "head -n 1")
    page("line\n" * 100_000)
    assert capfd.readouterr().out == "line\n"

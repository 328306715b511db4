"""Counting lines and finding symbols."""

from pathlib import Path
from textwrap import dedent

import pytest

from compare.ledger.source import blocks, code_lines, find_symbol

MODULE = dedent('''\
    """Module docstring,
    over two lines."""

    import os  # counts: it is code

    # only a comment
    LIMIT = 3
    SQL = """SELECT 1

        FROM x"""


    @decorate(
        name="x",
    )
    def show() -> None:
        """Docstring."""
        return None


    class Thing:
        """Docstring."""

        SIZE: int = 1

        def grow(self) -> None:
            """Docstring."""
    ''')


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_code_lines_leave_out_blanks_comments_and_docstrings(
    tmp_path: Path,
) -> None:
    """Code is what is not blank, a comment or a docstring."""
    found = code_lines(write(tmp_path, "a.py", MODULE))
    assert found == {4, 7, 8, 10, 13, 14, 15, 16, 18, 21, 24, 26}


def test_code_lines_know_sql_comments(tmp_path: Path) -> None:
    """A comment of SQL is no code; its other lines are."""
    text = "-- why\nCREATE TABLE x (\n\n  id INTEGER -- key\n);\n"
    assert code_lines(write(tmp_path, "1.sql", text)) == {2, 4, 5}


def test_code_lines_count_no_data(tmp_path: Path) -> None:
    """A word list is not code."""
    assert code_lines(write(tmp_path, "words.txt", "a\nb\n")) == set()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('#!/usr/bin/env python3\n"""Docstring."""\nimport os\n', {3}),
        ('#!/bin/sh\n# why\ncd "$(dirname "$0")"\nexec x\n', {3, 4}),
    ],
)
def test_code_lines_read_a_script_without_suffix(
    tmp_path: Path, text: str, lines: set[int]
) -> None:
    """The first line of `run` says whether it is Python."""
    assert code_lines(write(tmp_path, "run", text)) == lines


@pytest.mark.parametrize(
    ("symbol", "lines"),
    [
        ("show", (13, 18)),
        ("Thing", (21, 27)),
        ("Thing.grow", (26, 27)),
        ("Thing.SIZE", (24, 24)),
        ("LIMIT", (7, 7)),
        ("SQL", (8, 10)),
        ("absent", None),
        ("Thing.absent", None),
    ],
)
def test_find_symbol(symbol: str, lines: tuple[int, int] | None) -> None:
    """Functions, classes, methods and assigned names are found."""
    assert find_symbol(MODULE, symbol) == lines


def test_find_symbol_finds_nothing_in_another_language() -> None:
    """A shell script has no symbols."""
    assert find_symbol("#!/bin/sh\nexec x\n", "x") is None


def test_blocks_cut_a_module_at_its_functions() -> None:
    """Statements between functions make one block without a name."""
    found = [(b.name, b.first, b.last) for b in blocks(MODULE)]
    assert found == [("", 1, 10), ("show", 13, 18), ("Thing", 21, 27)]


VIEWS = dedent('''\
    class View:
        """Docstring."""

        size = 1

        @cached
        def get(self) -> None:
            """Show."""

        def help(self) -> None: ...


    class Other:
        def get(self) -> None: ...
    ''')


def test_blocks_cut_a_class_at_its_operations() -> None:
    """A class that holds an operation is cut, another one is not."""
    found = blocks(VIEWS, {"View.get": "show", "Other": "list"})
    assert [(b.name, b.first, b.last, b.is_class) for b in found] == [
        ("View", 1, 5, True),
        ("show", 6, 9, False),
        ("View.help", 10, 10, False),
        ("list", 13, 14, True),
    ]
    assert found[1].docstring == "Show."

"""The grid of the README."""

import pytest

from compare.capabilities import Cell, Remark
from compare.grid import Count, cell_text, markdown, replace_grid

LIBRARY = Remark("library", "pydantic")
BUILTIN = Remark("builtin", "Flask, in create_app")
ABSENT = Remark("not_offered", "why")


@pytest.mark.parametrize(
    ("remarks", "count", "text"),
    [
        ((), Count(12, 0), "12"),
        ((), Count(12, 3), "12 + 3 contract"),
        ((), Count(0, 3), "0 + 3 contract"),
        ((BUILTIN,), Count(0, 0), "built in"),
        ((BUILTIN, BUILTIN), Count(0, 0), "built in"),
        ((ABSENT,), Count(0, 0), "not offered"),
        ((LIBRARY,), Count(8, 2), "8 + 2 contract, library: pydantic"),
    ],
)
def test_cell_text(
    remarks: tuple[Remark, ...], count: Count, text: str
) -> None:
    """A cell says its lines and who does the rest."""
    assert cell_text(Cell(remarks=remarks), count) == text


def test_markdown_links_capabilities_and_not_sums() -> None:
    """A capability leads to its chapter."""
    rows = [["tokens", "1", "2", "3", "4"], ["all", "5", "6", "7", "8"]]
    lines = markdown(rows).splitlines()
    assert lines[2] == "| [tokens](spec/tokens.md) | 1 | 2 | 3 | 4 |"
    assert lines[3] == "| *all* | 5 | 6 | 7 | 8 |"


def test_replace_grid_keeps_what_stands_around() -> None:
    """Only what is between the markers changes."""
    text = "before\n<!-- grid -->\nold\n<!-- /grid -->\nafter\n"
    assert replace_grid(text, "new") == (
        "before\n<!-- grid -->\nnew\n<!-- /grid -->\nafter\n"
    )


@pytest.mark.parametrize("text", ["", "<!-- grid -->", "<!-- /grid -->"])
def test_replace_grid_wants_both_markers(text: str) -> None:
    """A README without markers is an error, not an empty grid."""
    with pytest.raises(ValueError):
        replace_grid(text, "new")

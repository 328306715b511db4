"""How much of a capability is left to write: the level of a cell."""

from pathlib import Path

from compare.ledger.capabilities import SOURCES, Cell, Remark, cell_lines

# From least to most that is left to write.
LEVELS = {
    "not offered": "it is missing, and people use something else",
    "automatic": "the framework does it, without a line of yours",
    "configured": "the framework does the main part, as your lines tell it",
    "library": "a library beside the framework does the main part",
    "by hand": "your lines do the main part, whoever else helps",
}


def level(cell: Cell, folder: Path) -> str:
    """Return the level of a cell, one of LEVELS.

    What stands first in the cell does the main part; what no `builtin` and
    no `library` does is written by hand.
    """
    if any(remark.kind == "not_offered" for remark in cell.remarks):
        return "not offered"
    first = main_source(cell)
    if first is None:
        return "by hand"
    if first.kind == "library":
        return "library"
    return "configured" if cell_lines(cell, folder) else "automatic"


def main_source(cell: Cell) -> Remark | None:
    """Return who does the main part, None where that is one's own code."""
    sources = (r for r in cell.remarks if r.kind in SOURCES)
    return None if cell.by_hand else next(sources, None)

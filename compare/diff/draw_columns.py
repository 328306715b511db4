"""Draw code in four columns, for a terminal."""

from collections.abc import Iterator
from itertools import chain, zip_longest

from rich.text import Text

from compare import IMPLEMENTATIONS
from compare.diff.align import SAME
from compare.diff.colour import coloured
from compare.diff.columns import Group
from compare.diff.draw_pairs import title
from compare.diff.panes import abreast, signed, work_texts
from compare.diff.pieces import Piece
from compare.ledger.grid import TITLES

NARROWEST_COLUMN = 60


def draw_columns(name: str, groups: list[Group], width: int) -> Iterator[Text]:
    """Draw four columns where `width` has room, else one below the other."""
    widths = {name: longest(groups, name) + 1 for name in IMPLEMENTATIONS}
    is_wide = width >= sum(widths.values()) + len(widths) - 1
    beside = [IMPLEMENTATIONS] if is_wide else [[n] for n in IMPLEMENTATIONS]
    yield Text(f" {name} ", "bold reverse")
    for names in beside:
        yield Text()
        chosen = {name: widths[name] for name in names}
        heads = [Text(f" {TITLES[n]}", "bold underline") for n in names]
        for line in chain([heads], rows(groups, chosen)):
            yield from abreast(line, chosen.values())


def longest(groups: list[Group], name: str) -> int:
    """Return how wide the code of one implementation is."""
    pieces = [p for group in groups for p in group.pieces.get(name, ())]
    lengths = [len(line) for piece in pieces for line in piece.lines]
    return max([NARROWEST_COLUMN, *lengths])


def rows(
    groups: list[Group], widths: dict[str, int]
) -> Iterator[list[Text | None]]:
    """Draw the rows of some columns; an empty one is left out."""
    for group in groups:
        columns = [
            list(cell_texts(group, name, width))
            for name, width in widths.items()
        ]
        if not any(columns):
            continue
        yield [None for _ in columns]
        if group.title:
            yield [
                Text(f" {group.title} ", "bold cyan reverse") for _ in columns
            ]
        yield from map(list, zip_longest(*columns))


def cell_texts(group: Group, name: str, width: int) -> Iterator[Text]:
    """Draw what one implementation has in a row."""
    yield from work_texts(group.work.get(name, ()), width)
    for number, piece in enumerate(group.pieces.get(name, ())):
        if number:
            yield Text()
        yield from piece_texts(piece)


def piece_texts(piece: Piece) -> Iterator[Text]:
    """Draw a piece under its title."""
    yield title(piece)
    for parts in coloured(piece.lines, piece.file):
        yield signed(SAME, parts)

"""Draw the difference between two implementations, for a terminal."""

from collections.abc import Iterator
from itertools import chain, zip_longest

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from compare.diff.align import CAME, GAP, GONE, SAME
from compare.diff.colour import coloured, coloured_rows
from compare.diff.pairing import Pair, Tally
from compare.diff.panes import (
    NARROWEST,
    PANE,
    abreast,
    row_texts,
    signed,
    with_sign,
    work_texts,
)
from compare.diff.pieces import FILE, Piece
from compare.diff.sections import Section
from compare.ledger.grid import TITLES

TextRow = tuple[Text | None, Text | None]


def draw_difference(
    found: list[Section], left: str, right: str, width: int
) -> Iterator[RenderableType]:
    """Draw an index, then what differs, capability by capability."""
    yield Text(f"{TITLES[left]} → {TITLES[right]}", "bold")
    yield index(found, left, right)
    pane = min(PANE, (width - 3) // 2)
    for section in found:
        yield Text(f"\n{heading(section)}", "bold reverse")
        yield from section_texts(section, pane)


def index(found: list[Section], left: str, right: str) -> Table:
    """Draw the lines gone, added and kept, and who does the work."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("capability", no_wrap=True)
    for column in ("gone", "added", "kept"):
        table.add_column(column, justify="right")
    for name in (left, right):
        table.add_column(TITLES[name], overflow="fold")
    for section in found:
        table.add_row(section.name, *numbers(section.tally), *section.who)
    total = sum((section.tally for section in found), Tally())
    table.add_row("all", *numbers(total))
    return table


def numbers(tally: Tally) -> tuple[str, str, str]:
    """Write the three numbers of a tally."""
    return str(tally.gone), str(tally.added), str(tally.kept)


def heading(section: Section) -> str:
    """Write the heading of a capability."""
    tally = section.tally
    return f" {section.name}  -{tally.gone} +{tally.added} ={tally.kept} "


def section_texts(section: Section, pane: int) -> Iterator[Text]:
    """Draw one capability, in two panes where they are wide enough."""
    if pane < NARROWEST:
        works = [*section.left_work, *section.right_work]
        yield from work_texts(works, 2 * pane)
        for pair in section.pairs:
            yield from unified(pair)
    else:
        for line in section_rows(section, pane):
            yield from abreast(line, [pane + 1, pane + 1])


def section_rows(section: Section, pane: int) -> Iterator[TextRow]:
    """Draw what both sides have, then what each has alone.

    Who does the work stands above, or in the place of code that is missing.
    """
    works = [
        work_texts(work, pane)
        for work in (section.left_work, section.right_work)
    ]
    if section.both:
        yield from zip_longest(*works)
        works = [iter(())] * 2
    for pair in section.both:
        yield from pair_rows(pair)
    left = alone_texts(section.alone("left"), GONE)
    right = alone_texts(section.alone("right"), CAME)
    yield from zip_longest(chain(works[0], left), chain(works[1], right))


def alone_texts(pieces: list[Piece], sign: str) -> Iterator[Text]:
    """Draw pieces that one side has alone, one below the other."""
    for piece in pieces:
        yield Text()
        yield title(piece)
        for line, parts in zip(
            piece.lines, coloured(piece.lines, piece.file), strict=True
        ):
            yield signed(SAME if line == GAP else sign, parts)


def pair_rows(pair: Pair) -> Iterator[TextRow]:
    """Draw a pair in two panes; what is the same is folded to its titles."""
    yield None, None
    pieces = pair.left, pair.right
    yield tuple(p and title(p, pair.is_same) for p in pieces)
    if not pair.is_same:
        for row in coloured_rows(pair):
            yield row_texts(*row)


def title(piece: Piece, is_same: bool = False) -> Text:
    """Name a piece and its place."""
    place = f"{piece.file}:{piece.first}"
    words = [place] if piece.kind == FILE else [piece.title, place]
    if is_same:
        words.append("the same")
    return Text.assemble(
        (f"@ {words[0]}", "bold"),
        ("  ".join(["", *words[1:]]), "bright_black"),
    )


def unified(pair: Pair) -> Iterator[Text]:
    """Draw a pair in one pane, what went before what came."""
    yield Text()
    for piece in dict.fromkeys((pair.left, pair.right)):
        if piece:
            yield title(piece, pair.is_same)
    came: list[Text] = []
    for row, *parts in [] if pair.is_same else coloured_rows(pair):
        left, right = row_texts(row, *parts)
        if row.sign == SAME:
            yield from came
            came = []
        if left:
            yield left if row.sign == SAME else with_sign(GONE, left)
        if right and row.sign != SAME:
            came.append(with_sign(CAME, right))
    yield from came

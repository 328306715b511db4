"""Four columns: what all implementations have for one capability."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from compare import IMPLEMENTATIONS
from compare.diff.pairing import purpose
from compare.diff.pieces import STATEMENTS, Piece
from compare.diff.reading import pieces_of
from compare.diff.work import Work, work_of
from compare.ledger.capabilities import Capabilities

Columns = dict[str, list[Piece]]


@dataclass
class Group:
    """Pieces that stand in one row, and who does the work, by column."""

    title: str = ""
    pieces: Columns = field(default_factory=dict)
    work: dict[str, list[Work]] = field(default_factory=dict)


def capability_groups(found: Capabilities, capability: str) -> list[Group]:
    """Return the rows of a capability: who does it, then its code."""
    work = {name: work_of(found, name, capability) for name in IMPLEMENTATIONS}
    pieces = {
        name: [
            piece
            for piece in pieces_of(found, name)
            if piece.capability == capability
        ]
        for name in IMPLEMENTATIONS
    }
    return [Group(work=work), *line_up(pieces, found.aliases)]


def line_up(columns: Columns, aliases: dict[str, str]) -> list[Group]:
    """Set pieces of one name in one row; stack what only one has between."""
    orders = [[key_of(p, aliases) for p in some] for some in columns.values()]
    rows: dict[object, Columns] = {key: {} for key in merged(orders)}
    for name, pieces in columns.items():
        for piece in pieces:
            row = rows[key_of(piece, aliases)]
            row.setdefault(name, []).append(piece)
    groups: list[Columns] = []
    for is_shared, run in groupby(rows.values(), lambda row: len(row) > 1):
        if is_shared:
            groups += run
        else:
            groups.append(stacked(run))
    return [Group(pieces=pieces) for pieces in groups]


def stacked(rows: Iterable[Columns]) -> Columns:
    """Put rows below each other, each column by itself."""
    found: Columns = {}
    for row in rows:
        for name, pieces in row.items():
            found.setdefault(name, []).extend(pieces)
    return found


def merged(orders: Iterable[Iterable[object]]) -> list[object]:
    """Merge several orders into one, in which each thing stands once."""
    merged: list[object] = []
    for order in orders:
        place = 0
        for key in order:
            if key in merged:
                place = max(place, merged.index(key) + 1)
            else:
                merged.insert(place, key)
                place += 1
    return merged


def key_of(piece: Piece, aliases: dict[str, str]) -> object:
    """Return what pieces that stand for one another have in common.

    Settings of a class and of a module have their file and their kind.
    """
    is_setting = piece.kind == STATEMENTS and "." in piece.name
    if piece.name and not is_setting:
        return piece.name
    return purpose(piece.file, set(), set(), aliases), piece.kind

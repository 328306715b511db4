"""Pair what two implementations have for the same purpose."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from compare.diff.align import Row, align, same_name
from compare.diff.pieces import FILE, STATEMENTS, UNCLAIMED, Piece
from compare.diff.tables import table_of

MIGRATION = re.compile(r"app/migrations/(?:versions/)?(\d+)_")


@dataclass(frozen=True)
class Pair:
    """Two pieces that answer to each other; None where there is none."""

    left: Piece | None
    right: Piece | None

    @property
    def capability(self) -> str:
        """Name the capability under which the pair is shown."""
        piece = self.left
        if piece is None or piece.capability == UNCLAIMED:
            piece = self.right or piece
        assert piece
        return piece.capability

    @property
    def rows(self) -> list[Row]:
        """Lay the lines of both side by side."""
        left = self.left.lines if self.left else ()
        right = self.right.lines if self.right else ()
        files = [p.file for p in (self.left, self.right) if p]
        if sum(file.endswith(".sql") for file in files) == 1:
            return align(left, right, same_name)
        return align(left, right)

    @property
    def is_same(self) -> bool:
        """Tell whether both sides have the same text."""
        if not (self.left and self.right):
            return False
        return self.left.lines == self.right.lines


@dataclass
class Tally:
    """Lines of code that went, came and stayed."""

    gone: int = 0
    added: int = 0
    kept: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Sum two tallies."""
        return Tally(
            self.gone + other.gone,
            self.added + other.added,
            self.kept + other.kept,
        )


class Sides:
    """The pieces of both sides that have no partner yet."""

    def __init__(self, left: list[Piece], right: list[Piece]) -> None:
        """Take all pieces."""
        self.left, self.right = left, right
        self.pairs: list[Pair] = []

    def pair(self, key: Callable[[Piece], object]) -> None:
        """Pair those whose key is the same, and unique on both sides."""
        ours, theirs = unique(self.left, key), unique(self.right, key)
        for found in ours:
            if found in theirs:
                self.pairs.append(Pair(ours[found], theirs[found]))
                self.left.remove(ours[found])
                self.right.remove(theirs[found])


def unique(
    pieces: Iterable[Piece], key: Callable[[Piece], object]
) -> dict[object, Piece]:
    """Return the pieces whose key no other has; None is no key."""
    keys = [(key(piece), piece) for piece in pieces]
    counts = Counter(k for k, _ in keys)
    return {k: p for k, p in keys if k is not None and counts[k] == 1}


class Purposes:
    """What pieces are for, by which they are paired; None says nothing."""

    def __init__(
        self, left: list[Piece], right: list[Piece], aliases: dict[str, str]
    ) -> None:
        """Take the pieces of both sides, and other names of files."""
        self.files = [{piece.file for piece in side} for side in (left, right)]
        self.aliases = aliases

    def place(self, piece: Piece) -> str:
        """Return what the file of a piece is called on both sides."""
        return purpose(piece.file, *self.files, self.aliases)

    def file(self, piece: Piece) -> object:
        """Return what a whole file is for: a migration has a number."""
        return self.place(piece) if piece.kind == FILE else None

    def name(self, piece: Piece) -> object:
        """Return the name of a function or a class in its file."""
        return (self.place(piece), piece.name) if is_named(piece) else None

    def statements(self, piece: Piece) -> object:
        """Return the capability of statements in their file."""
        found = self.place(piece), piece.capability
        return found if piece.kind == STATEMENTS else None

    def anywhere(self, piece: Piece) -> object:
        """Return what has to agree where a piece stands in another file."""
        found = piece.kind, piece.capability, piece.name
        return found if is_named(piece) else None


def pair_pieces(
    left: list[Piece], right: list[Piece], aliases: dict[str, str]
) -> list[Pair]:
    """Pair all pieces, in the order of the left, then of the right."""
    order = {id(piece): n for n, piece in enumerate([*left, *right])}
    purposes = Purposes(left, right, aliases)
    sides = Sides(list(left), list(right))
    for key in (
        purposes.file,
        purposes.name,
        purposes.statements,
        purposes.anywhere,
    ):
        sides.pair(key)
    alone = [Pair(piece, None) for piece in sides.left]
    alone += [Pair(None, piece) for piece in sides.right]
    return sorted(
        [*sides.pairs, *(with_table(pair, left, right) for pair in alone)],
        key=lambda pair: min(
            order.get(id(piece), len(order))
            for piece in (pair.left, pair.right)
        ),
    )


def is_named(piece: Piece) -> bool:
    """Tell whether a piece is a function or a class."""
    return piece.kind not in (FILE, STATEMENTS) and bool(piece.name)


def purpose(
    file: str, left: set[str], right: set[str], aliases: dict[str, str]
) -> str:
    """Return what a file is called on both sides: a migration its number.

    An alias gives way where a side has a file of the other name as well.
    """
    if found := MIGRATION.match(file):
        return found[1]
    other = aliases.get(file, file)
    has_both = any({file, other} <= side for side in (left, right))
    return file if has_both else other


def with_table(pair: Pair, left: list[Piece], right: list[Piece]) -> Pair:
    """Let a model that is alone stand beside the SQL of its table."""
    if pair.right and not pair.left:
        return Pair(table_of(pair.right, left), pair.right)
    if pair.left and not pair.right:
        return Pair(pair.left, table_of(pair.left, right))
    return pair


def count_lines(pair: Pair) -> Tally:
    """Count the lines of code that went, came and stayed in a pair."""
    left = [line.strip() for line in pair.left.code] if pair.left else []
    right = [line.strip() for line in pair.right.code] if pair.right else []
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    kept = sum(match.size for match in matcher.get_matching_blocks())
    return Tally(len(left) - kept, len(right) - kept, kept)

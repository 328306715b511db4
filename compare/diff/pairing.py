"""Pair the files and functions of two implementations by their names."""

import difflib
from collections import Counter
from collections.abc import Collection, Container
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent

from compare.ledger.capabilities import Capabilities, cell_lines, source_files
from compare.ledger.source import Block, blocks, code_lines

UNCLAIMED = "wiring"


@dataclass(frozen=True)
class Piece:
    """A block of one file, with its text.

    `lines` is the whole text with comments and docstrings; `code` the lines
    that count; `capability` is the row that claims most of it, or "wiring".
    """

    file: str
    name: str
    lines: tuple[str, ...]
    code: tuple[str, ...]
    capability: str


@dataclass(frozen=True)
class Pair:
    """Two pieces that answer to each other; None where there is none."""

    left: Piece | None
    right: Piece | None

    @property
    def capability(self) -> str:
        """Name the row under which the pair is counted."""
        piece = self.left
        if piece is None or piece.capability == UNCLAIMED:
            piece = self.right or piece
        assert piece
        return piece.capability


@dataclass
class FilePair:
    """Two files that answer to each other, and the pairs in them."""

    left: str | None
    right: str | None
    pairs: list[Pair] = field(default_factory=list)


@dataclass
class Tally:
    """Lines of code of one capability that went, came and stayed."""

    gone: int = 0
    added: int = 0
    kept: int = 0


def read_pieces(
    found: Capabilities, implementation: str, folder: Path
) -> dict[str, list[Piece]]:
    """Cut all files of an implementation into pieces, by file."""
    owners = line_owners(found, implementation, folder)
    return {
        file: cut_file(
            folder, file, owners, found.symbols(implementation, file)
        )
        for file in source_files(folder)
    }


def line_owners(
    found: Capabilities, implementation: str, folder: Path
) -> dict[tuple[str, int], str]:
    """Return the capability of every claimed line, by (file, number)."""
    owners = {}
    for name, cell in found.cells(implementation).items():
        owners.update(dict.fromkeys(cell_lines(cell, folder), name))
    return owners


def cut_file(
    folder: Path,
    file: str,
    owners: dict[tuple[str, int], str],
    methods: dict[str, str],
) -> list[Piece]:
    """Cut one file into pieces; what is not Python is one piece."""
    path = folder / file
    text = path.read_text("utf-8")
    lines = text.splitlines()
    parts = [Block("", 1, len(lines))]
    if path.suffix == ".py":
        parts = with_comments(blocks(text, methods), lines)
    code = code_lines(path)
    pieces = []
    for part in parts:
        numbers = range(part.first, part.last + 1)
        counted = [n for n in numbers if n in code]
        votes = Counter(owners.get((file, n), UNCLAIMED) for n in counted)
        shown = "\n".join(lines[n - 1] for n in numbers).rstrip()
        pieces.append(
            Piece(
                file,
                part.name,
                tuple(dedent(shown).split("\n")),
                tuple(lines[n - 1] for n in counted),
                votes.most_common(1)[0][0] if votes else UNCLAIMED,
            )
        )
    return pieces


def with_comments(parts: list[Block], lines: list[str]) -> list[Block]:
    """Let each block begin with the comment lines right above it."""
    grown = []
    for part in parts:
        first = part.first
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        grown.append(replace(part, first=first))
    return grown


def pair_files(
    left: dict[str, list[Piece]],
    right: dict[str, list[Piece]],
    aliases: dict[str, str],
) -> list[FilePair]:
    """Pair the files by name, then what is in them by name.

    A function that stands in another file on the other side is paired
    across the files, when its name is unique on both sides.
    """
    known = {purpose(file, right, aliases): file for file in right}
    found = []
    for file in left:
        partner = known.pop(purpose(file, left, aliases), None)
        found.append(FilePair(file, partner))
    found += [FilePair(None, file) for file in known.values()]
    moved = moved_names(found, left, right)
    for pair in found:
        pair.pairs = pair_pieces(
            left.get(pair.left or "", []),
            right.get(pair.right or "", []),
            moved,
        )
    return found


def purpose(file: str, files: Container[str], aliases: dict[str, str]) -> str:
    """Return the name that a file would have elsewhere."""
    other = aliases.get(file, file)
    return file if other in files else other


def moved_names(
    files: list[FilePair],
    left: dict[str, list[Piece]],
    right: dict[str, list[Piece]],
) -> dict[str, Piece]:
    """Return the right piece of each name that moved to another file."""
    ours = unique_names(left)
    theirs = unique_names(right)
    together = {(pair.left, pair.right) for pair in files}
    return {
        name: theirs[name]
        for name in ours.keys() & theirs.keys()
        if (ours[name].file, theirs[name].file) not in together
    }


def unique_names(pieces: dict[str, list[Piece]]) -> dict[str, Piece]:
    """Return the named pieces whose name stands in one file only."""
    named = [p for some in pieces.values() for p in some if p.name]
    counts = Counter(piece.name for piece in named)
    return {p.name: p for p in named if counts[p.name] == 1}


def pair_pieces(
    left: list[Piece], right: list[Piece], moved: dict[str, Piece]
) -> list[Pair]:
    """Pair the pieces of two files: by name, and unnamed ones in order."""
    waiting = {key: piece for key, piece in keyed(right) if key not in moved}
    pairs = []
    for key, piece in keyed(left):
        partner = moved[key] if key in moved else waiting.pop(key, None)
        pairs.append(Pair(piece, partner))
    return pairs + [Pair(None, piece) for piece in waiting.values()]


def keyed(pieces: list[Piece]) -> list[tuple[str, Piece]]:
    """Give each piece a key: its name, or "#" and a running number."""
    unnamed = 0
    found = []
    for piece in pieces:
        key = piece.name
        if not key:
            key, unnamed = f"#{unnamed}", unnamed + 1
        found.append((key, piece))
    return found


def count_lines(pair: Pair) -> Tally:
    """Count the lines of code that went, came and stayed in a pair."""
    left = [line.strip() for line in pair.left.code] if pair.left else []
    right = [line.strip() for line in pair.right.code] if pair.right else []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    kept = sum(match.size for match in matcher.get_matching_blocks())
    return Tally(len(left) - kept, len(right) - kept, kept)


def tally(files: list[FilePair]) -> dict[str, Tally]:
    """Sum the lines of all pairs by capability."""
    sums: dict[str, Tally] = {}
    for pair in (pair for file in files for pair in file.pairs):
        counted = count_lines(pair)
        total = sums.setdefault(pair.capability, Tally())
        total.gone += counted.gone
        total.added += counted.added
        total.kept += counted.kept
    return sums


def only_capabilities(
    files: list[FilePair], names: Collection[str]
) -> list[FilePair]:
    """Keep the pairs that belong to these capabilities on either side."""
    kept = []
    for file in files:
        pairs = [
            pair
            for pair in file.pairs
            if any(
                p and p.capability in names for p in (pair.left, pair.right)
            )
        ]
        if pairs:
            kept.append(FilePair(file.left, file.right, pairs))
    return kept

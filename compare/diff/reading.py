"""Read the pieces of an implementation."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from compare.diff.align import GAP
from compare.diff.cutting import Owners, SourceFile
from compare.diff.pieces import STATEMENTS, Piece
from compare.ledger.capabilities import (
    Capabilities,
    cell_lines,
    folder_of,
    source_files,
)


@cache
def pieces_of(found: Capabilities, implementation: str) -> list[Piece]:
    """Return the pieces of an implementation of this repository."""
    return read_pieces(found, implementation, folder_of(implementation))


def read_pieces(
    found: Capabilities, implementation: str, folder: Path
) -> list[Piece]:
    """Cut all files of an implementation into pieces, in order."""
    owners = line_owners(found, implementation, folder)
    return [
        piece
        for file in source_files(folder)
        for piece in joined(
            SourceFile(folder, file, owners).cut(
                found.symbols(implementation, file)
            )
        )
    ]


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Join the statements of one file that belong to one capability."""
    found: dict[object, Piece] = {}
    for piece in pieces:
        key = piece.capability if piece.kind == STATEMENTS else id(piece)
        if first := found.get(key):
            piece = replace(
                first,
                lines=(*first.lines, GAP, *piece.lines),
                code=(*first.code, *piece.code),
            )
        found[key] = piece
    return list(found.values())


@cache
def line_owners(
    found: Capabilities, implementation: str, folder: Path
) -> Owners:
    """Return the capability of every claimed line, by (file, number)."""
    owners = {}
    for name, cell in found.cells(implementation).items():
        owners.update(dict.fromkeys(cell_lines(cell, folder), name))
    return owners

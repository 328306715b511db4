"""The SQL of a table, to stand beside the model of that table."""

import re
from collections.abc import Iterator

from compare.diff.pieces import TABLE, Piece

MODEL = re.compile(r'(?:__tablename__|db_table) = "(\w+)"')
STATEMENT = r"(?:CREATE TABLE|ALTER TABLE|CREATE INDEX \w+\s+ON) {}\b[^;]*;"


def table_of(model: Piece, pieces: list[Piece]) -> Piece | None:
    """Return the SQL that makes the table of a model.

    None for what is no model, and where there is no SQL. None of its lines
    count: they do where they stand, in the migrations.
    """
    name = MODEL.search("\n".join(model.lines))
    found = list(statements(name[1], pieces)) if name else []
    if not found:
        return None
    file, first, _ = found[0]
    lines = "\n".join(text for _, _, text in found).split("\n")
    return Piece(
        file, name[1], TABLE, first, tuple(lines), (), model.capability
    )


def statements(
    table: str, pieces: list[Piece]
) -> Iterator[tuple[str, int, str]]:
    """Yield the statements about a table: (file, number of line, text)."""
    for piece in pieces:
        text = "\n".join(piece.lines) if piece.file.endswith(".sql") else ""
        for match in re.finditer(STATEMENT.format(table), text):
            number = text.count("\n", 0, match.start()) + 1
            yield piece.file, number, match[0]

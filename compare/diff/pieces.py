"""A piece of a file, by capability."""

import ast
from dataclasses import dataclass

from compare.diff.align import GAP
from compare.ledger.source import bound_names

UNCLAIMED = "wiring"
FILE, TABLE, FUNCTION, CLASS, EXCEPTION, STATEMENTS = KINDS = (
    "file",
    "table",
    "function",
    "class",
    "exception",
    "statements",
)


@dataclass(frozen=True)
class Piece:
    """A stretch of one file that belongs to one capability.

    `name` is that of a function or class, or of the operation that it
    answers, and may be "" for other statements; `kind` is one of KINDS;
    `first` the number of its first line. `lines` is the whole text with
    comments and docstrings, `code` the lines that count.
    """

    file: str
    name: str
    kind: str
    first: int
    lines: tuple[str, ...]
    code: tuple[str, ...]
    capability: str

    @property
    def title(self) -> str:
        """Name the piece: statements by what they set, a file by itself."""
        if self.kind == FILE:
            return self.file.rpartition("/")[2]
        if self.kind == TABLE:
            return f"table {self.name}"
        if self.kind != STATEMENTS:
            return self.name
        text = "\n".join(line for line in self.lines if line != GAP)
        return names_set(text) or "imports"


def names_set(text: str) -> str:
    """Name what statements set: "A", or "A … C" where there are several."""
    try:
        body = ast.parse(text).body
    except SyntaxError:  # the lower half of an `if`
        return "statements"
    names = [name for node in body for name in bound_names(node)]
    return " … ".join(dict.fromkeys((names[0], names[-1]))) if names else ""

"""Cut a file into pieces, by capability."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from compare.diff.pieces import (
    CLASS,
    EXCEPTION,
    FILE,
    FUNCTION,
    STATEMENTS,
    UNCLAIMED,
    Piece,
)
from compare.ledger.source import Block, blocks, code_lines

# The capability of a line, by (file, number).
Owners = dict[tuple[str, int], str]


class SourceFile:
    """A file, its lines of code, and the capability of each of these."""

    def __init__(self, folder: Path, file: str, owners: Owners) -> None:
        """Read the file."""
        self.file = file
        self.text = (folder / file).read_text("utf-8")
        self.lines = self.text.splitlines()
        self.claims = {
            number: owners.get((file, number), UNCLAIMED)
            for number in code_lines(folder / file)
        }

    def cut(self, methods: dict[str, str]) -> list[Piece]:
        """Cut the file; a migration is one piece, as what is not Python.

        `methods` has the names of operations, by symbol.
        """
        if not self.file.endswith(".py") or "/migrations/" in self.file:
            return [self.piece(Block("", 1, len(self.lines)), FILE)]
        kinds = class_kinds(self.text)
        return [
            self.piece(part, kind_of(part, kinds, self.lines))
            for block in blocks(self.text, methods)
            for part in by_owner(
                with_comments(block, self.lines), self.claims, self.lines
            )
        ]

    def piece(self, part: Block, kind: str) -> Piece:
        """Take a part, under the capability of most of its lines."""
        numbers = range(part.first, part.last + 1)
        counted = [n for n in numbers if n in self.claims]
        votes = Counter(self.claims[n] for n in counted)
        shown = "\n".join(self.lines[n - 1] for n in numbers)
        return Piece(
            self.file,
            part.name,
            kind,
            part.first,
            tuple(dedent(shown.strip("\n").rstrip()).split("\n")),
            tuple(self.lines[n - 1] for n in counted),
            votes.most_common(1)[0][0] if votes else UNCLAIMED,
        )


def class_kinds(text: str) -> dict[int, str]:
    """Tell exceptions from other classes, by the line of the name."""
    return {
        node.lineno: EXCEPTION
        if any(re.search(r"(Exception|Error)$", b) for b in bases(node))
        else CLASS
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
    }


def bases(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names of what a class inherits from."""
    return (ast.unparse(base) for base in node.bases)


def kind_of(part: Block, kinds: dict[int, str], lines: list[str]) -> str:
    """Return the kind of a part; a class in parts has parts of any kind."""
    inside = range(part.first, part.last + 1)
    if part.is_class:
        return next(kinds[n] for n in inside if n in kinds)
    if any(re.match(r"\s*(async )?def ", lines[n - 1]) for n in inside):
        return FUNCTION
    return STATEMENTS


def with_comments(part: Block, lines: list[str]) -> Block:
    """Let a block begin with the comment lines right above it."""
    first = part.first
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return Block(part.name, first, part.last, part.docstring, part.is_class)


def by_owner(
    block: Block, claims: dict[int, str], lines: list[str]
) -> list[Block]:
    """Cut a block where another capability begins.

    Only statements and classes are claimed in parts. Comments and blank
    lines go with the code below them.
    """
    found: list[Block] = []
    owner, first = None, block.first
    for number in range(block.first, block.last + 1):
        if number not in claims:
            continue
        if owner not in (None, claims[number]):
            begin = number
            while lines[begin - 2].strip().startswith("#"):
                begin -= 1
            found.append(part_of(block, first, begin - 1, lines))
            first = begin
        owner = claims[number]
    return [*found, part_of(block, first, block.last, lines)]


def part_of(block: Block, first: int, last: int, lines: list[str]) -> Block:
    """Take some lines of a block; a method has its own name."""
    if first == block.first:
        return Block(block.name, first, last, block.docstring, block.is_class)
    found = re.match(r"\s+(?:async )?def (\w+)|\s+(\w+)", lines[first - 1])
    name = found and (found[1] or found[2])
    inside = f"{block.name}.{name}" if block.name and name else ""
    return Block(inside, first, last)

"""The functions, classes and assigned names of a file of Python."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compare.ledger.source import (
    FUNCTIONS,
    bound_names,
    docstring_lines,
    node_lines,
    parse,
)

SHOWING = {"__str__", "__repr__"}


@dataclass(frozen=True)
class Member:
    """A function, a class or an assigned name, of a module or a class.

    `kind` is "function", "class" or "name"; `body` are the lines that run
    when a function is entered, without decorators, head and docstring; there
    are none in what is to be overridden, or shows an object in a shell.
    """

    name: str
    kind: str
    first: int
    last: int
    body: frozenset[int] = frozenset()


@cache
def members(path: Path) -> tuple[Member, ...]:
    """Return the members of a file, those of classes after their class.

    What is defined within a function is part of it.
    """
    tree = parse(path.read_text("utf-8"))
    return tuple(members_of(tree.body, "", docstring_lines(tree)))


def members_of(
    statements: list[ast.stmt], prefix: str, silent: set[int]
) -> Iterator[Member]:
    """Yield the members of a module or a class."""
    for node in statements:
        first, last = node_lines(node)
        if isinstance(node, FUNCTIONS):
            body = frozenset(lines_to_run(node)) - silent
            yield Member(prefix + node.name, "function", first, last, body)
        elif isinstance(node, ast.ClassDef):
            name = prefix + node.name
            yield Member(name, "class", first, last)
            yield from members_of(node.body, f"{name}.", silent)
        else:
            for name in bound_names(node):
                yield Member(prefix + name, "name", first, last)


def lines_to_run(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    """Return the lines of a function's body that are to be entered."""
    if node.name in SHOWING:
        return range(0)
    last = node.body[-1]
    if isinstance(last, ast.Raise) and "NotImplementedError" in (
        ast.unparse(last)
    ):
        return range(0)
    return range(node.body[0].lineno, (last.end_lineno or last.lineno) + 1)

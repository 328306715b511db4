"""Which tests a patch adds or changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from compare.changes.patches import FilePatch
from compare.ledger.source import bound_names, node_lines


class NoTests(Exception):
    """Says that there is nothing to run; pytest would run everything."""


def select_tests(patch: list[FilePatch], folder: Path) -> list[str]:
    """Return the ids of the tests that a patch adds or changes.

    Those count as well that name a constant, a fixture or a function of
    their file which the patch changes. Raises NoTests for none.
    """
    tests = [
        f"{found.file}::{name}"
        for found in patch
        if Path(found.file).match("tests/test_*.py")
        for name in touched_tests(
            (folder / found.file).read_text("utf-8"), found.touched
        )
    ]
    if not tests:
        raise NoTests("tests.patch adds and changes no test")
    return tests


def touched_tests(text: str, lines: set[int]) -> Iterator[str]:
    """Yield the tests of a module that lines belong to, in order."""
    tree = ast.parse(text)
    changed: set[str] = set()
    for node in tree.body:
        first, last = node_lines(node)
        if lines & set(range(first, last + 1)):
            changed.update(bound_names(node))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (
            node.name.startswith("test_") and changed & names_in(node)
        ):
            yield node.name


def names_in(function: ast.FunctionDef) -> set[str]:
    """Return the names that a function has, takes and uses."""
    names = {function.name, *(a.arg for a in function.args.args)}
    return names | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name)
    }

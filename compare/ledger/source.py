"""Read source files: lines of code, symbols, and blocks of a module.

Line numbers count from 1, as in tracebacks. A line of code is one that is
not blank, not only a comment and not part of a docstring.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

COMMENT = {".sql": "--", ".ini": "#", ".yaml": "#", "": "#"}
DATA = {".txt", ".css", ".svg", ".json", ".md", ".toml"}
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAMED = (*FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True)
class Block:
    """A function, a class or a stretch of other statements of a module.

    `name` is "" for statements that stand between functions and classes;
    `first` and `last` are line numbers, decorators included.
    """

    name: str
    first: int
    last: int
    docstring: str = ""
    is_class: bool = False


def is_python(path: Path, text: str) -> bool:
    """Say whether a file holds Python, by its suffix or its first line."""
    return path.suffix == ".py" or bool(re.match(r"#!.*python", text))


def code_lines(path: Path) -> Set[int]:
    """Return the numbers of a file's lines of code; data has none."""
    if path.suffix in DATA:
        return set()
    text = path.read_text("utf-8")
    if is_python(path, text):
        return python_code_lines(text)
    comment = COMMENT.get(path.suffix)
    return {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not (comment and line.strip().startswith(comment))
    }


@cache
def python_code_lines(text: str) -> frozenset[int]:
    """Return the numbers of the lines of code of Python source."""
    numbers: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in SILENT:
            numbers.update(range(token.start[0], token.end[0] + 1))
    lines = text.splitlines()
    numbers -= docstring_lines(parse(text))
    return frozenset(
        n for n in numbers if n <= len(lines) and lines[n - 1].strip()
    )


@cache
def parse(text: str) -> ast.Module:
    """Parse Python source, once."""
    return ast.parse(text)


def docstring_lines(tree: ast.Module) -> set[int]:
    """Return the numbers of the lines that docstrings cover."""
    numbers: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (*NAMED, ast.Module)) and ast.get_docstring(node):
            string = node.body[0]
            last = string.end_lineno or string.lineno
            numbers.update(range(string.lineno, last + 1))
    return numbers


def blocks(text: str, names: Mapping[str, str] | None = None) -> list[Block]:
    """Cut a module into its blocks, in order; every statement is in one.

    `names` gives classes and methods the names of operations:
    {"BookmarkView.get": "show_bookmark"}. A class with methods that have
    any is cut into its methods.
    """
    names = names or {}
    cut = {symbol.partition(".")[0] for symbol in names if "." in symbol}
    found: list[Block] = []
    for node in parse(text).body:
        first, last = node_lines(node)
        if isinstance(node, ast.ClassDef) and node.name in cut:
            found += class_blocks(node, names)
        elif isinstance(node, NAMED):
            docstring = ast.get_docstring(node) or ""
            is_class = isinstance(node, ast.ClassDef)
            name = names.get(node.name, node.name)
            found.append(Block(name, first, last, docstring, is_class))
        elif found and not found[-1].name:
            found[-1] = Block("", found[-1].first, last)
        else:
            found.append(Block("", first, last))
    return found


def class_blocks(
    node: ast.ClassDef, names: Mapping[str, str]
) -> Iterator[Block]:
    """Cut a class into what precedes its methods, and each method."""
    first, last = node_lines(node)
    methods = [n for n in node.body if isinstance(n, FUNCTIONS)]
    starts = [node_lines(method)[0] for method in methods] + [last + 1]
    yield Block(node.name, first, starts[0] - 1, is_class=True)
    for method, (start, end) in zip(methods, pairwise(starts), strict=True):
        symbol = f"{node.name}.{method.name}"
        docstring = ast.get_docstring(method) or ""
        yield Block(names.get(symbol, symbol), start, end - 1, docstring)


def node_lines(node: ast.stmt) -> tuple[int, int]:
    """Return the first and last line of a statement, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return first, node.end_lineno or node.lineno


def find_symbol(text: str, symbol: str) -> tuple[int, int] | None:
    """Return the first and last line of "name" or "Class.name", or None.

    Finds functions, classes and assigned names of the module or class.
    """
    try:
        body = parse(text).body
    except SyntaxError:  # it is no Python
        return None
    node: ast.stmt | None = None
    for part in symbol.split("."):
        node = next((n for n in body if part in bound_names(n)), None)
        if node is None:
            return None
        body = getattr(node, "body", [])
    return node_lines(node) if node else None


def bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds."""
    if isinstance(node, NAMED):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (
                n.id for n in ast.walk(target) if isinstance(n, ast.Name)
            )
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id

"""Colour code, line by line, and mark parts of lines."""

from collections.abc import Iterator
from functools import cache
from itertools import repeat

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import STANDARD_TYPES, Token, _TokenType
from pygments.util import ClassNotFound

from compare.diff.align import Row, Spans
from compare.diff.pairing import Pair

# The tokens that have a colour, by the class that Pygments gives them.
COLOURED = {
    STANDARD_TYPES[token]: token
    for token in (
        Token.Keyword,
        Token.Operator.Word,
        Token.Comment,
        Token.Literal.String,
        Token.Literal.Number,
        Token.Name.Function,
        Token.Name.Class,
        Token.Name.Decorator,
        Token.Name.Tag,
        Token.Name.Attribute,
    )
}

# A class of COLOURED or "", the text, and whether it is marked.
Part = tuple[str, str, bool]


@cache
def lexer_for(file: str) -> Lexer:
    """Find the lexer of a file by its name; shell scripts have none."""
    if file.endswith(".html"):
        return get_lexer_by_name("html+django", stripnl=False)
    if "." not in file:
        return get_lexer_by_name("bash", stripnl=False)
    try:
        return get_lexer_for_filename(file, stripnl=False)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False)


@cache
def coloured(lines: tuple[str, ...], file: str) -> list[list[Part]]:
    """Return the parts of each line of a piece of a file."""
    found: list[list[Part]] = [[]]
    for token, text in lexer_for(file).get_tokens("\n".join(lines)):
        for number, part in enumerate(text.split("\n")):
            if number:
                found.append([])
            add(found[-1], class_of(token), part)
    return found[: len(lines)]


def add(parts: list[Part], name: str, text: str) -> None:
    """Add a word to a line, to the word before where that is like it."""
    if parts and (parts[-1][0] == name or not text.strip()):
        name, before, _ = parts.pop()
        text = before + text
    if text:
        parts.append((name, text, False))


def coloured_rows(
    pair: Pair,
) -> Iterator[tuple[Row, list[Part] | None, list[Part] | None]]:
    """Yield the rows of a pair with the parts of both lines."""
    sides = [
        iter(coloured(piece.lines, piece.file)) if piece else repeat([])
        for piece in (pair.left, pair.right)
    ]
    for row in pair.rows:
        left = None if row.left is None else next(sides[0])
        right = None if row.right is None else next(sides[1])
        yield row, left, right


@cache
def class_of(token: _TokenType) -> str:
    """Return the class of a kind of token, or of the kind it belongs to."""
    for name, kind in COLOURED.items():
        if token in kind:
            return name
    return ""


def marked(parts: list[Part], spans: Spans) -> Iterator[Part]:
    """Mark some characters of a line, which cuts its parts."""
    start = 0
    for name, text, _ in parts:
        end = start + len(text)
        cuts = {start, end}
        for span in spans:
            cuts |= {n for n in span if start < n < end}
        places = sorted(cuts)
        for first, last in zip(places, places[1:], strict=False):
            inside = any(a <= first and last <= b for a, b in spans)
            yield name, text[first - start : last - start], inside
        start = end

"""Lines of code as HTML."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from compare.diff.align import CAME, CHANGED, GONE, Spans, changes
from compare.diff.colour import Part, coloured, coloured_rows, marked
from compare.diff.pairing import Pair
from compare.diff.pieces import Piece

TAGS = {GONE: "del", CAME: "ins", CHANGED: "span"}


def code_html(piece: Piece) -> Markup:
    """Write the code of a piece, for a <pre>."""
    return Markup("\n").join(
        map(parts_html, coloured(piece.lines, piece.file))
    )


def pair_panes(pair: Pair) -> tuple[Markup, Markup]:
    """Write both sides of a pair, for two <pre> of equally many lines.

    <del> is what went, <ins> what came, <span> a line that has changed, with
    <mark> around what differs; an empty <i> holds the place of a line that
    only the other side has.
    """
    panes: list[list[Markup]] = [[], []]
    for row, *sides in coloured_rows(pair):
        spans: tuple[Spans, Spans] = ([], [])
        if row.sign == CHANGED and row.left and row.right:
            spans = changes(row.left, row.right)
        for pane, parts, found, sign in zip(
            panes, sides, spans, row.signs, strict=True
        ):
            pane.append(line_html(parts, found, sign))
    return Markup().join(panes[0]), Markup().join(panes[1])


def line_html(parts: list[Part] | None, spans: Spans, sign: str) -> Markup:
    """Write one line of one side."""
    if parts is None:
        return Markup("<i>\n</i>")
    text = parts_html(marked(parts, spans)) + "\n"
    tag = TAGS.get(sign)
    return Markup(f"<{tag}>{text}</{tag}>") if tag else text


def parts_html(parts: Iterable[Part]) -> Markup:
    """Write the parts of a line."""
    found = []
    for name, text, is_marked in parts:
        part = escape(text)
        if name:
            part = Markup(f"<b class={name}>{part}</b>")
        found.append(Markup(f"<mark>{part}</mark>") if is_marked else part)
    return Markup().join(found)

"""Lines of code as text for a terminal, in one pane or in several."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from textwrap import wrap

from rich.text import Text

from compare.diff.align import CAME, CHANGED, GONE, Row, Spans, changes
from compare.diff.colour import Part, marked
from compare.diff.work import SAID, Work

PANE = 79
NARROWEST = 58
CONTINUED = "↳"
SIGNS = {GONE: "bold red", CAME: "bold green", CHANGED: "bold yellow"}
STYLES = {
    "k": "magenta",
    "ow": "magenta",
    "c": "bright_black",
    "s": "green",
    "m": "cyan",
    "nf": "bold blue",
    "nc": "bold blue",
    "nd": "yellow",
    "nt": "blue",
    "na": "cyan",
}
MARK = "reverse"


def code_text(parts: Iterable[Part]) -> Text:
    """Colour a line."""
    text = Text(no_wrap=True, end="")
    for name, part, is_marked in parts:
        style = f"{STYLES.get(name, '')} {MARK if is_marked else ''}"
        text.append(part, style.strip())
    return text


def signed(sign: str, parts: Iterable[Part]) -> Text:
    """Draw a line with its sign before it."""
    return Text.assemble((sign, SIGNS.get(sign, "")), code_text(parts))


def with_sign(sign: str, text: Text) -> Text:
    """Give a line another sign."""
    return Text.assemble((sign, SIGNS[sign]), text[1:])


def row_texts(
    row: Row, left: list[Part] | None, right: list[Part] | None
) -> tuple[Text | None, Text | None]:
    """Draw both lines of a row, each with its sign before it."""
    spans: tuple[Spans, Spans] = ([], [])
    if row.sign == CHANGED and row.left and row.right:
        spans = changes(row.left, row.right)
    ours, theirs = row.signs
    return (
        None if left is None else signed(ours, marked(left, spans[0])),
        None if right is None else signed(theirs, marked(right, spans[1])),
    )


def abreast(
    line: Iterable[Text | None], widths: Iterable[int]
) -> Iterator[Text]:
    """Draw one line of columns of some widths, in as many as it needs.

    What is longer than a column goes on below, with a mark before it.
    """
    widths = list(widths)
    cells = [
        chunks(cell or Text(), width)
        for cell, width in zip(line, widths, strict=True)
    ]
    for parts in zip_longest(*cells, fillvalue=Text()):
        drawn = Text.assemble(("│", "bright_black")).join(
            map(padded, parts, widths)
        )
        drawn.rstrip()
        yield drawn


def padded(text: Text, width: int) -> Text:
    """Fill a line up with spaces."""
    return text + Text(" " * (width - text.cell_len))


def chunks(text: Text, width: int) -> list[Text]:
    """Cut a line into parts that fit into a pane."""
    found = [text[:width]]
    rest = text[width:]
    while rest.plain:
        mark = (CONTINUED, "bright_black")
        found.append(Text.assemble(mark, rest[: width - 1]))
        rest = rest[width - 1 :]
    return found


def work_texts(items: Iterable[Work], width: int) -> Iterator[Text]:
    """Say who does the work, where that stands, and what switches it on."""
    for item in items:
        head, *more = wrap(f"{SAID[item.kind]}: {item.text}", width - 2)
        yield Text(f"■ {head}", "bold cyan")
        for line in more:
            yield Text(f"  {line}", "bold cyan")
        details = [item.where]
        if item.switch:
            details.append(f"switched on in {item.switch_place}")
            details.append(f"    {item.switch}")
        for detail in filter(None, details):
            yield Text(f"  {detail}", "cyan")

"""Show two implementations side by side, in a terminal."""

import difflib
from collections.abc import Iterator
from itertools import product

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compare.diff.pairing import (
    FilePair,
    Pair,
    Piece,
    Tally,
    only_capabilities,
    pair_files,
    read_pieces,
    tally,
)
from compare.ledger.capabilities import Capabilities, folder_of
from compare.ledger.grid import TITLES

PANE = 79
WIDE = 2 * PANE + 3
STYLES = {"<": "red", ">": "green", "|": "yellow", " ": ""}

KINDS = {
    "builtin": "built in",
    "library": "library",
    "spec": "from the spec",
    "not_offered": "not offered",
}

Line = tuple[str, str, str]


def show_diff(
    found: Capabilities,
    left: str,
    right: str,
    capabilities: list[str],
    full: bool,
    console: Console,
) -> None:
    """Print the difference from one implementation to another."""
    files = pair_files(
        read_pieces(found, left, folder_of(left)),
        read_pieces(found, right, folder_of(right)),
        found.aliases,
    )
    if capabilities:
        files = only_capabilities(files, capabilities)
    wide = console.width >= WIDE
    console.print(Text(f"{TITLES[left]} → {TITLES[right]}", "bold"))
    print_remarks(found, left, right, capabilities, console)
    for file in sorted((f for f in files if f.pairs), key=is_whole):
        reason = find_reason(found, file, left, right)
        print_file(file, reason, full, wide, console)
    console.print(tally_table(found, tally(files), left, right))


def is_whole(file: FilePair) -> bool:
    """Say whether neither a file nor what is in it has a counterpart."""
    if file.left and file.right:
        return False
    return not any(pair.left and pair.right for pair in file.pairs)


def print_remarks(
    found: Capabilities,
    left: str,
    right: str,
    capabilities: list[str],
    console: Console,
) -> None:
    """Say who does the work of the chosen capabilities instead of code."""
    for capability, implementation in product(capabilities, (left, right)):
        for remark in found.rows[capability][implementation].remarks:
            console.print(
                f"{TITLES[implementation]}, {KINDS[remark.kind]}: "
                f"{remark.text}",
                markup=False,
                highlight=False,
            )


def find_reason(
    found: Capabilities, file: FilePair, left: str, right: str
) -> str:
    """Say who does the work of a file that one side does not have."""
    if not is_whole(file):
        return ""
    gone = file.right is None
    other = right if gone else left
    sided = [p.left if gone else p.right for p in file.pairs]
    rows = dict.fromkeys(p.capability for p in sided if p)
    texts = [
        f"{remark.text} ({KINDS[remark.kind]})"
        for row in rows
        if row in found.rows
        for remark in found.rows[row][other].remarks
    ]
    only = f"only in {TITLES[left if gone else right]}"
    return "; ".join(dict.fromkeys(texts)) or only


def print_file(
    file: FilePair, reason: str, full: bool, wide: bool, console: Console
) -> None:
    """Print one pair of files; a file alone is one line unless `full`."""
    if is_whole(file) and not full:
        console.print(whole_line(file, reason), soft_wrap=True)
        return
    names = list(dict.fromkeys(n for n in (file.left, file.right) if n))
    title = Text(" → ".join(names), "bold cyan")
    console.print(Text("\n") + title)
    for pair in file.pairs:
        print_pair(pair, file, wide, console)


def whole_line(file: FilePair, reason: str) -> Text:
    """Write "server.py — 280 lines: who does this instead"."""
    pieces = [p for pair in file.pairs for p in (pair.left, pair.right) if p]
    name = file.left or file.right
    lines = sum(len(p.code) for p in pieces if p.file == name)
    sign, style = ("<", "red") if file.right is None else (">", "green")
    head = Text(f"{sign} {name}", style)
    return head + Text(f"  — {lines} lines: {reason}", "")


def print_pair(
    pair: Pair, file: FilePair, wide: bool, console: Console
) -> None:
    """Print one pair of pieces; identical ones are folded to a line."""
    left, right = pair.left, pair.right
    if left and right and left.lines == right.lines:
        name = left.name or "statements"
        console.print(
            Text(f"  = {name}: {len(left.lines)} lines, the same", "dim")
        )
        return
    console.print(Text(pair_title(left, right, file), "bold"))
    aligned = align(left.lines if left else (), right.lines if right else ())
    shown = wide_lines(aligned) if wide else unified_lines(aligned)
    for text in shown:
        console.print(text, no_wrap=True, overflow="ignore", crop=False)


def pair_title(left: Piece | None, right: Piece | None, file: FilePair) -> str:
    """Name a pair: its function, its capability, and where it moved."""
    piece = left or right
    assert piece
    title = f"@@ {piece.name or 'statements'} [{piece.capability}]"
    if right and right.file != file.right:
        title += f" → {right.file}"
    return title


def align(left: tuple[str, ...], right: tuple[str, ...]) -> Iterator[Line]:
    """Align two texts: (sign, left line, right line); sign is one of <>| ."""
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            for ours, theirs in zip(left[a:b], right[c:d], strict=True):
                yield " ", ours, theirs
            continue
        shared = min(b - a, d - c)
        for n in range(shared):
            yield "|", left[a + n], right[c + n]
        for line in left[a + shared : b]:
            yield "<", line, ""
        for line in right[c + shared : d]:
            yield ">", "", line


def wide_lines(aligned: Iterator[Line]) -> Iterator[Text]:
    """Draw two panes with the sign between them."""
    for sign, left, right in aligned:
        style = STYLES[sign]
        yield (
            Text(left.ljust(PANE), style if sign in "<|" else "")
            + Text(f" {sign} ")
            + Text(right, style if sign in ">|" else "")
        )


def unified_lines(aligned: Iterator[Line]) -> Iterator[Text]:
    """Draw one pane, "-" and "+" before what went and what came."""
    came: list[str] = []
    for sign, left, right in aligned:
        if sign == " ":
            yield from (Text(f"+{line}", "green") for line in came)
            came = []
            yield Text(f" {left}")
        if sign in "<|":
            yield Text(f"-{left}", "red")
        if sign in ">|":
            came.append(right)
    yield from (Text(f"+{line}", "green") for line in came)


def tally_table(
    found: Capabilities, sums: dict[str, Tally], left: str, right: str
) -> Table:
    """Draw the lines gone, added and kept per capability."""
    table = Table(title=f"Lines, {left} → {right}")
    for column in ("capability", "gone", "added", "kept"):
        justify = "left" if column == "capability" else "right"
        table.add_column(column, justify=justify)
    names = [n for n in found.rows if n in sums]
    names += [n for n in sums if n not in found.rows]
    for name in names:
        row = sums[name]
        table.add_row(name, str(row.gone), str(row.added), str(row.kept))
    table.add_section()
    table.add_row(
        "all",
        str(sum(row.gone for row in sums.values())),
        str(sum(row.added for row in sums.values())),
        str(sum(row.kept for row in sums.values())),
    )
    return table


def make_console(width: int | None) -> Console:
    """Open the terminal; without one, COLUMNS or `width` set the width."""
    return Console(width=width, highlight=False)

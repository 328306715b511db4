"""The grid: capabilities by implementations, in lines of code."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from compare import IMPLEMENTATIONS, ROOT
from compare.ledger.capabilities import (
    Capabilities,
    Cell,
    Lines,
    Remark,
    all_claimed,
    cell_lines,
    folder_of,
    source_files,
)
from compare.ledger.deviations import read_deviations
from compare.ledger.levels import level, main_source
from compare.ledger.source import code_lines
from compare.ledger.symbols import distribution, owner, requirement

TITLES = {
    "stdlib": "Standard library",
    "flask": "Flask",
    "django": "Django",
    "fastapi": "FastAPI",
}
WIRING, OWN, SERVER, SAME, CONTRACT, DEVIATIONS = SUMS = (
    "wiring",
    "own lines",
    "HTTP server",
    "the same in all four",
    "contract lines",
    "deviations",
)
DEVIATIONS_LIST = "implementations/README.md#deviations"
NOTE = (
    "Lines of code, without blank lines, comments and docstrings; who does "
    "the main part, and who else helps. wiring: imports, and the code that "
    "puts the parts together. own lines: all of these but the HTTP server, "
    "whose lines stand under shutdown and robustness. contract lines: those "
    "of the own lines that are there only because the framework would do "
    "otherwise."
)


@dataclass(frozen=True)
class Sums:
    """The lines of one implementation; all but `same` are its own work."""

    wiring: Lines
    own: Lines
    server: Lines
    same: Lines
    contract: Lines


def sum_lines(found: Capabilities, name: str, folder: Path) -> Sums:
    """Sort the lines of one implementation."""
    every = {
        (file, number)
        for file in source_files(folder)
        for number in code_lines(folder / file)
    }
    cells = found.cells(name).values()
    claimed = set().union(*(cell_lines(cell, folder) for cell in cells))
    same = all_claimed(found.same, folder)
    server = all_claimed(found.server.get(name, Cell()).code, folder)
    contract = all_claimed((c for x in cells for c in x.contract), folder)
    return Sums(
        every - claimed - same, every - same - server, server, same, contract
    )


def cell_text(cell: Cell, folder: Path) -> str:
    """Write a cell: its level, who does the main part, what is left.

    "by hand, 51 lines", "by hand, 62 lines + Flask", "automatic: Flask",
    "library: Flask-WTF, 7 lines", "not offered".
    """
    words, main = level(cell, folder), main_source(cell)
    names = [remark_text(remark, folder) for remark in cell.remarks]
    if words == "not offered":
        return words
    count = len(cell_lines(cell, folder))
    left = [lines_text(count)] if count or not main else []
    if main:
        name = remark_text(main, folder)
        words, names = f"{words}: {name}", [n for n in names if n != name]
    more = " + ".join(["", *dict.fromkeys(names)])
    return ", ".join([words, *left]) + more


def server_text(cell: Cell, folder: Path) -> str:
    """Write who speaks HTTP, or the lines that do."""
    names = [remark_text(remark, folder) for remark in cell.remarks]
    return ", ".join(names) or lines_text(len(cell_lines(cell, folder)))


def lines_text(count: int) -> str:
    """Write a number of lines."""
    return f"{count:,} line{'' if count == 1 else 's'}"


def remark_text(remark: Remark, folder: Path) -> str:
    """Write who does the work instead of code, in a word or two."""
    if remark.source:
        module = remark.source.module
        named = requirement if remark.kind == "library" else owner
        return named(module, folder) or distribution(module)
    if remark.kind == "spec":
        path = ROOT / "spec" / remark.text
        return f"{len(code_lines(path)):,} of {path.name}"
    return ""


def grid_rows(found: Capabilities) -> list[list[str]]:
    """Return the rows of the grid: a capability and a cell for each."""
    folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
    rows = [
        [capability, *(cell_text(row[n], folders[n]) for n in IMPLEMENTATIONS)]
        for capability, row in found.rows.items()
    ]
    sums = {n: sum_lines(found, n, folder) for n, folder in folders.items()}
    server = [server_text(found.server[n], folders[n]) for n in folders]
    return [*rows, *sum_rows(list(sums.values()), server)]


def sum_rows(sums: list[Sums], server: list[str]) -> Iterator[list[str]]:
    """Yield the rows below those of the capabilities."""
    yield [WIRING, *(lines_text(len(s.wiring)) for s in sums)]
    yield [OWN, *(lines_text(len(s.own)) for s in sums)]
    yield [SERVER, *server]
    yield [SAME, *(lines_text(len(s.same)) for s in sums)]
    yield [CONTRACT, *(contract_text(s) for s in sums)]
    counts = (len(read_deviations(folder_of(n))) for n in IMPLEMENTATIONS)
    yield [DEVIATIONS, *map(str, counts)]


def contract_text(sums: Sums) -> str:
    """Write the contract lines, with their share of the own lines."""
    count = len(sums.contract)
    share = f" ({count / len(sums.own):.1%})" if count else ""
    return f"{lines_text(count)}{share}"


def markdown(rows: list[list[str]]) -> str:
    """Write the grid as a Markdown table; capabilities link to chapters."""
    head = ["capability", *(TITLES[i] for i in IMPLEMENTATIONS)]
    lines = [table_line(head), table_line(["---"] * len(head))]
    for name, *cells in rows:
        label = f"*{name}*" if name in SUMS else f"[{name}](spec/{name}.md)"
        if name == OWN:
            label, cells = f"**{name}**", [f"**{cell}**" for cell in cells]
        elif name == DEVIATIONS:
            label = f"[*{name}*]({DEVIATIONS_LIST})"
        lines.append(table_line([label, *cells]))
    return "\n".join(lines)


def table_line(cells: list[str]) -> str:
    """Write one line of a Markdown table."""
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def terminal_grid(rows: list[list[str]]) -> Table:
    """Draw the grid for a terminal."""
    table = Table(title="Who does the work, and lines of code", caption=NOTE)
    table.add_column("capability", style="bold")
    for implementation in IMPLEMENTATIONS:
        table.add_column(TITLES[implementation])
    for row in rows:
        ends = row[0] == OWN or row is rows[-len(SUMS) - 1]
        table.add_row(*row, end_section=ends)
    return table

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
from compare.ledger.source import code_lines
from compare.ledger.symbols import owner

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
    "Lines of code, without blank lines, comments and docstrings, and who "
    "does the rest. wiring: imports, and the code that puts the parts "
    "together. own lines: all of these but the HTTP server, whose lines "
    "stand under shutdown and robustness. contract lines: those of the own "
    "lines that are there only because the framework would do otherwise."
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


def cell_text(cell: Cell, count: int, folder: Path) -> str:
    """Write a cell: "12 lines", "3 lines + Flask", "not offered"."""
    parts = [lines_text(count)] if count else []
    parts += [remark_text(remark, folder) for remark in cell.remarks]
    return " + ".join(dict.fromkeys(parts)) or lines_text(0)


def lines_text(count: int) -> str:
    """Write a number of lines."""
    return f"{count:,} line{'' if count == 1 else 's'}"


def remark_text(remark: Remark, folder: Path) -> str:
    """Write who does the work instead of code, in a word or two."""
    if remark.source:
        return owner(remark.source.module, folder) or remark.source.module
    if remark.kind == "spec":
        path = ROOT / "spec" / remark.text
        return f"{len(code_lines(path)):,} of {path.name}"
    return "not offered"


def grid_rows(found: Capabilities) -> list[list[str]]:
    """Return the rows of the grid: a capability and a cell for each."""
    folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
    rows = [
        [capability, *row_cells(row, folders)]
        for capability, row in found.rows.items()
    ]
    sums = {n: sum_lines(found, n, folder) for n, folder in folders.items()}
    server = row_cells(found.server, folders)
    return [*rows, *sum_rows(list(sums.values()), server)]


def row_cells(row: dict[str, Cell], folders: dict[str, Path]) -> list[str]:
    """Write the cells of one row."""
    return [
        cell_text(row[name], len(cell_lines(row[name], folder)), folder)
        for name, folder in folders.items()
    ]


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
    table = Table(title="Lines of code by capability", caption=NOTE)
    table.add_column("capability", style="bold")
    for implementation in IMPLEMENTATIONS:
        table.add_column(TITLES[implementation])
    for row in rows:
        ends = row[0] == OWN or row is rows[-len(SUMS) - 1]
        table.add_row(*row, end_section=ends)
    return table

"""The grid: capabilities by implementations, in lines of code."""

from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from compare import IMPLEMENTATIONS, ROOT
from compare.capabilities import (
    Capabilities,
    Cell,
    app_files,
    cell_lines,
    folder_of,
)
from compare.source import code_lines

START, END = "<!-- grid -->", "<!-- /grid -->"
TITLES = {
    "stdlib": "Standard library",
    "flask": "Flask",
    "django": "Django",
    "fastapi": "FastAPI",
}
KINDS = {
    "builtin": "built in",
    "library": "library",
    "not_offered": "not offered",
}
NOTE = (
    "Lines of code, without blank lines, comments and docstrings. “contract” "
    "lines are there only because the spec asks for something that the "
    "framework would do otherwise. “wiring” is what no capability owns: "
    "imports, and the code that puts the parts together."
)


@dataclass(frozen=True)
class Count:
    """Lines of one cell: own, and those that the contract demands."""

    own: int
    contract: int


def count_cell(cell: Cell, folder: Path) -> Count:
    """Count the lines of code of a cell."""
    own, contract = cell_lines(cell, folder)
    return Count(len(own), len(contract))


def cell_text(cell: Cell, count: Count) -> str:
    """Write a cell: "12 + 3 contract", "built in", "8, library: x"."""
    parts = []
    if count.own or count.contract:
        contract = f" + {count.contract} contract" if count.contract else ""
        parts.append(f"{count.own}{contract}")
    for remark in cell.remarks:
        text = KINDS[remark.kind]
        if remark.kind == "library":
            text = f"{text}: {remark.text}"
        if text not in parts:
            parts.append(text)
    return ", ".join(parts)


def grid_rows(found: Capabilities) -> list[list[str]]:
    """Return the rows of the grid: a capability and a cell for each."""
    rows = [
        [name]
        + [
            cell_text(row[i], count_cell(row[i], folder_of(i)))
            for i in IMPLEMENTATIONS
        ]
        for name, row in found.rows.items()
    ]
    totals = {i: total_lines(found, i) for i in IMPLEMENTATIONS}
    wiring = [str(totals[i][0] - totals[i][1]) for i in IMPLEMENTATIONS]
    whole = [str(totals[i][0]) for i in IMPLEMENTATIONS]
    return [*rows, ["wiring", *wiring], ["all", *whole]]


def total_lines(found: Capabilities, implementation: str) -> tuple[int, int]:
    """Return all lines of an implementation and those that a row claims."""
    folder = folder_of(implementation)
    claimed: set[tuple[str, int]] = set()
    for row in found.rows.values():
        claimed |= set().union(*cell_lines(row[implementation], folder))
    every = {
        (file, number)
        for file in app_files(folder)
        for number in code_lines(folder / file)
    }
    return len(every | claimed), len(claimed)


def markdown(rows: list[list[str]]) -> str:
    """Write the grid as a Markdown table; capabilities link to chapters."""
    head = ["capability", *(TITLES[i] for i in IMPLEMENTATIONS)]
    lines = [table_line(head), table_line(["---"] * len(head))]
    for name, *cells in rows:
        chapter = f"spec/{name}.md"
        linked = f"[{name}]({chapter})" if name not in SUMS else f"*{name}*"
        lines.append(table_line([linked, *cells]))
    return "\n".join(lines)


SUMS = ("wiring", "all")


def table_line(cells: list[str]) -> str:
    """Write one line of a Markdown table."""
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def replace_grid(text: str, grid: str) -> str:
    """Put the grid between its markers; ValueError when they are missing."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"README.md has no {START} … {END}")
    return f"{before}{START}\n{grid}\n{END}{after}"


def terminal_grid(rows: list[list[str]]) -> Table:
    """Draw the grid for a terminal."""
    table = Table(title="Lines of code by capability", caption=NOTE)
    table.add_column("capability", style="bold")
    for implementation in IMPLEMENTATIONS:
        table.add_column(TITLES[implementation])
    for row in rows:
        table.add_row(*row, end_section=row is rows[-3])
    return table


def refresh_readme(found: Capabilities, write: bool) -> bool:
    """Say whether README.md was up to date; rewrite it when asked to."""
    path = ROOT / "README.md"
    text = path.read_text("utf-8")
    fresh = replace_grid(text, markdown(grid_rows(found)))
    if write and fresh != text:
        path.write_text(fresh, "utf-8")
    return fresh == text

"""The functions and classes of each row, as implementations/functions.toml.

`make grid` writes the file and `make check` compares it, so that one that
is renamed or moved is missed in its row, also where the row claims whole
files. Shape: [tokens] flask."app/tokens.py" = ["find_token", …].
"""

import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

from compare import ROOT
from compare.ledger.capabilities import (
    Capabilities,
    Cell,
    cell_lines,
    source_files,
)
from compare.ledger.members import members
from compare.ledger.source import is_python

FILE = ROOT / "implementations" / "functions.toml"
HEAD = "# The functions and classes of each row; `make grid` writes this.\n"
Functions = dict[str, dict[str, dict[str, list[str]]]]  # row, column, file


def find_functions(found: Capabilities, folders: dict[str, Path]) -> Functions:
    """Return what stands in each cell, by its files."""
    rows: Functions = {}
    for name, folder in folders.items():
        same = {"same": Cell(found.same)}
        for row, cell in {**found.cells(name), **same}.items():
            if functions := functions_of(cell, folder):
                rows.setdefault(row, {})[name] = functions
    return rows


def functions_of(cell: Cell, folder: Path) -> dict[str, list[str]]:
    """Return the functions and classes whose first line a cell claims."""
    claimed = cell_lines(cell, folder)
    functions = {
        file: [
            member.name
            for member in members(folder / file)
            if member.kind != "name" and (file, member.first) in claimed
        ]
        for file in source_files(folder)
        if is_python(folder / file, (folder / file).read_text("utf-8"))
    }
    return {file: names for file, names in functions.items() if names}


def check_functions(
    found: Capabilities, folders: dict[str, Path], file: Path = FILE
) -> Iterator[str]:
    """Name what is gone from a row, or new in it, since `make grid`."""
    kept = tomllib.loads(file.read_text("utf-8"))
    now = find_functions(found, folders)
    for row in dict.fromkeys([*now, *kept]):
        for name in folders:
            before, after = places(kept, row, name), places(now, row, name)
            gone = [f"{place} is gone" for place in before - after]
            new = [f"{place} is new" for place in after - before]
            for change in sorted(gone) + sorted(new):
                yield f"{row}.{name}: {change}; `make grid` notes it"


def places(functions: Functions, row: str, name: str) -> set[str]:
    """Write what a cell has as the map does: "app/tokens.py::find_token"."""
    files = functions.get(row, {}).get(name, {})
    return {f"{file}::{one}" for file in files for one in files[file]}


def write_functions(functions: Functions, file: Path = FILE) -> bool:
    """Write the file; tell whether it was another one."""
    text = HEAD + "".join(
        f"\n[{row}]\n" + "".join(lines_of(columns))
        for row, columns in functions.items()
    )
    if file.exists() and file.read_text("utf-8") == text:
        return False
    file.write_text(text, "utf-8")
    return True


def lines_of(columns: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """Write the cells of a row, a key for each file."""
    fill = textwrap.TextWrapper(
        79,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    ).fill
    for name, files in columns.items():
        for file, functions in files.items():
            listed = ", ".join(f'"{one}"' for one in functions)
            line = f'{name}."{file}"\xa0=\xa0[{listed}]'  # no break there
            yield fill(line).replace("\xa0", " ") + "\n"

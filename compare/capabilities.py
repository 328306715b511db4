"""The map of the code: which lines of which file carry which capability.

It is written in implementations/capabilities.toml, by hand, and held true
by `python -m compare check`. Shape of the file:

    [aliases]                       # same purpose, another name
    "app/forms.py" = "app/validation.py"

    [tokens]                        # one table per capability
    stdlib = ["app/tokens.py", "app/api.py::create_token"]
    django = [{ builtin = "who does it, where it is switched on" }]
    contract = { django = ["app/tokens.py::parse_scheme"] }

A cell lists files, symbols of files, folders ("app/migrations/") and
remarks: `builtin`, `library` or `not_offered`. `contract` names symbols
that exist only because the contract bends the framework.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compare import IMPLEMENTATIONS, ROOT
from compare.source import code_lines, find_symbol

REMARKS = ("builtin", "library", "not_offered")
IGNORED = {"__pycache__", "var"}


@dataclass(frozen=True)
class Code:
    """A file, a folder (ends in "/") or a symbol of a file."""

    file: str
    symbol: str = ""

    def __str__(self) -> str:
        return f"{self.file}::{self.symbol}" if self.symbol else self.file


@dataclass(frozen=True)
class Remark:
    """What is said instead of code: kind is one of REMARKS."""

    kind: str
    text: str


@dataclass(frozen=True)
class Cell:
    """One capability in one implementation."""

    code: tuple[Code, ...] = ()
    remarks: tuple[Remark, ...] = ()
    contract: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """The whole map: rows[capability][implementation] is a Cell."""

    rows: dict[str, dict[str, Cell]]
    aliases: dict[str, str] = field(default_factory=dict)


def load(path: Path | None = None) -> Capabilities:
    """Read the map; raises ValueError where the file has another shape."""
    path = path or ROOT / "implementations" / "capabilities.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    aliases = document.pop("aliases", {})
    rows = {name: read_row(name, table) for name, table in document.items()}
    return Capabilities(rows, aliases)


def read_row(name: str, table: dict[str, Any]) -> dict[str, Cell]:
    """Turn one table of the file into cells."""
    unknown = set(table) - {*IMPLEMENTATIONS, "contract"}
    if unknown:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    contract = table.get("contract", {})
    return {
        implementation: read_cell(
            f"{name}.{implementation}",
            table.get(implementation, []),
            contract.get(implementation, []),
        )
        for implementation in IMPLEMENTATIONS
    }


def read_cell(place: str, entries: Any, contract: list[str]) -> Cell:
    """Turn one value of the file into a cell."""
    if not isinstance(entries, list):
        entries = [entries]
    code = [parse_code(e) for e in entries if isinstance(e, str)]
    remarks = []
    for entry in entries:
        if isinstance(entry, dict):
            remarks += [read_remark(place, *pair) for pair in entry.items()]
    return Cell(
        tuple(code), tuple(remarks), tuple(parse_code(c) for c in contract)
    )


def read_remark(place: str, kind: str, text: str) -> Remark:
    """Turn one pair of an inline table into a remark."""
    if kind not in REMARKS or not text:
        raise ValueError(f"{place}: {kind!r} is none of {REMARKS}")
    return Remark(kind, text)


def parse_code(entry: str) -> Code:
    """Split "file::symbol"."""
    file, _, symbol = entry.partition("::")
    return Code(file, symbol)


def capability_order(spec: Path | None = None) -> list[str]:
    """Return the capabilities that have a chapter, in the map's order.

    Source: the links of spec/README.md to chapters that exist.
    """
    spec = spec or ROOT / "spec"
    links = re.findall(
        r"\]\((\w+)\.md[)#]", (spec / "README.md").read_text("utf-8")
    )
    return [
        name
        for name in dict.fromkeys(links)
        if name != "README" and (spec / f"{name}.md").exists()
    ]


def folder_of(implementation: str) -> Path:
    """Return the folder of an implementation."""
    return ROOT / "implementations" / implementation


def app_files(folder: Path) -> list[str]:
    """Return the files of an `app` package that hold any line of code."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted((folder / "app").rglob("*"))
        if path.is_file()
        and not IGNORED & set(path.parts)
        and code_lines(path)
    ]


def files_of(code: Code, folder: Path) -> list[Path]:
    """Return the files that an entry names; empty when there is none."""
    path = folder / code.file
    if code.file.endswith("/"):
        return sorted(
            p
            for p in path.rglob("*")
            if p.is_file() and not IGNORED & set(p.parts)
        )
    return [path] if path.is_file() else []


def claimed_lines(code: Code, folder: Path) -> set[tuple[str, int]]:
    """Return the lines of code that an entry claims, as (file, line).

    Empty when the file or the symbol does not exist.
    """
    claimed = set()
    for path in files_of(code, folder):
        numbers = code_lines(path)
        if code.symbol:
            place = find_symbol(path.read_text("utf-8"), code.symbol)
            first, last = place or (0, -1)
            numbers = {n for n in numbers if first <= n <= last}
        name = path.relative_to(folder).as_posix()
        claimed |= {(name, number) for number in numbers}
    return claimed


def cell_lines(
    cell: Cell, folder: Path
) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """Return a cell's own lines and its contract lines, disjoint."""
    own: set[tuple[str, int]] = set()
    contract: set[tuple[str, int]] = set()
    for code in cell.code:
        own |= claimed_lines(code, folder)
    for code in cell.contract:
        contract |= claimed_lines(code, folder)
    return own - contract, contract

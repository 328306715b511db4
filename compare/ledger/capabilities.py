"""The map of the code: which lines of which file carry which capability.

It is written in implementations/capabilities.toml, by hand, and held true
by `python -m compare check`. Shape of the file:

    same = ["app/bookmark_file.py"] # what no framework would ever write
    postgres = ["app/storage.py::hide_values"] # no run with SQLite enters it

    [aliases]                       # same purpose, another name
    "app/forms.py" = "app/validation.py"

    [operations.django]             # where not a function of app/api.py
    show_bookmark = "app/api.py::BookmarkView.get"

    [server]                        # what speaks HTTP, a row beside
    stdlib = ["app/framework/server.py"]

    [tokens]                        # one table per capability
    stdlib = ["app/tokens.py", "app/api.py::create_token"]
    flask = [{ builtin = "flask:Request.authorization @ app/tokens.py" }]
    contract = { django = ["app/tokens.py::parse_scheme"] }

A cell lists files, symbols of files, folders ("app/migrations/") and
remarks. A symbol that another row names is taken out of its file or class.
`builtin` and `library` name what does the work and the place where
it is switched on (see FORM), `spec` a file of the spec that is served as it
is, `not_offered` the reason, and `instead` what people use. What stands
first does the main part (see levels.py). `contract` names symbols that exist
only because the contract bends the framework.
"""

import re
import tomllib
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from compare import IMPLEMENTATIONS, ROOT
from compare.ledger.source import code_lines, find_symbol

SOURCES = ("builtin", "library")
REMARKS = (*SOURCES, "spec", "not_offered")
IGNORED = {"__pycache__", "var", "tests", "deviations.toml"}
FORM = re.compile(r"([\w.]+):([\w.]+) @ ([^\s@]+)(?: @ (\S.*))?")
EXPECTED = (
    "expected `module:Symbol @ app/file.py::symbol`: what does the work, and "
    "the place that switches it on by that name; ` @ word` may follow, where "
    "it does so by another"
)


@dataclass(frozen=True)
class Code:
    """A file, a folder (ends in "/") or a symbol of a file.

    `without` are symbols in it that stand in another row.
    """

    file: str
    symbol: str = ""
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}::{self.symbol}" if self.symbol else self.file


@dataclass(frozen=True)
class Source:
    """Who does the work instead of code, and where that is switched on.

    `symbol` is a dotted name in `module`, of an installed distribution;
    `word` stands in the code of `place`.
    """

    module: str
    symbol: str
    place: Code
    word: str

    @property
    def name(self) -> str:
        """Return "module:Symbol"."""
        return f"{self.module}:{self.symbol}"


@dataclass(frozen=True)
class Remark:
    """What is said instead of code: kind is one of REMARKS.

    `instead` is what people use where something is not offered.
    """

    kind: str
    text: str
    instead: str = ""

    @property
    def source(self) -> Source | None:
        """Return who does the work, where the remark tells it."""
        return read_source(self.text) if self.kind in SOURCES else None


@dataclass(frozen=True)
class Cell:
    """One capability in one implementation.

    `by_hand` says that own code stands first: it does the main part.
    """

    code: tuple[Code, ...] = ()
    remarks: tuple[Remark, ...] = ()
    contract: tuple[Code, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, eq=False)
class Capabilities:
    """The whole map: rows[capability][implementation] is a Cell.

    operations[implementation][name] is a symbol, or who answers instead.
    """

    rows: dict[str, dict[str, Cell]]
    aliases: dict[str, str] = field(default_factory=dict)
    operations: dict[str, dict[str, Code | Source]] = field(
        default_factory=dict
    )
    same: tuple[Code, ...] = ()
    postgres: tuple[Code, ...] = ()
    server: dict[str, Cell] = field(default_factory=dict)

    def cells(self, implementation: str) -> dict[str, Cell]:
        """Return the cells of one implementation, by capability."""
        return {name: row[implementation] for name, row in self.rows.items()}

    def operation(self, implementation: str, name: str) -> Code | Source:
        """Return what answers one operation."""
        found = self.operations.get(implementation, {})
        return found.get(name, Code("app/api.py", name))

    def symbols(self, implementation: str, file: str) -> dict[str, str]:
        """Return the operations that a file holds, by symbol.

        A class that answers several has the name of the first.
        """
        found: dict[str, str] = {}
        for name, code in self.operations.get(implementation, {}).items():
            if isinstance(code, Code) and code.file == file:
                found.setdefault(code.symbol, name)
        return found


def load(path: Path | None = None) -> Capabilities:
    """Read the map; raises ValueError where the file has another shape."""
    path = path or ROOT / "implementations" / "capabilities.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    aliases = document.pop("aliases", {})
    same = tuple(map(parse_code, document.pop("same", [])))
    postgres = tuple(map(parse_code, document.pop("postgres", [])))
    server = read_row("server", document.pop("server", {}))
    operations = {
        implementation: {n: read_operation(e) for n, e in table.items()}
        for implementation, table in document.pop("operations", {}).items()
    }
    rows = {name: read_row(name, table) for name, table in document.items()}
    return Capabilities(
        take_out(rows), aliases, operations, same, postgres, server
    )


def take_out(rows: dict[str, dict[str, Cell]]) -> dict[str, dict[str, Cell]]:
    """Take out of files and classes the symbols that other rows name."""

    def rest(code: Code, others: list[Code]) -> Code:
        inner = (other.symbol for other in others if is_within(other, code))
        return replace(code, without=tuple(inner))

    def cell_of(name: str, implementation: str) -> Cell:
        cell = rows[name][implementation]
        others = [
            code
            for other, row in rows.items()
            if other != name
            for code in row[implementation].code
        ]
        return replace(cell, code=tuple(rest(c, others) for c in cell.code))

    return {name: {i: cell_of(name, i) for i in rows[name]} for name in rows}


def is_within(inner: Code, outer: Code) -> bool:
    """Tell whether one entry is a part of another."""
    prefix = f"{outer.symbol}." if outer.symbol else ""
    return (
        inner.file == outer.file
        and inner.symbol not in ("", outer.symbol)
        and inner.symbol.startswith(prefix)
    )


def read_operation(entry: str) -> Code | Source:
    """Read the place of an operation, or who answers it."""
    return read_source(entry) if " @ " in entry else parse_code(entry)


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
    remarks = [read_remark(place, e) for e in entries if isinstance(e, dict)]
    return Cell(
        tuple(code),
        tuple(remarks),
        tuple(parse_code(c) for c in contract),
        bool(code) and isinstance(entries[0], str),
    )


def read_remark(place: str, entry: dict[str, str]) -> Remark:
    """Turn an inline table into a remark."""
    instead = entry.pop("instead", "")
    kind, text = entry.popitem() if entry else ("", "")
    if kind not in REMARKS or not text or entry:
        raise ValueError(f"{place}: {kind!r} is none of {REMARKS}")
    if bool(instead) != (kind == "not_offered"):
        raise ValueError(f"{place}: `not_offered` goes with `instead`")
    if kind in SOURCES:
        try:
            read_source(text)
        except ValueError as error:
            raise ValueError(f"{place}: {kind} = {error}") from None
    return Remark(kind, text, instead)


def read_source(text: str) -> Source:
    """Read who does the work, and where it is switched on."""
    found = FORM.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}": {EXPECTED}')
    module, symbol, place, word = found.groups()
    word = word or symbol.rpartition(".")[2]
    return Source(module, symbol, parse_code(place), word)


def parse_code(entry: str) -> Code:
    """Split "file::symbol"."""
    file, _, symbol = entry.partition("::")
    return Code(file, symbol)


def capability_order(spec: Path | None = None) -> list[str]:
    """Return the capabilities that have a chapter, in the map's order.

    Source: the table of spec/README.md, as far as its chapters exist.
    """
    spec = spec or ROOT / "spec"
    links = re.findall(
        r"^\| \[\w+\]\((\w+)\.md[)#]",
        (spec / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    return [
        name
        for name in dict.fromkeys(links)
        if name != "README" and (spec / f"{name}.md").exists()
    ]


def folder_of(implementation: str) -> Path:
    """Return the folder of an implementation."""
    return ROOT / "implementations" / implementation


def source_files(folder: Path) -> list[str]:
    """Return the files of an implementation that hold any line of code."""
    return [
        path.relative_to(folder).as_posix()
        for path in files_in(folder)
        if code_lines(path)
    ]


def files_in(folder: Path) -> list[Path]:
    """Return all files below a folder but those that were made."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not IGNORED & set(path.relative_to(folder).parts)
    )


def files_of(code: Code, folder: Path) -> list[Path]:
    """Return the files that an entry names; empty when there is none."""
    path = folder / code.file
    if code.file.endswith("/"):
        return files_in(path)
    return [path] if path.is_file() else []


Lines = set[tuple[str, int]]


def claimed_lines(code: Code, folder: Path) -> Lines:
    """Return the lines of code that an entry claims, as (file, line).

    Empty when the file or the symbol does not exist.
    """
    claimed = set()
    for path in files_of(code, folder):
        numbers = symbol_lines(path, code.symbol)
        for symbol in code.without:
            numbers -= symbol_lines(path, symbol)
        name = path.relative_to(folder).as_posix()
        claimed |= {(name, number) for number in numbers}
    return claimed


def symbol_lines(path: Path, symbol: str) -> Set[int]:
    """Return the lines of code of a symbol; of the whole file for ""."""
    numbers = code_lines(path)
    if not symbol:
        return numbers
    place = find_symbol(path.read_text("utf-8"), symbol)
    first, last = place or (0, -1)
    return {n for n in numbers if first <= n <= last}


def all_claimed(codes: Iterable[Code], folder: Path) -> Lines:
    """Return the lines that any of several entries claims."""
    return set().union(*(claimed_lines(code, folder) for code in codes))


def cell_lines(cell: Cell, folder: Path) -> Lines:
    """Return the lines of code of a cell, contract lines included."""
    return all_claimed((*cell.code, *cell.contract), folder)


def claimed_text(code: Code, folder: Path) -> str:
    """Return the code that an entry claims, without comments."""
    lines = {
        p: p.read_text("utf-8").splitlines() for p in files_of(code, folder)
    }
    return "\n".join(
        lines[folder / name][number - 1]
        for name, number in sorted(claimed_lines(code, folder))
    )

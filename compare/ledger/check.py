"""Checks that keep the map, the copies and the mirrored files true."""

import ast
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

from compare import IMPLEMENTATIONS, ROOT
from compare.ledger.assigned import check_assigned
from compare.ledger.capabilities import (
    Capabilities,
    Cell,
    Code,
    capability_order,
    cell_lines,
    claimed_lines,
    files_in,
    files_of,
    folder_of,
    load,
    source_files,
)
from compare.ledger.functions import check_functions
from compare.ledger.openapi import read_spec, render, stale_copies
from compare.ledger.source import Block, blocks
from compare.ledger.sources import check_sources

SPEC = ROOT / "spec"


def run_checks() -> list[str]:
    """Return one line per thing that is wrong."""
    try:
        found = load()
    except (OSError, ValueError) as error:
        return [f"capabilities.toml: {error}"]
    folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
    document = read_spec()
    return [
        *check_rows(found, capability_order()),
        *check_code(found, folders),
        *check_assigned(found, folders),
        *check_functions(found, folders),
        *check_sources(found, folders),
        *check_operations(found, folders, operations_of(document)),
        *check_copies(found.same, folders, render(document)),
        *check_mirrors(found, folders),
        *check_framework(folders["stdlib"] / "app" / "framework"),
    ]


def check_rows(found: Capabilities, order: list[str]) -> Iterator[str]:
    """Every capability has a row, in the order, and no cell is empty."""
    for name in order:
        if name not in found.rows:
            yield f"{name}: no row in capabilities.toml"
    for name in found.rows:
        if name not in order:
            yield f"{name}: a row, but no chapter in spec/README.md"
    rows = [name for name in found.rows if name in order]
    if rows != [name for name in order if name in rows]:
        yield "the rows do not stand in the order of spec/README.md"
    for name, row in found.rows.items():
        for implementation, cell in row.items():
            if not cell.code and not cell.remarks and not cell.contract:
                yield f"{name}.{implementation}: empty cell"
            kinds = {remark.kind for remark in cell.remarks}
            if "not_offered" in kinds and (
                kinds > {"not_offered"} or cell.code
            ):
                yield f"{name}.{implementation}: offered and not offered"


def check_code(found: Capabilities, folders: dict[str, Path]) -> Iterator[str]:
    """Every entry exists, every file has a row, no line has two."""
    for name, folder in folders.items():
        cells = found.cells(name) | {"same": Cell(found.same)}
        server = {"server": found.server.get(name, Cell())}
        for complaint in (
            *missing_code(cells | server, folder),
            *unclaimed_files(cells, folder),
            *lines_claimed_twice(cells, folder),
        ):
            yield f"{name}: {complaint}"


def missing_code(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the entries whose file or symbol does not exist."""
    for name, cell in cells.items():
        for code in (*cell.code, *cell.contract):
            if not claimed_lines(code, folder) and not is_data(code, folder):
                yield f"{name}: {code} does not exist or has no code"
        for remark in cell.remarks:
            if remark.kind == "spec" and not (SPEC / remark.text).is_file():
                yield f"{name}: spec/{remark.text} does not exist"


def is_data(code: Code, folder: Path) -> bool:
    """Say whether an entry names files that hold no code at all."""
    return not code.symbol and bool(files_of(code, folder))


def unclaimed_files(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the files that no row mentions."""
    mentioned = {
        path.relative_to(folder).as_posix()
        for cell in cells.values()
        for code in (*cell.code, *cell.contract)
        for path in files_of(code, folder)
    }
    for file in source_files(folder):
        if file not in mentioned:
            yield f"{file} stands in no row"


def lines_claimed_twice(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the files of which two rows count the same lines."""
    counted = {name: cell_lines(cell, folder) for name, cell in cells.items()}
    for one, other in combinations(counted, 2):
        for file in sorted(
            {file for file, _ in counted[one] & counted[other]}
        ):
            yield f"{file}: lines counted under {one} and under {other}"


def operations_of(document: dict) -> list[str]:
    """Return the operationIds of an OpenAPI document."""
    return [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]


def check_operations(
    found: Capabilities, folders: dict[str, Path], operations: list[str]
) -> Iterator[str]:
    """Every operation is a function of that name, or where the map says."""
    for name, folder in folders.items():
        mapped = found.operations.get(name, {})
        for operation in dict.fromkeys([*operations, *mapped]):
            code = found.operation(name, operation)
            if isinstance(code, Code) and not claimed_lines(code, folder):
                yield f"{name}: {operation}: {code} does not exist"


def check_copies(
    same: Iterable[Code],
    folders: dict[str, Path],
    openapi: bytes,
    spec: Path = SPEC,
) -> Iterator[str]:
    """What is to be the same everywhere is, byte for byte."""
    for path in stale_copies(folders, openapi):
        yield f"{told(path)} is stale; run `python -m compare openapi --write`"
    first = next(iter(folders))
    for code in same:
        original, owner = spec / code.file.removeprefix("app/"), "the spec"
        if not original.exists():
            original, owner = folders[first] / code.file, first
        expected = contents(original)
        for path in (folder / code.file for folder in folders.values()):
            actual = contents(path)
            for name in sorted(actual.keys() | expected.keys()):
                if actual.get(name) != expected.get(name):
                    yield f"{told(path / name)} is not that of {owner}"


def contents(path: Path) -> dict[str, bytes]:
    """Return the bytes of a file, or of all files below a folder."""
    files = files_in(path) if path.is_dir() else [path]
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in files
        if file.exists()
    }


def told(path: Path) -> str:
    """Name a file from the folder of the implementations on."""
    return path.as_posix().rpartition("implementations/")[2]


def check_mirrors(
    found: Capabilities, folders: dict[str, Path]
) -> Iterator[str]:
    """Functions that files of one name share are in one order, said alike."""
    files = {name: set(source_files(path)) for name, path in folders.items()}
    for pair in combinations(folders, 2):
        for file in sorted(files[pair[0]] & files[pair[1]]):
            if not file.endswith(".py") or "/migrations/" in file:
                continue
            methods = [found.symbols(name, file) for name in pair]
            left, right = (
                functions_of(folders[name] / file, names)
                for name, names in zip(pair, methods, strict=True)
            )
            free = {name for names in methods for name in names.values()}
            for complaint in compare_blocks(left, right, free):
                yield f"{file}: {' and '.join(pair)}: {complaint}"


def functions_of(path: Path, methods: dict[str, str]) -> list[Block]:
    """Return the functions of a file, in order; frameworks shape classes."""
    found = blocks(path.read_text("utf-8"), methods)
    return [b for b in found if b.name.isidentifier() and not b.is_class]


def compare_blocks(
    left: list[Block], right: list[Block], free: Iterable[str] = ()
) -> Iterator[str]:
    """Compare order and docstrings of the names that both sides have.

    The order of `free` names is that of the classes they stand in.
    """
    ours = {block.name: block for block in left}
    theirs = {block.name: block for block in right}
    shared = [name for name in ours if name in theirs]
    order = [name for name in shared if name not in free]
    if order != [name for name in theirs if name in order]:
        yield f"the order of {', '.join(order)} differs"
    for name in shared:
        if ours[name].docstring != theirs[name].docstring:
            yield f"the docstring of {name} differs"


def check_framework(folder: Path) -> Iterator[str]:
    """What a framework would be knows nothing of the application."""
    allowed = sys.stdlib_module_names
    for path in sorted(folder.rglob("*.py")):
        for module in imports_of(path):
            inside = f"{module}.".startswith("app.framework.")
            if module.partition(".")[0] not in allowed and not inside:
                yield f"{told(path)} imports {module}"


def imports_of(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")

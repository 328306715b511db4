"""Checks that keep the map, the copies and the mirrored files true."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

from compare import IMPLEMENTATIONS, ROOT
from compare.capabilities import (
    Capabilities,
    Cell,
    app_files,
    capability_order,
    cell_lines,
    claimed_lines,
    files_of,
    folder_of,
    load,
)
from compare.openapi import read_spec, render, stale_copies
from compare.source import Block, blocks


def run_checks() -> list[str]:
    """Return one line per thing that is wrong."""
    try:
        found = load()
    except (OSError, ValueError) as error:
        return [f"capabilities.toml: {error}"]
    complaints = list(check_rows(found, capability_order()))
    for implementation in IMPLEMENTATIONS:
        folder = folder_of(implementation)
        cells = {c: row[implementation] for c, row in found.rows.items()}
        for complaint in check_code(cells, folder):
            complaints.append(f"{implementation}: {complaint}")
    folders = {i: folder_of(i) for i in IMPLEMENTATIONS}
    document = read_spec()
    complaints += check_operations(folders, operations_of(document))
    complaints += check_copies(folders, render(document))
    return complaints + list(check_mirrors(folders))


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


def check_code(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Every entry exists, every file has a row, no line has two."""
    yield from missing_code(cells, folder)
    yield from unclaimed_files(cells, folder)
    yield from lines_claimed_twice(cells, folder)


def missing_code(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the entries whose file or symbol does not exist."""
    for name, cell in cells.items():
        for code in (*cell.code, *cell.contract):
            if not claimed_lines(code, folder):
                yield f"{name}: {code} does not exist or has no code"


def unclaimed_files(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the files of the `app` package that no row mentions."""
    mentioned = {
        path.relative_to(folder).as_posix()
        for cell in cells.values()
        for code in (*cell.code, *cell.contract)
        for path in files_of(code, folder)
    }
    for file in app_files(folder):
        if file not in mentioned:
            yield f"{file} stands in no row"


def lines_claimed_twice(cells: dict[str, Cell], folder: Path) -> Iterator[str]:
    """Name the files of which two rows count the same lines."""
    counted = {
        name: set().union(*cell_lines(cell, folder))
        for name, cell in cells.items()
    }
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
    folders: dict[str, Path], operations: list[str]
) -> Iterator[str]:
    """Every operation is a function of that name in every api.py."""
    for name, folder in folders.items():
        path = folder / "app" / "api.py"
        functions = functions_of(path) if path.exists() else []
        missing = set(operations) - {block.name for block in functions}
        for operation in sorted(missing):
            yield f"{name}: app/api.py has no {operation}"


def check_copies(
    folders: dict[str, Path], openapi: bytes, spec: Path = ROOT / "spec"
) -> Iterator[str]:
    """What is to be the same everywhere is, byte for byte."""
    for path in stale_copies(folders, openapi):
        yield f"{told(path)} is stale; run `python -m compare openapi --write`"
    originals = [spec / "common-passwords.txt", *files_in(spec / "static")]
    for original in originals:
        name = original.relative_to(spec)
        for folder in folders.values():
            if differ(folder / "app" / name, original):
                yield f"{told(folder / 'app' / name)} is not that of the spec"
    for folder in folders.values():
        for file in files_in(folder / "app" / "static"):
            if not (spec / "static" / file.name).exists():
                yield f"{told(file)} is not in the spec"
    first, *others = (f / "app" / "bookmark_file.py" for f in folders.values())
    for other in others:
        if differ(other, first):
            yield f"{told(other)} and {told(first)} differ"


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder, in order, none where there is none."""
    return sorted(path for path in folder.glob("*") if path.is_file())


def differ(one: Path, other: Path) -> bool:
    """Tell whether two files differ, or either is missing."""
    there = one.exists() and other.exists()
    return not there or one.read_bytes() != other.read_bytes()


def told(path: Path) -> str:
    """Name a file from the folder of the implementations on."""
    return path.as_posix().rpartition("implementations/")[2]


def check_mirrors(folders: dict[str, Path]) -> Iterator[str]:
    """Functions that files of one name share are in one order, said alike."""
    files = {name: set(app_files(folder)) for name, folder in folders.items()}
    for one, other in combinations(folders, 2):
        for file in sorted(files[one] & files[other]):
            if not file.endswith(".py") or "/migrations/" in file:
                continue
            left = functions_of(folders[one] / file)
            right = functions_of(folders[other] / file)
            for complaint in compare_blocks(left, right):
                yield f"{file}: {one} and {other}: {complaint}"


def functions_of(path: Path) -> list[Block]:
    """Return the functions of a file, in order; frameworks shape classes."""
    found = blocks(path.read_text("utf-8"))
    return [b for b in found if b.name and not b.is_class]


def compare_blocks(
    left: Iterable[Block], right: Iterable[Block]
) -> Iterator[str]:
    """Compare order and docstrings of the names that both sides have."""
    ours = {block.name: block for block in left}
    theirs = {block.name: block for block in right}
    shared = [name for name in ours if name in theirs]
    if shared != [name for name in theirs if name in ours]:
        yield f"the order of {', '.join(shared)} differs"
    for name in shared:
        if ours[name].docstring != theirs[name].docstring:
            yield f"the docstring of {name} differs"

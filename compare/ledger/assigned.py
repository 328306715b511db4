"""The check that all own code belongs to a capability.

A function, a class, a setting and a file that is no Python each belong to a
row of the map. What may stand in none, and is counted as wiring: imports,
and the statements at the top of a module that put its parts together, such
as a logger or a table of handlers.
"""

from collections.abc import Iterator
from pathlib import Path

from compare.ledger.capabilities import (
    Capabilities,
    Lines,
    all_claimed,
    cell_lines,
    source_files,
)
from compare.ledger.members import Member, members
from compare.ledger.source import code_lines, is_python

SETTINGS = {"app/settings.py", "gunicorn.conf.py"}


def check_assigned(
    found: Capabilities, folders: dict[str, Path]
) -> Iterator[str]:
    """Every function, class, setting, template and migration has a row."""
    for name, folder in folders.items():
        claimed = all_claimed(found.same, folder)
        for cell in found.cells(name).values():
            claimed |= cell_lines(cell, folder)
        for file in source_files(folder):
            for symbol in unassigned(file, folder, claimed):
                yield f"{name}: {symbol} stands in no row"


def unassigned(file: str, folder: Path, claimed: Lines) -> Iterator[str]:
    """Yield the symbols of a file of which no line is claimed."""
    path = folder / file
    lines = {(file, number) for number in code_lines(path)}
    if not is_python(path, path.read_text("utf-8")):
        if lines - claimed:
            yield file
        return
    for member in members(path):
        own = {(file, n) for n in range(member.first, member.last + 1)}
        if is_to_assign(file, member) and not own & lines & claimed:
            yield f"{file}::{member.name}"


def is_to_assign(file: str, member: Member) -> bool:
    """Tell whether a member has to belong to a row."""
    return member.kind != "name" or file in SETTINGS

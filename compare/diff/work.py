"""Who does the work of a capability where no code of one's own does it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compare.ledger.capabilities import (
    Capabilities,
    Remark,
    Source,
    claimed_lines,
    folder_of,
)
from compare.ledger.levels import level
from compare.ledger.sources import named_places

SAID = {
    "builtin": "built in",
    "library": "library",
    "spec": "from the spec",
    "not_offered": "not offered",
}


@dataclass(frozen=True)
class Work:
    """One remark of a cell, with the places that it names.

    `kind` is a key of SAID and `text` what does the work, or why nothing
    does; `where` its place in the installed version; `switch` the line that
    switches it on, and `switch_place` where that stands. Empty where there
    is none.
    """

    kind: str
    text: str
    where: str = ""
    switch: str = ""
    switch_place: str = ""


def work_of(
    found: Capabilities, implementation: str, capability: str
) -> list[Work]:
    """Return who does the work of a capability."""
    folder = folder_of(implementation)
    row = found.rows.get(capability)
    remarks = row[implementation].remarks if row else ()
    return [make_work(remark, places(found), folder) for remark in remarks]


def who(found: Capabilities, implementation: str, capability: str) -> str:
    """Say in a few words who does the work: "library: pydantic:BaseModel"."""
    row = found.rows.get(capability)
    if row is None:
        return ""
    cell, folder = row[implementation], folder_of(implementation)
    sources = [r.source.name for r in cell.remarks if r.source]
    return ": ".join([level(cell, folder), ", ".join(sources)]).strip(": ")


@cache
def places(found: Capabilities) -> dict[str, str]:
    """Return where all that is named stands in the installed versions."""
    named = named_places(found).items()
    return {name: told(place) for name, place in named if place}


def told(place: dict[str, Any]) -> str:
    """Write a place as "django/apps/config.py:12 (Django 5.2)"."""
    line = f":{place['line']}" if place["line"] else ""
    version = f"{place['distribution']} {place['version']}"
    return f"{place['file']}{line} ({version})"


def make_work(remark: Remark, places: dict[str, str], folder: Path) -> Work:
    """Find the places that a remark names."""
    if remark.source:
        return source_work(remark.source, folder, places, remark.kind)
    return Work(remark.kind, f"{remark.text} {remark.instead}".strip())


def source_work(
    source: Source,
    folder: Path,
    places: dict[str, str],
    kind: str = "builtin",
) -> Work:
    """Find where what does the work stands, and where it is switched on."""
    number, line = find_switch(source, folder)
    place = f"{source.place.file}:{number}" if number else ""
    return Work(kind, source.name, places.get(source.name, ""), line, place)


def find_switch(source: Source, folder: Path) -> tuple[int, str]:
    """Return the line that switches something on: (number, text)."""
    word = re.compile(rf"(?<!\w){re.escape(source.word)}(?!\w)")
    for file, number in sorted(claimed_lines(source.place, folder)):
        line = (folder / file).read_text("utf-8").splitlines()[number - 1]
        if word.search(line) and not line.startswith(("from ", "import ")):
            return number, line.strip()
    return 0, ""

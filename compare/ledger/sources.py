"""Checks of those who do the work instead of code."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from compare.ledger.capabilities import Capabilities, Source, claimed_text
from compare.ledger.places import places
from compare.ledger.symbols import owner


def check_sources(
    found: Capabilities, folders: dict[str, Path]
) -> Iterator[str]:
    """Who does the work is installed, has a place, and is switched on."""
    known = named_places(found)
    for place, name, source in named_sources(found):
        folder, cell = folders[name], f"{place}.{name}"
        if known[source.name] is None:
            yield f"{cell}: {source.name} cannot be imported"
        elif owner(source.module, folder) is None:
            yield f"{cell}: nothing requires {source.module}"
        elif known[source.name]["line"] is None:
            yield f"{cell}: {source.name} has no source: name who calls it"
        text = claimed_text(source.place, folder)
        if not re.search(rf"(?<!\w){re.escape(source.word)}(?!\w)", text):
            yield f"{cell}: {source.place} has no {source.word}"


def named_sources(found: Capabilities) -> Iterator[tuple[str, str, Source]]:
    """Yield who does the work: capability or operation, implementation."""
    for row, cells in {**found.rows, "server": found.server}.items():
        for name, cell in cells.items():
            for remark in cell.remarks:
                if remark.source:
                    yield row, name, remark.source
    for name, operations in found.operations.items():
        for operation, source in operations.items():
            if isinstance(source, Source):
                yield operation, name, source


@cache
def named_places(found: Capabilities) -> dict[str, dict[str, Any] | None]:
    """Return where all that does the work is defined; see places.py."""
    named = {source.name for _, _, source in named_sources(found)}
    return places(sorted(named))

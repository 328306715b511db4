"""What each call is part of: receiving, routing, … sending.

Source: phases.toml. The outermost call that is named there gives its phase
to all that it calls.
"""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from compare.trace.calls import Call, Trace

TABLE = Path(__file__).with_name("phases.toml")
OTHER = "other"
PHASES = (
    "receive",
    "route",
    "authenticate",
    "parse",
    "validate",
    "query",
    "serialise",
    "send",
    OTHER,
)


@dataclass(frozen=True)
class Entry:
    """Functions of one phase; file and name are patterns of the shell."""

    phase: str
    file: str
    name: str

    def fits(self, call: Call) -> bool:
        """Tell whether a call is one of these."""
        return fnmatchcase(call.file, self.file) and fnmatchcase(
            call.name, self.name
        )

    def __str__(self) -> str:
        return f"{self.phase}: {self.file}::{self.name}"


def read_entries(implementation: str) -> list[Entry]:
    """Read the entries of an implementation."""
    table = tomllib.loads(TABLE.read_text("utf-8"))[implementation]
    return [
        Entry(phase, *entry.split("::"))
        for phase, entries in table.items()
        for entry in entries
    ]


def assign(trace: Trace, entries: list[Entry]) -> set[Entry]:
    """Give each call its phase; return the entries that named one."""
    used: set[Entry] = set()
    known: dict[tuple[str, str], Entry | None] = {}
    for call in trace.calls:
        place = (call.file, call.name)
        if place not in known:
            known[place] = next((e for e in entries if e.fits(call)), None)
        parent = trace.calls[call.parent] if call.parent is not None else None
        if parent and parent.phase != OTHER:
            call.phase = parent.phase
        elif entry := known[place]:
            call.phase = entry.phase
            used.add(entry)
    return used

"""Whether what the ledger says agrees with what ran.

Own code of a cell is proved if a test of its capability enters it, or if it
runs while a server starts; a framework's function likewise. What has nothing
to be entered only declares: a class without a function of its own, a function
to be overridden, a `__str__`, a template, a migration in SQL.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare.ledger.capabilities import Cell, cell_lines
from compare.ledger.executed import START, Executed, chapter_of
from compare.ledger.members import members
from compare.ledger.origin import KINDS, origin
from compare.ledger.source import is_python

AT_START = "at start"
DECLARES = "declares"
POSTGRES = "needs PostgreSQL"
# A function is booked wrongly if another chapter's tests enter it so many
# times as often as those of its own: tests differ in what they touch, but
# not by more.
TIMES = 25
Place = dict[str, Any]  # see places.py
Part = tuple[str, Path, frozenset[int]]  # symbol, file, and lines to run


@dataclass(frozen=True)
class Evidence:
    """What ran of one cell: how each part of it is proved.

    True, AT_START, DECLARES or POSTGRES, or False where it is not.
    """

    entered: dict[str, bool | str]
    sources: dict[str, dict[str, Any]]
    lines: dict[str, int]
    rarely: dict[str, str]


class Judge:
    """Compares the cells of one implementation with what ran."""

    def __init__(
        self,
        implementation: str,
        folder: Path,
        ran: Executed,
        places: dict[str, Place],
        postgres: Iterable[str] = (),
    ) -> None:
        """Keep what ran, and where the symbols of frameworks are."""
        self.postgres = set(postgres)
        self.implementation, self.folder = implementation, folder
        self.ran, self.places = ran, places

    def judge(self, chapter: str, cell: Cell) -> Evidence:
        """Return the evidence for one cell."""
        own = list(parts(cell, self.folder))
        named = [r.source.name for r in cell.remarks if r.source]
        others = [self.source_part(name) for name in named]
        entered = {}
        for symbol, path, body in own:
            proved = self.proof(chapter, path, body)
            if not proved and symbol in self.postgres:
                proved = POSTGRES
            entered[symbol] = proved
        sources = {
            name: self.told(name, self.proof(chapter, path, body))
            for name, path, body in others
        }
        rarely = {
            name: other
            for name, path, body in [*own, *others]
            if (other := self.far_more_often(chapter, path, body))
        }
        return Evidence(entered, sources, self.lines(chapter), rarely)

    def proof(
        self, chapter: str, path: Path, body: frozenset[int]
    ) -> bool | str:
        """Tell how one part is proved."""
        if not body:
            return DECLARES
        contexts = self.ran.entered(str(path), body)
        if chapter in map(chapter_of, contexts):
            return True
        return AT_START if START in contexts else False

    def far_more_often(
        self, chapter: str, path: Path, body: frozenset[int]
    ) -> str:
        """Name a chapter that a function seems to belong to instead."""
        contexts = self.ran.entered(str(path), body)
        counts = Counter(map(chapter_of, contexts))
        shares = {
            name: counts[name] / len(tests)
            for name, tests in self.ran.tests.items()
        }
        most = max(shares, key=shares.__getitem__)
        is_far = 0 < TIMES * shares[chapter] < shares[most]
        return most if is_far else ""

    def source_part(self, name: str) -> Part:
        """Return what is to run of a symbol: all functions of a class."""
        place = self.places[name]
        path = Path(place["path"])
        inside = [
            member.body
            for member in members(path)
            if place["line"] <= member.first and member.last <= place["last"]
        ]
        return name, path, frozenset().union(*inside)

    def told(self, name: str, executed: bool | str) -> dict[str, Any]:
        """Tell where a symbol is, and whether it was executed."""
        kept = ("file", "line", "distribution", "version")
        found = {key: self.places[name][key] for key in kept}
        return {**found, "executed": executed}

    def lines(self, chapter: str) -> dict[str, int]:
        """Count the lines that ran in a chapter, by whose they are."""
        counts = Counter(dict.fromkeys(KINDS, 0))
        for path, count in self.ran.lines_of(chapter):
            counts[origin(path, self.implementation).kind] += count
        return dict(counts)


def parts(cell: Cell, folder: Path) -> Iterator[Part]:
    """Yield the parts of a cell's own code: symbol, file, and lines to run.

    A class stands for itself only where it has no function of its own. A
    program, which has no suffix, is a part as a whole.
    """
    claimed = cell_lines(cell, folder)
    for file in sorted({file for file, _ in claimed}):
        path = folder / file
        if not is_python(path, path.read_text("utf-8")):
            yield file, path, frozenset()
            continue
        found = [m for m in members(path) if (file, m.last) in claimed]
        if path.suffix != ".py":
            lines = (number for name, number in claimed if name == file)
            yield file, path, frozenset(lines)
        for member in found:
            empty = member.kind == "class" and not any(
                other.name.startswith(f"{member.name}.") and other.body
                for other in found
            )
            if member.body or empty:
                yield f"{file}::{member.name}", path, member.body


def complaints(
    chapter: str, implementation: str, evidence: Evidence
) -> Iterator[str]:
    """Name what of a cell did not run, or runs for others."""
    cell, tests = f"{chapter}.{implementation}", f"tests/test_{chapter}.py"
    for symbol, proved in evidence.entered.items():
        if not proved:
            yield f"{cell}: {symbol} was not entered while {tests} ran"
    for name, found in evidence.sources.items():
        if found["executed"] == DECLARES:
            yield f"{cell}: {name} has nothing to run: name who is called"
        elif not found["executed"]:
            yield f"{cell}: {name} did not run while {tests} ran"
    for symbol, other in evidence.rarely.items():
        yield (
            f"{cell}: {symbol} is entered by tests/test_{other}.py over "
            f"{TIMES} times as often as by {tests}"
        )


def summary(proofs: Iterable[Evidence]) -> str:
    """Count how the parts of some cells are proved."""
    found = Counter(
        proved
        for evidence in proofs
        for proved in (
            *evidence.entered.values(),
            *(source["executed"] for source in evidence.sources.values()),
        )
    )
    return (
        f"{found[True]:,} entered by the tests of their capability, "
        f"{found[AT_START]:,} while a server starts, {found[DECLARES]:,} "
        f"only declare, {found[POSTGRES]:,} need PostgreSQL, "
        f"{found[False]:,} not proved"
    )

"""The cells of the ledger, as the pages show them."""

from dataclasses import dataclass
from typing import Any

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import (
    Capabilities,
    Cell,
    Remark,
    all_claimed,
    cell_lines,
    folder_of,
)
from compare.ledger.grid import lines_text, remark_text
from compare.ledger.levels import level
from compare.ledger.sources import named_places

Proof = dict[str, Any]  # a cell of results/proof.json
Place = dict[str, Any]  # as compare.ledger.places gives it


@dataclass(frozen=True)
class Helper:
    """Who does a part of the work instead of one's own code.

    `symbol` is "flask:Request.get_json"; `place` where that is switched on;
    `source` its file, line, distribution and version; `executed` whether
    tests were seen to run it, True, False or "declares", None if unknown.
    """

    kind: str
    name: str
    symbol: str
    place: str
    source: Place
    executed: bool | str | None = None

    @property
    def origin(self) -> str:
        """Return the kind of code that it is, which gives its colour."""
        return {"builtin": "framework", "library": "library"}.get(
            self.kind, "own"
        )


@dataclass(frozen=True)
class Shown:
    """One cell; lines are counts of lines of code.

    `entered` says of own code whether its tests were seen to run it, True,
    False or "declares"; `executed` counts lines by their origin. Both are
    empty before `make prove`.
    """

    level: str
    lines: int
    contract: int
    work: list[Helper]
    missing: str
    codes: list[str]
    entered: dict[str, bool | str]
    executed: dict[str, int]

    @property
    def helper(self) -> str:
        """Name those who do the work instead, as the grid does."""
        return " + ".join(dict.fromkeys(work.name for work in self.work))

    @property
    def text(self) -> str:
        """Write lines and helpers: "7 lines + Flask-WTF"."""
        parts = [lines_text(self.lines)] if self.lines else []
        return " + ".join([*parts, *filter(None, [self.helper])])


def find_places(found: Capabilities) -> dict[str, Place]:
    """Return where each symbol is defined that a cell names."""
    found_places = named_places(found)
    return {symbol: place or {} for symbol, place in found_places.items()}


def show_cells(
    found: Capabilities, proof: Proof | None
) -> dict[str, dict[str, Shown]]:
    """Return every cell, by capability and implementation."""
    proved = (proof or {}).get("capabilities", {})
    sources = find_places(found)
    return {
        capability: {
            name: show_cell(
                row[name],
                name,
                sources,
                proved.get(capability, {}).get(name, {}),
            )
            for name in IMPLEMENTATIONS
        }
        for capability, row in found.rows.items()
    }


def show_cell(
    cell: Cell, name: str, sources: dict[str, Place], proof: Proof
) -> Shown:
    """Describe one cell."""
    folder = folder_of(name)
    missing = [
        f"{remark.text} {remark.instead}"
        for remark in cell.remarks
        if remark.kind == "not_offered"
    ]
    return Shown(
        level(cell, folder),
        len(cell_lines(cell, folder)),
        len(all_claimed(cell.contract, folder)),
        [
            show_work(remark, name, sources, proof.get("sources", {}))
            for remark in cell.remarks
            if remark.kind != "not_offered"
        ],
        " ".join(missing),
        list(dict.fromkeys(map(str, (*cell.code, *cell.contract)))),
        proof.get("entered", {}),
        proof.get("lines", {}),
    )


def show_work(
    remark: Remark, name: str, sources: dict[str, Place], proved: Proof
) -> Helper:
    """Describe a remark: who, and where it is switched on."""
    who = remark_text(remark, folder_of(name))
    source = remark.source
    if source is None:
        return Helper(remark.kind, who, f"spec/{remark.text}", "", {})
    symbol = f"{source.module}:{source.symbol}"
    return Helper(
        remark.kind,
        who,
        symbol,
        str(source.place),
        sources[symbol],
        proved.get(symbol, {}).get("executed"),
    )

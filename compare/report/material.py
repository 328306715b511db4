"""All that the pages show, gathered once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from compare import IMPLEMENTATIONS
from compare.bench.figures import Results
from compare.bench.sittings import earlier, read_sittings
from compare.bench.summary import may_compare
from compare.changes.record import Change, read_change
from compare.ledger.capabilities import Capabilities, folder_of, load
from compare.ledger.deviations import Deviations, read_deviations
from compare.ledger.grid import Sums, sum_lines
from compare.report.cells import Shown, show_cells
from compare.report.footprint import Footprint, measure
from compare.report.listing import Part, capability_code
from compare.report.results import (
    Run,
    read_json,
    read_runs,
    read_traces,
)
from tests.support.report import Rule, load_rules


@dataclass
class Material:
    """The ledger, and what the tools have left in a folder of results."""

    results: Path
    found: Capabilities

    @cached_property
    def rules(self) -> dict[str, list[Rule]]:
        """Return the rules of each chapter."""
        chapters: dict[str, list[Rule]] = {}
        for rule in load_rules().values():
            name = Path(rule.chapter).stem
            chapters.setdefault(name, []).append(rule)
        return chapters

    @cached_property
    def runs(self) -> dict[str, Run]:
        """Return what the suite found."""
        return read_runs(self.results)

    @cached_property
    def deviations(self) -> dict[str, Deviations]:
        """Return what each deviates from, as declared."""
        return {n: read_deviations(folder_of(n)) for n in IMPLEMENTATIONS}

    @cached_property
    def proof(self) -> dict[str, Any] | None:
        """Return what `make prove` found."""
        return read_json(self.results / "proof.json")

    @cached_property
    def cells(self) -> dict[str, dict[str, Shown]]:
        """Return the cells of the ledger."""
        return show_cells(self.found, self.proof)

    @cached_property
    def codes(self) -> dict[str, list[Part]]:
        """Return the code of each capability."""
        return {n: capability_code(self.found, n) for n in self.found.rows}

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Return where code is shown: "fn-flask-create_token" and its page.

        What has no place of its own in the code is shown in its cell.
        """
        found = {
            anchor: f"{part.path}#{anchor}"
            for parts in self.codes.values()
            for part in parts
            for anchor in part.anchors
        }
        for capability, row in self.found.rows.items():
            for name, cell in row.items():
                for code in (*cell.code, *cell.contract):
                    found.setdefault(
                        f"fn-{name}-{code.symbol or code.file}",
                        f"capability/{capability}.html#{name}",
                    )
        return found

    @cached_property
    def sums(self) -> dict[str, Sums]:
        """Return the lines of each implementation."""
        return {
            name: sum_lines(self.found, name, folder_of(name))
            for name in IMPLEMENTATIONS
        }

    @cached_property
    def traces(self) -> dict[str, dict[str, Any]]:
        """Return one request through all four, by operation."""
        return read_traces(self.results)

    @cached_property
    def sittings(self) -> list[tuple[Path, Results]]:
        """Return the sittings of the benchmark, the latest first."""
        return read_sittings(self.results)[::-1]

    @cached_property
    def smoke(self) -> Results | None:
        """Return the last short run, which only shows that it works."""
        found = [r for _, r in self.sittings if r["plan"]["mode"] == "smoke"]
        return found[0] if found else None

    @cached_property
    def latest(self) -> Results | None:
        """Return the last sitting that may be compared."""
        found = [r for _, r in self.sittings if may_compare(r)]
        return found[0] if found else None

    @cached_property
    def before(self) -> Results | None:
        """Return the sitting that the last one is compared with."""
        paths = [p for p, r in self.sittings if r is self.latest]
        return earlier(paths[0]) if paths else None

    @cached_property
    def change(self) -> Change:
        """Return the change that is made four times."""
        return read_change("favourite")

    @cached_property
    def footprint(self) -> dict[str, Footprint]:
        """Return what each brings along, measured now."""
        return measure()


def gather(results: Path) -> Material:
    """Read the ledger; the rest is read when a page asks for it."""
    return Material(results, load())

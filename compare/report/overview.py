"""The first page: everything at one look."""

from typing import Any

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import folder_of
from compare.ledger.grid import server_text
from compare.ledger.levels import LEVELS
from compare.report.answers import has_all, read_answers, speed
from compare.report.footprint import STARTS
from compare.report.material import Material
from compare.report.results import Run
from compare.report.site import Site
from compare.report.texts import on_page, read_note


def write(site: Site, material: Material) -> None:
    """Write the page."""
    fastest, *answers = read_answers("index.html", material)
    site.write(
        "index.html",
        "index.html",
        cells=material.cells,
        levels=LEVELS,
        counts=count_levels(material),
        sums=material.sums,
        servers={
            n: server_text(material.found.server[n], folder_of(n))
            for n in IMPLEMENTATIONS
        },
        tested={n: tested(material.runs[n]) for n in IMPLEMENTATIONS},
        beside={
            name: tested(run)
            for name, run in material.runs.items()
            if name not in IMPLEMENTATIONS
        },
        deviations=material.deviations,
        findings=[
            (note.heading, on_page("index.html", note.text, material.anchors))
            for note in read_note("findings")
        ],
        fastest=fastest,
        answers=answers,
        footprint=material.footprint,
        starts=STARTS,
        speed=speed(material),
        measured=has_all(material),
    )


def count_levels(material: Material) -> dict[str, dict[str, int]]:
    """Count the cells of each level, by implementation."""
    return {
        name: {
            level: sum(
                row[name].level == level for row in material.cells.values()
            )
            for level in LEVELS
        }
        for name in IMPLEMENTATIONS
    }


def tested(run: Run) -> dict[str, Any]:
    """Say how many tests passed and failed, and whether all of them ran."""
    return {
        "passed": run.passed,
        "failed": run.failed,
        "waiting": sum(run.footer.get("waiting", {}).values()),
        "when": run.header.get("time", ""),
        "complete": run.whole,
    }

"""The pages that are one of a kind and short: texts, lists, sources."""

from importlib.metadata import version
from typing import Any

from compare import IMPLEMENTATIONS
from compare.report.capability import show_rule
from compare.report.material import Material
from compare.report.results import left_open
from compare.report.site import Site
from compare.report.texts import on_page, read_note

NAMED = ("Flask", "Django", "fastapi", "SQLAlchemy", "pydantic", "alembic")
SERVERS = ("gunicorn", "uvicorn")


def write(site: Site, material: Material) -> None:
    """Write these pages."""
    write_production(site, material)
    write_differences(site, material)
    write_made(site, material)


def write_production(site: Site, material: Material) -> None:
    """Write what has to be set before it goes into production."""
    path = "production.html"
    notes = [
        (note.heading, on_page(path, note.text, material.anchors))
        for note in read_note("production")
    ]
    site.write(path, "production.html", notes=notes)


def write_differences(site: Site, material: Material) -> None:
    """Write all deviations, and all that the spec leaves open."""
    path = "differences.html"
    shown = [
        show_rule(path, rule, material)
        for rules in material.rules.values()
        for rule in rules
        if any(rule.id in found for found in material.deviations.values())
    ]
    answers = {name: left_open(material.runs, name) for name in material.rules}
    site.write(
        path,
        "differences.html",
        rules=shown,
        chapters={name: rows for name, rows in answers.items() if rows},
    )


def write_made(site: Site, material: Material) -> None:
    """Write where all of it comes from."""
    site.write(
        "made.html",
        "made.html",
        sources=list(find_sources(material)),
        versions={name: version(name) for name in (*NAMED, *SERVERS)},
        python=next(
            (
                run.header["python"]
                for run in material.runs.values()
                if run.header
            ),
            "",
        ),
    )


def find_sources(material: Material) -> list[tuple[str, str, str]]:
    """Return what was found, when, and the command that finds it anew."""
    proof: dict[str, Any] = material.proof or {}
    change: dict[str, Any] = material.change.result or {}
    tested = [
        (
            f"the suite against {name}",
            material.runs[name].header.get("time", ""),
        )
        for name in IMPLEMENTATIONS
    ]
    traced = sorted(trace["made"] for trace in material.traces.values())
    sittings = [sitting["started"] for _, sitting in material.sittings]
    return [
        *((what, when, "make test-all") for what, when in tested),
        ("the proof of the ledger", proof.get("made", ""), "make prove"),
        ("the traces", (traced or [""])[0], "make report"),
        ("the benchmark", (sittings or [""])[0], "make bench"),
        ("one change", change.get("made", ""), "make change"),
    ]

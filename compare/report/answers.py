"""Questions of a new user: texts by people, figures by programs."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.bench.interval import Interval, multiple_text
from compare.bench.layers import OPERATIONS
from compare.bench.publish import (
    between,
    make_figures,
    read_figures,
    sure,
)
from compare.bench.tasks import APART, SESSION
from compare.ledger.grid import TITLES
from compare.report.change import read_patches
from compare.report.material import Material
from compare.report.texts import on_page, read_note

OPERATION = "create_bookmark"
EXPLAINED = "list_bookmarks"
NAMED = 3  # packages, the dearest first
BASE, *OTHERS = IMPLEMENTATIONS
COLUMNS = {
    SESSION: "mixed session",
    **{name: name for name in OPERATIONS},
    **{name: f"{name} (sign-in)" for name in APART},
}


@dataclass(frozen=True)
class Answer:
    """A question, the answer in a sentence or two, and what was counted."""

    question: str
    html: Markup
    figures: list[tuple[str, str]]


@dataclass(frozen=True)
class Speed:
    """Who takes how much CPU time, why, and how sure that is.

    A row holds the title of an implementation, its multiple of the first
    for each of the columns, and what takes the time.
    """

    columns: list[str]
    rows: list[tuple[str, list[str], str]]
    sure: list[str]


def read_answers(path: str, material: Material) -> list[Answer]:
    """Return the questions with their answers, for the page of a path."""
    figures = {
        "How many calls": calls(material),
        "What does adding": costs(material),
    }
    return [
        Answer(
            note.heading,
            on_page(path, note.text, material.anchors),
            [
                figure
                for start, found in figures.items()
                if note.heading.startswith(start)
                for figure in found
            ],
        )
        for note in read_note("questions")
    ]


def calls(material: Material) -> list[tuple[str, str]]:
    """Count the calls that are open when an operation begins."""
    ways = traced(material, OPERATION)
    return [(TITLES[n], str(ways[n]["depth"])) for n in TITLES if n in ways]


def traced(material: Material, operation: str) -> dict[str, dict[str, Any]]:
    """Return what was traced of an operation, by implementation."""
    return material.traces.get(operation, {}).get("implementations", {})


def speed(material: Material) -> Speed:
    """Tell what each takes, as a multiple of the first, why, and how sure.

    The latest run of this machine counts, or else the published one.
    """
    found = measured(material)
    ways = traced(material, EXPLAINED)
    ratios = {
        name: [multiple(found["ratios"], one, name) for one in COLUMNS]
        for name in OTHERS
    }
    ones = {BASE: ["1"] * len(COLUMNS)}
    rows = [
        (TITLES[name], texts, dearest(ways[name]) if name in ways else "–")
        for name, texts in (ones | ratios).items()
    ]
    return Speed(list(COLUMNS.values()), rows, [sure(found), between(found)])


def measured(material: Material) -> dict[str, Any]:
    """Return what was measured, here or where it was published."""
    latest, before = material.latest, material.before
    return make_figures(latest, before) if latest else read_figures()


def multiple(
    ratios: dict[str, dict[str, list[float]]], operation: str, name: str
) -> str:
    """Write the ratio of one implementation at one operation."""
    ratio = ratios.get(operation, {}).get(name)
    return multiple_text(Interval(*ratio)) if ratio else "–"


def dearest(way: dict[str, Any]) -> str:
    """Name the packages that take most of the time, with their shares."""
    packages = way["packages"]
    most = sorted(packages, key=packages.__getitem__, reverse=True)[:NAMED]
    whole = sum(packages.values())
    return ", ".join(f"{one} {packages[one] / whole:.0%}" for one in most)


def costs(material: Material) -> list[tuple[str, str]]:
    """Count the lines that one more field adds and removes."""
    patches = read_patches(material)
    return [
        (
            TITLES[name],
            f"+{sum(one.added for one in patches[name])} "
            f"−{sum(one.removed for one in patches[name])}",
        )
        for name in IMPLEMENTATIONS
    ]

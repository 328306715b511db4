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

Ratios = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Answer:
    """A question, the answer in a sentence or two, and what was counted."""

    question: str
    html: Markup
    figures: list[tuple[str, str]]


@dataclass(frozen=True)
class Speed:
    """Who takes how much CPU time, why, and how sure that is.

    `short` are sentences with their labels. A row holds the title of an
    implementation, its multiple of the first for each of the columns, and
    what takes the time.
    """

    short: dict[str, str]
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
    return Speed(
        {
            "Least CPU time": least(found["ratios"]),
            "By how much": how_much(found["ratios"]),
            "How sure": how_sure(found),
        },
        list(COLUMNS.values()),
        rows,
        [sure(found), between(found)],
    )


def measured(material: Material) -> dict[str, Any]:
    """Return what was measured of all four, here or as published."""
    if has_all(material):
        return make_figures(material.latest, material.before)
    return read_figures()


def has_all(material: Material) -> bool:
    """Say whether the latest run of this machine is one of all four."""
    return {*IMPLEMENTATIONS} <= {*(material.latest or {"arms": ()})["arms"]}


def least(ratios: Ratios) -> str:
    """Name those that need the least, and of how many operations."""
    found: dict[str, list[str]] = {BASE: []}
    for operation, each in ratios.items():
        name = min(each, key=lambda arm: each[arm][0])
        below = each[name][2] < 1  # the whole interval
        found.setdefault(name if below else BASE, []).append(operation)
    count = len(found.pop(BASE))
    base = f"{TITLES[BASE]} in {count} of {len(ratios)} operations"
    others = [
        f"{TITLES[name]} in {', '.join(COLUMNS.get(one, one) for one in each)}"
        for name, each in found.items()
    ]
    return f"{', '.join([base, *others])}."


def how_much(ratios: Ratios) -> str:
    """Tell between which multiples of the first the others lie."""
    values = {
        operation: [value for value, *_ in each.values()]
        for operation, each in ratios.items()
        if operation not in APART
    }
    low = min(values, key=lambda one: min(values[one]))
    high = max(values, key=lambda one: max(values[one]))
    return (
        f"Sign-in apart, the frameworks need {min(values[low]):.1f} times "
        f"({low}) to {max(values[high]):.1f} times ({high}) as much."
    )


def how_sure(found: dict[str, Any]) -> str:
    """Tell how many runs saw it, and what it does not tell."""
    seen = "One run saw this"
    if found["agree"]:
        agree, count = found["agree"]
        seen = f"Two runs agree in {agree} of {count} ratios"
    return f"{seen}. How long a user waits is another question."


def multiple(ratios: Ratios, operation: str, name: str) -> str:
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

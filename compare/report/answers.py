"""Questions of a new user: texts by people, figures by programs."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.bench.interval import Interval, multiple_text
from compare.bench.layers import OPERATIONS
from compare.bench.publish import (
    agreeing,
    between,
    pairs_of,
    ratios_of,
    read_figures,
)
from compare.ledger.grid import TITLES
from compare.report.change import read_patches
from compare.report.material import Material
from compare.report.texts import on_page, read_note

OPERATION = "create_bookmark"
NAMED = 4  # phases, the dearest first
BASE, *OTHERS = IMPLEMENTATIONS


@dataclass(frozen=True)
class Answer:
    """A question, the answer in a sentence or two, and what was counted."""

    question: str
    html: Markup
    figures: list[tuple[str, str]]


def read_answers(path: str, material: Material) -> list[Answer]:
    """Return the questions with their answers, for the page of a path."""
    figures = {
        "How many calls": calls(material),
        "Which is fastest": speed(material),
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


def speed(material: Material) -> list[tuple[str, str]]:
    """Tell what each takes, as a multiple of the first, how sure, and why.

    The latest run of this machine counts, or else the published one, or else
    the trace of one request.
    """
    heading = (
        f"CPU time of {', '.join(OPERATIONS)}, as multiples of the "
        f"{TITLES[BASE].lower()}’s"
    )
    found = measured(material)
    if not found:
        once = "one request of each, traced: no full run of make bench yet"
        figures = [(TITLES[n], traced_once(material, n)) for n in OTHERS]
        return [(f"{heading}; {once}", ""), *figures, *reasons(material)]
    sure = "in one run"
    if found["agree"]:
        agree, count = found["agree"]
        sure = f"{agree} of {count} ratios seen by two runs"
    figures = [
        (TITLES[name], multiples(found["ratios"], name)) for name in OTHERS
    ]
    pairs = between(found).replace("`", "")
    return [
        (f"{heading}, with intervals; {sure}", ""),
        *figures,
        (pairs, ""),
        *reasons(material),
    ]


def measured(material: Material) -> dict[str, Any] | None:
    """Return what was measured, here or where it was published."""
    latest, before = material.latest, material.before
    if not latest:
        return read_figures()
    return {
        "ratios": ratios_of(latest),
        "pairs": pairs_of(latest),
        "agree": agreeing(latest, before) if before else None,
    }


def traced_once(material: Material, name: str) -> str:
    """Write the multiples of one request of each operation, as traced."""
    return ", ".join(
        f"×{ways[name]['cpu_us'] / ways[BASE]['cpu_us']:.1f}"
        for ways in (traced(material, one) for one in OPERATIONS)
        if {name, BASE} <= {*ways}
    )


def multiples(ratios: dict[str, dict[str, list[float]]], name: str) -> str:
    """Write the ratios of one implementation, one for each operation."""
    found = [ratios.get(one, {}).get(name) for one in OPERATIONS]
    return ", ".join(
        multiple_text(Interval(*one)) if one else "–" for one in found
    )


def reasons(material: Material) -> list[tuple[str, str]]:
    """Tell in which phases one operation takes more than the first does."""
    ways = traced(material, OPERATION)
    if {*IMPLEMENTATIONS} - {*ways}:
        return []
    more = f"What {OPERATION} takes beyond the {TITLES[BASE].lower()}’s"
    heading = f"{more} goes, as traced, into"
    base = ways[BASE]["phases"]
    shares = [
        (TITLES[name], dearest(ways[name]["phases"], base)) for name in OTHERS
    ]
    return [(heading, ""), *shares]


def dearest(phases: dict[str, float], base: dict[str, float]) -> str:
    """Name the phases that most of a difference goes into, and its shares."""
    more = {one: us - base.get(one, 0) for one, us in phases.items()}
    most = sorted(more, key=more.__getitem__, reverse=True)[:NAMED]
    whole = sum(phases.values()) - sum(base.values())
    return ", ".join(f"{one} {more[one] / whole:.0%}" for one in most)


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

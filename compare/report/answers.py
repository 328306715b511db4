"""Questions of a new user: texts by people, figures by programs."""

from dataclasses import dataclass

from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.bench.layers import OPERATIONS
from compare.bench.summary import summary
from compare.ledger.grid import TITLES
from compare.report.change import read_patches
from compare.report.layers import by_key, mean
from compare.report.material import Material
from compare.report.results import read_json
from compare.report.texts import on_page, read_note

OPERATION = "create_bookmark"
READ = "show_bookmark"


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
    ways = material.traces.get(OPERATION, {}).get("implementations", {})
    return [(TITLES[n], str(ways[n]["depth"])) for n in TITLES if n in ways]


def speed(material: Material) -> list[tuple[str, str]]:
    """Say what the latest run of the benchmark shows, or what is exact."""
    if material.latest is None:
        return counted_speed(material) or traced_speed(material)
    lines = summary(material.latest, material.before)
    told = (line.partition(": ") for line in lines)
    return [(TITLES[name], text) for name, _, text in told if name in TITLES]


def counted_speed(material: Material) -> list[tuple[str, str]]:
    """Tell how many times the instructions of the first each takes."""
    rows = read_json(material.results / "instructions.json") or []
    counts = by_key(rows, "instructions")
    first, *rest = IMPLEMENTATIONS

    def mean_of(name: str, operation: str) -> float:
        return mean(counts[name, "whole", operation, False])

    if {row["implementation"] for row in rows} < set(IMPLEMENTATIONS):
        return []
    figures = []
    for name in rest:
        ratios = (
            f"{one} ×{mean_of(name, one) / mean_of(first, one):.1f}"
            for one in OPERATIONS
        )
        figures.append((TITLES[name], ", ".join(ratios)))
    source = (
        f"Instructions as a multiple of those of {TITLES[first]}, without a "
        "server: no full run of make bench yet"
    )
    return [*figures, (source, "")]


def traced_speed(material: Material) -> list[tuple[str, str]]:
    """Tell the CPU time of one operation, as it was traced."""
    ways = material.traces.get(READ, {}).get("implementations", {})
    figures = [
        (TITLES[name], f"{ways[name]['cpu_us']:,.0f} µs")
        for name in TITLES
        if name in ways
    ]
    source = f"CPU time of {READ}, traced: no full run of make bench yet"
    return [*figures, (source, "")]


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

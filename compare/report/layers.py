"""The page of the layers: in process, on other servers, and as a stack."""

from dataclasses import dataclass
from typing import Any

from compare import IMPLEMENTATIONS
from compare.bench.applications import TITLES
from compare.bench.interval import Interval, bounds_text, ratio_interval
from compare.bench.layers import GOAL, OPERATIONS
from compare.bench.samples import PARTS
from compare.report.material import Material
from compare.report.results import read_json
from compare.report.site import Site

# The stylesheet has a colour for each origin of code.
COLOURS = {"validation": "library", "data": "stdlib"}
Rows = list[dict[str, Any]]
Values = dict[tuple[str, str, str, bool], list[float]]


@dataclass(frozen=True)
class Step:
    """One implementation at one operation: five levels, each a mean.

    `within` says whether the whole is as near to its floor as it should be;
    `data` is the share of the whole that the data layer takes.
    """

    implementation: str
    levels: list[float]
    ratio: str
    within: bool
    data: float


def write(site: Site, material: Material) -> None:
    """Write the page."""

    def read(name: str) -> Rows:
        return read_json(material.results / f"{name}.json") or []

    costs = by_key(read("layers"), "seconds")
    counts = by_key(read("instructions"), "instructions")
    site.write(
        "layers.html",
        "layering.html",
        costs=ladder(costs, 1e6),
        counts=ladder(counts, 1e-3),
        apart=max(map(deviation, counts.values()), default=0.0),
        asynchronous=beside(costs, counts),
        goal=GOAL,
        stacks=stacks(read("stack")),
        parts={
            part: (title, COLOURS.get(part, part))
            for part, title in PARTS.items()
        },
        servers=read("servers"),
        applications=TITLES,
    )


def by_key(rows: Rows, name: str) -> Values:
    """Return the values of each part, operation and stage."""
    return {
        (r["implementation"], r["part"], r["operation"], r["checked"]): r[name]
        for r in rows
    }


def ladder(values: Values, unit: float) -> dict[str, list[Step]]:
    """Return the steps of each operation, of whom was measured."""
    return {
        operation: [
            make_step(values, name, operation, unit)
            for name in IMPLEMENTATIONS
            if (name, "floor", operation, False) in values
        ]
        for operation in OPERATIONS
        if values
    }


def make_step(values: Values, name: str, operation: str, unit: float) -> Step:
    """Work out one row; `unit` is what a value is multiplied by."""
    whole = values[name, "whole", operation, False]
    floor = values[name, "floor", operation, False]
    levels = [
        unit * mean(found)
        for found in (
            values[name, "bare", "show_health", False],
            values[name, "bare", operation, True],
            values[name, "bare", operation, False],
            floor,
            whole,
        )
    ]
    ratio = ratio_interval(whole, floor)
    return Step(
        name,
        levels,
        ratio=ratio_text(ratio),
        within=ratio.value <= GOAL,
        data=(levels[2] - levels[1]) / levels[-1],
    )


def beside(costs: Values, counts: Values) -> list[tuple[str, ...]]:
    """Return what the asynchronous driver costs beside the real thing.

    Operation, µs of both, and the ratio of these and of the instructions.
    """
    found = []
    for key, values in costs.items():
        name, part, operation, _ = key
        real = name, "whole", operation, False
        if part == "asynchronous":
            both = [f"{1e6 * mean(v):,.0f}" for v in (costs[real], values)]
            ratio = ratio_text(ratio_interval(values, costs[real]))
            counted = "–"
            if key in counts and real in counts:
                counted = f"×{mean(counts[key]) / mean(counts[real]):.2f}"
            found.append((operation, *both, ratio, counted))
    return found


def stacks(rows: Rows) -> dict[str, Rows]:
    """Return the stacks of each operation, with the dearest of them."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["operation"], []).append(row)
    return found


def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def deviation(counts: list[float]) -> float:
    """Return by how much counts of the same differ, as a share."""
    return max(counts) / min(counts) - 1


def ratio_text(ratio: Interval) -> str:
    """Write a ratio with its interval."""
    return f"×{ratio.value:.2f} ({bounds_text(ratio)})"

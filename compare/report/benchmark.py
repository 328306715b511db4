"""The page of the benchmark: ratios with their intervals, and why.

Places on the axis of ratios are per cent of its width, by the logarithm.
"""

import math
from dataclasses import dataclass

from compare.bench.figures import (
    Figure,
    Results,
    costs,
    make_figure,
    measure_noise,
    others,
)
from compare.bench.interval import Interval
from compare.bench.tables import measured, ratio_text, summary, tables
from compare.bench.workload import OPERATIONS
from compare.report.material import Material
from compare.report.site import Site

TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
MARGIN = 1.15


@dataclass(frozen=True)
class Axis:
    """The ratios between two bounds."""

    low: float
    high: float

    def at(self, ratio: float) -> float:
        """Return the place of a ratio; what lies outside is at the edge."""
        ratio = min(max(ratio, self.low), self.high)
        share = math.log(ratio / self.low) / math.log(self.high / self.low)
        return round(100 * share, 2)

    def span(self, interval: Interval) -> tuple[float, float]:
        """Return left edge and width of an interval."""
        left = self.at(interval.low)
        return left, round(self.at(interval.high) - left, 2)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Return the round ratios on the axis, with their places."""
        inside = (t for t in TICKS if self.low <= t <= self.high)
        return [(tick, self.at(tick)) for tick in inside]


@dataclass(frozen=True)
class Row:
    """One implementation at one operation: ratio, rounds, other sitting."""

    arm: str
    figure: Figure
    text: str
    dots: list[float]
    earlier: Interval | None


def write(site: Site, material: Material) -> None:
    """Write the page."""
    latest, before = material.latest, material.before
    rows = forest(latest, before) if latest else {}
    site.write(
        "benchmark.html",
        "benchmark.html",
        latest=latest,
        before=before,
        smoke=material.smoke,
        summary=summary(latest, before) if latest else [],
        again=measure_noise(latest).again if latest else None,
        rows=rows,
        axis=make_axis(rows),
        tables=list(tables(latest)) if latest else [],
        traces={
            name: material.traces[name]
            for name in OPERATIONS
            if name in material.traces
        },
    )


def forest(results: Results, before: Results | None) -> dict[str, list[Row]]:
    """Return the rows of the picture, by operation."""
    return {
        operation: [
            make_row(results, before, arm, operation)
            for arm in others(results)
        ]
        for operation in measured(results)
    }


def make_row(
    results: Results, before: Results | None, arm: str, operation: str
) -> Row:
    """Return one row: the ratio, and that of each round."""
    figure = make_figure(results, arm, operation)
    base = costs(results, results["baseline"], operation)
    dots = [
        one / other
        for one, other in zip(
            costs(results, arm, operation), base, strict=True
        )
    ]
    same = before and operation in measured(before)
    earlier = make_figure(before, arm, operation).ratio if same else None
    return Row(arm, figure, ratio_text(figure), dots, earlier)


def make_axis(rows: dict[str, list[Row]]) -> Axis:
    """Choose bounds that hold all rounds, and 1."""
    dots = [d for group in rows.values() for row in group for d in row.dots]
    return Axis(min([0.8, *dots]) / MARGIN, max([2.0, *dots]) * MARGIN)

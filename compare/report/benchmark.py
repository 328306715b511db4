"""The page of the benchmark: ratios with their intervals, and why.

Places on the axis of ratios are per cent of its width, by the logarithm.
"""

import math
from dataclasses import dataclass

from compare.bench.curves import lines
from compare.bench.figures import (
    Figure,
    Results,
    costs,
    find_ratio,
    make_figure,
    measure_noise,
    operations_of,
    others,
)
from compare.bench.interval import Interval, multiple_text
from compare.bench.latency import lines as quiet
from compare.bench.publish import benchmark_section, read_figures
from compare.bench.sittings import read_last
from compare.bench.summary import summary
from compare.bench.tables import ratio_text, tables
from compare.bench.verdict import agree
from compare.bench.workload import OPERATIONS
from compare.report.growth import curve_charts, delay_charts
from compare.report.material import Material
from compare.report.site import Site
from compare.report.texts import on_page

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
    """One implementation at one operation: ratio, rounds, other sitting.

    `stands` says whether the other sitting agrees, None without one.
    """

    arm: str
    figure: Figure
    text: str
    dots: list[float]
    earlier: Interval | None
    stands: bool | None


def write(site: Site, material: Material) -> None:
    """Write the page."""
    latest, before = material.latest, material.before
    rows = forest(latest, before) if latest else {}
    curves = read_last("curves", material.results)
    latency = read_last("latency", material.results)
    site.write(
        "benchmark.html",
        "benchmark.html",
        latest=latest,
        before=before,
        smoke=material.smoke,
        published=on_page("benchmark.html", benchmark_section(), {}),
        published_ratios=published_ratios(),
        summary=summary(latest, before) if latest else [],
        again=measure_noise(latest).again if latest else None,
        rows=rows,
        axis=make_axis(rows),
        tables=list(tables(latest)) if latest else [],
        curves=curves,
        growth=list(lines(curves)) if curves else [],
        curve_charts=curve_charts(curves) if curves else {},
        latency=latency,
        quiet=list(quiet(latency)) if latency else [],
        delay_charts=delay_charts(latency) if latency else [],
        traces={
            name: material.traces[name]
            for name in OPERATIONS
            if name in material.traces
        },
    )


def published_ratios() -> dict[str, dict[str, str]]:
    """Write the published ratios with their intervals, by operation."""
    figures = read_figures()
    if not figures:
        return {}
    return {
        operation: {
            arm: multiple_text(Interval(*ratio))
            for arm, ratio in found.items()
        }
        for operation, found in figures["ratios"].items()
        if found
    }


def forest(results: Results, before: Results | None) -> dict[str, list[Row]]:
    """Return the rows of the picture, by operation."""
    return {
        operation: [
            make_row(results, before, arm, operation)
            for arm in others(results)
        ]
        for operation in operations_of(results)
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
    same = before and operation in operations_of(before)
    earlier = find_ratio(before, arm, operation) if same else None
    both = figure.ratio and earlier
    stands = agree(figure.ratio, earlier) if both else None
    text = ratio_text(figure)
    return Row(arm, figure, text, dots, earlier, stands)


def make_axis(rows: dict[str, list[Row]]) -> Axis:
    """Choose bounds that hold all rounds, and 1."""
    dots = [d for group in rows.values() for row in group for d in row.dots]
    return Axis(min([0.8, *dots]) / MARGIN, max([2.0, *dots]) * MARGIN)

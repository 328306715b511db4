"""The pictures of the benchmark's curves and delays."""

from compare.bench.curves import AXES, RATE_AXES, curve, pictures
from compare.bench.figures import Results, standing
from compare.bench.latency import OPERATIONS, PERCENTILES, delays
from compare.report.charts import Chart, Line, Spot

STYLES = dict(zip(PERCENTILES, ("solid", "dashed", "dotted"), strict=True))


def curve_charts(results: Results) -> dict[str, list[Chart]]:
    """Draw how cost and rate grow, by what each axis counts."""
    found: dict[str, list[Chart]] = {}
    for (axis, operation), points in pictures(results).items():
        scale = 1.0 if axis in RATE_AXES else 1e6
        lines = [
            Line(
                arm,
                [
                    Spot(
                        spot.at,
                        spot.value.value * scale,
                        spot.value.low * scale,
                        spot.value.high * scale,
                    )
                    for spot in curve(results, arm, points)
                ],
            )
            for arm in standing(results)
        ]
        unit = "requests a second" if axis in RATE_AXES else "µs of CPU"
        chart = Chart(operation, AXES[axis], unit, lines)
        found.setdefault(AXES[axis], []).append(chart)
    return found


def delay_charts(results: Results) -> list[Chart]:
    """Draw the delays of each operation over the rate of requests."""
    return [
        Chart(
            operation,
            "requests a second",
            "milliseconds to the answer",
            [
                line
                for arm in standing(results)
                for name in PERCENTILES
                if (line := delay_line(results, arm, operation, name)).spots
            ],
        )
        for operation in OPERATIONS
    ]


def delay_line(
    results: Results, arm: str, operation: str, percentile: str
) -> Line:
    """Draw one percentile of one server, where it kept up."""
    spots = []
    for point in results["points"]:
        found = delays(results, arm, point["name"])
        if point["operation"] == operation and percentile in found:
            delay = found[percentile]
            spots.append(
                Spot(point["rate"], delay.value, delay.low, delay.high)
            )
    return Line(arm, spots, STYLES[percentile], percentile)

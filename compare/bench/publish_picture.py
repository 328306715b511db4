"""The picture of the benchmark, docs/benchmark.svg.

Rows are operations, each with a mark and an interval for each framework;
the axis of ratios is logarithmic, and places are in pixels.
"""

import json
import math
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from compare.ledger.grid import TITLES

TEMPLATES = Path(__file__).with_name("templates")
LEFT, RIGHT, TOP, ROW, LINE = 150, 780, 62, 44, 11
TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
MARGIN = 1.1


def draw(figures: dict[str, Any]) -> str:
    """Draw the picture."""
    ratios = {o: found for o, found in figures["ratios"].items() if found}
    bounds = [
        b for found in ratios.values() for r in found.values() for b in r
    ]
    low, high = min([*bounds, 0.9]) / MARGIN, max(bounds) * MARGIN
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    bottom = TOP + ROW * len(ratios)
    again = figures["again"]
    return environment.get_template("benchmark.svg").render(
        height=bottom + 66,
        top=TOP - 8,
        bottom=bottom,
        base=TITLES[figures["baseline"]],
        band=(at(again[1], low, high), at(again[2], low, high)),
        ticks=[(t, at(t, low, high)) for t in TICKS if low <= t <= high],
        rows=[
            {"name": operation, "y": TOP + ROW * i + 22}
            | {"marks": marks(found, low, high)}
            for i, (operation, found) in enumerate(ratios.items())
        ],
        legend=[
            {"arm": arm, "title": TITLES[arm], "x": LEFT + 110 * i}
            for i, arm in enumerate(list(ratios.values())[0])
        ],
        figures=json.dumps(figures),
        said=f"{figures['date']}, {figures['machine']['cpu']}, "
        f"{figures['machine']['cores']} cores, Python {figures['python']}",
    )


def marks(
    found: dict[str, list[float]], low: float, high: float
) -> list[dict[str, Any]]:
    """Lay out the intervals of one operation, one below the other."""
    first = -LINE * (len(found) - 1) / 2
    return [
        {
            "arm": arm,
            "dy": first + LINE * i,
            "x": at(ratio[0], low, high),
            "from": at(ratio[1], low, high),
            "to": at(ratio[2], low, high),
            "text": f"{TITLES[arm]} ×{ratio[0]:.2f} "
            f"({ratio[1]:.2f}–{ratio[2]:.2f})",
            "value": f"×{ratio[0]:.1f}",
        }
        for i, (arm, ratio) in enumerate(found.items())
    ]


def at(ratio: float, low: float, high: float) -> float:
    """Return the place of a ratio."""
    share = math.log(ratio / low) / math.log(high / low)
    return round(LEFT + share * (RIGHT - 40 - LEFT), 1)

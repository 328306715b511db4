"""The picture of one request through the four stacks, docs/trace.svg."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from compare.ledger.grid import TITLES
from compare.trace.calls import NEAR
from compare.trace.figures import OPERATION, read_figures, sentence

TEMPLATES = Path(__file__).with_name("templates")
LAYERS = {
    "server": "server",
    "framework": "framework",
    "own": "own code",
    "library": "libraries",
    "stdlib": "Python",
    "database": "database",
}
LEFT, STEP, WIDTH, BAR = 8, 202, 178, 60  # pixels
TOP, THICK, PITCH = 60, 5, 8
LABEL = 13  # between two lines of text


def draw(figures: dict[str, Any]) -> str:
    """Draw the picture."""
    stacks = figures["stacks"]
    deepest = max(len(stack["chain"]) for stack in stacks.values())
    most = max(stack["calls"]["all"] for stack in stacks.values())
    foot = TOP + deepest * PITCH + 42
    columns = [
        {"x": LEFT + STEP * i, "title": TITLES[name]} | column(stack, most)
        for i, (name, stack) in enumerate(stacks.items())
    ]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("trace.svg").render(
        height=foot + 160,
        top=TOP,
        foot=foot,
        width=WIDTH,
        bar_width=BAR,
        thick=THICK,
        columns=columns,
        operation=OPERATION,
        legend=legend(),
        sentence=sentence(figures),
        figures=json.dumps(figures),
    )


def column(stack: dict[str, Any], most: int) -> dict[str, Any]:
    """Lay out one stack; the longest line of calls is as wide as it."""
    bars = [
        {"origin": origin, "name": name, "y": TOP + PITCH * i}
        for i, (origin, _, name) in enumerate(stack["chain"])
    ]
    return {
        "bars": bars,
        "labels": labels(stack["chain"]),
        "end": TOP + PITCH * len(bars),
        "depth": len(bars),
        "all": stack["calls"]["all"],
        "statements": stack["statements"],
        "parts": parts(stack["calls"], WIDTH / most),
    }


def labels(chain: list[list[str]]) -> list[dict[str, Any]]:
    """Name each distribution beside its first call, where there is room."""
    found: list[dict[str, Any]] = []
    for i, (origin, distribution, _) in enumerate(chain):
        text = distribution or NEAR[origin]
        y = TOP + PITCH * i + THICK + 2
        known = text in (label["text"] for label in found)
        if not known and (not found or y - found[-1]["y"] >= LABEL):
            found.append({"text": text, "y": y})
    return found


def parts(calls: dict[str, int], scale: float) -> list[dict[str, Any]]:
    """Divide a line by the origins of the calls; widths are in pixels."""
    counts = [calls.get(origin, 0) for origin in LAYERS]
    ends = [scale * sum(counts[: i + 1]) for i in range(len(counts))]
    return [
        {
            "origin": origin,
            "count": count,
            "x": round(start, 1),
            "width": round(end - start, 1),
        }
        for origin, count, (start, end) in zip(
            LAYERS, counts, pairwise([0.0, *ends]), strict=True
        )
        if count
    ]


def legend() -> list[dict[str, Any]]:
    """Lay out the names of the layers."""
    return [
        {"origin": origin, "name": name, "x": LEFT + 135 * i}
        for i, (origin, name) in enumerate(LAYERS.items())
    ]


def trace_section() -> str:
    """Write the sentence of the README, from the picture's figures."""
    return sentence(read_figures()).replace(OPERATION, f"`{OPERATION}`")

"""A trace in the terminal: the four side by side, folded to layers."""

from collections.abc import Callable
from typing import Any

from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from compare.ledger.grid import TITLES
from compare.trace.phases import PHASES

# From the socket inwards; Python's own is everywhere.
LAYERS = {
    "server": "magenta",
    "framework": "blue",
    "own": "green",
    "library": "yellow",
    "database": "cyan",
    "stdlib": "dim",
}
NAMES = {"own": "own code", "stdlib": "Python"}
VISIBLE = 0.005  # a share that is not written as 0 %
WIDE = 160  # from so many columns on, trees stand side by side


def show(document: dict[str, Any], depth: int, console: Console) -> None:
    """Print the trace of one operation, and `depth` levels of its calls."""
    request = document["request"]
    console.print(f"{request['method']} {request['path']}", style="bold")
    traces = document["implementations"]
    console.print(layers_table(traces))
    console.print(phases_table(traces))
    for name, trace in traces.items():
        console.print(statements_table(name, trace))
    if depth:
        trees = [tree(name, traces[name], depth) for name in traces]
        if console.width >= WIDE:
            width = console.width // len(trees) - 1
            console.print(Columns(trees, width=width))
        else:
            console.print(*trees, sep="\n")
    console.print(next(iter(traces.values()))["unseen"], style="dim")


def layers_table(traces: dict[str, Any]) -> Table:
    """Write calls and share of the CPU time of each layer."""
    table = head("calls, share of CPU time", traces)
    for layer, colour in LAYERS.items():
        cells = [
            share(t["layers"], layer, t["calls"].get(layer, 0))
            for t in traces.values()
        ]
        table.add_row(Text(NAMES.get(layer, layer), colour), *cells)
    table.add_section()
    for title, read in TOTALS.items():
        table.add_row(title, *(read(trace) for trace in traces.values()))
    return table


TOTALS: dict[str, Callable[[dict[str, Any]], str]] = {
    "all calls": lambda trace: f"{trace['calls']['all']:,}",
    "calls of C, not shown": lambda trace: f"{trace['calls']['c']:,}",
    "calls down to the function": lambda trace: str(trace["depth"] or "–"),
    "SQL statements": lambda trace: str(len(trace["statements"])),
    "CPU time, µs": lambda trace: f"{trace['cpu_us']:,.0f}",
}


def phases_table(traces: dict[str, Any]) -> Table:
    """Write the CPU time of each phase."""
    table = head("phase, µs of CPU time", traces)
    for phase in PHASES:
        cells = [f"{t['phases'].get(phase, 0):,.0f}" for t in traces.values()]
        table.add_row(phase, *cells)
    return table


def head(title: str, traces: dict[str, Any]) -> Table:
    """Begin a table with a column for each implementation."""
    table = Table(title, box=None, title_justify="left", header_style="bold")
    for name in traces:
        table.add_column(TITLES[name], justify="right")
    return table


def share(layers: dict[str, float], layer: str, calls: int) -> str:
    """Write a count and a share; nothing for what is not there."""
    if not calls:
        return ""
    part = layers.get(layer, 0) / sum(layers.values())
    return f"{calls:,} {part:5.0%}"


def statements_table(name: str, trace: dict[str, Any]) -> Table:
    """Write the statements, each on one line."""
    table = Table(f"{TITLES[name]}: SQL", "µs", box=None, header_style="bold")
    table.columns[0].no_wrap = True
    table.columns[0].ratio = 1
    table.columns[1].justify = "right"
    table.expand = True
    for one in trace["statements"]:
        table.add_row(" ".join(one["sql"].split()), f"{one['us']:,.0f}")
    return table


def tree(name: str, trace: dict[str, Any], depth: int) -> Tree:
    """Draw the outermost calls, with what is done within each."""
    root = Tree(Text(TITLES[name], "bold"), guide_style="dim")
    branches: dict[int | None, tuple[Tree, int]] = {None: (root, 0)}
    calls = within(trace["frames"], "calls")
    times = within(trace["frames"], "cpu_us")
    for frame in trace["frames"]:
        parent, level = branches.get(frame["parent"], (root, depth))
        if level < depth:
            number = frame["id"]
            part = times[number] / trace["cpu_us"]
            branch = parent.add(label(frame, calls[number], part))
            branches[number] = branch, level + 1
    return root


def within(frames: list[dict[str, Any]], what: str) -> dict[int, float]:
    """Add up an attribute of each frame and of all within it, by its id."""
    found = {frame["id"]: frame[what] for frame in frames}
    for frame in reversed(frames):
        if frame["parent"] is not None:
            found[frame["parent"]] += found[frame["id"]]
    return found


def label(frame: dict[str, Any], calls: float, part: float) -> Text:
    """Write one call: name, share, calls within it, place."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(frame["name"], LAYERS[frame["origin"]])
    text.append(f" {part:.0%}" if part >= VISIBLE else "")
    text.append(f" {calls:,} calls" if calls > 1 else "")
    place = f"{frame['file']}:{frame['line']}" if frame["file"] else ""
    return text.append(f" {place}", "dim")

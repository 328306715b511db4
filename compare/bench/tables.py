"""The tables of a benchmark, for a terminal and as Markdown."""

import math
from collections.abc import Callable, Iterator
from functools import partial

from rich.table import Table
from rich.text import Text

from compare.bench.figures import (
    BUSY,
    Figure,
    Results,
    comparisons,
    highest_memory,
    make_figure,
    measure_noise,
    operations_of,
    others,
)
from compare.bench.interval import Interval
from compare.bench.sittings import disagreements
from compare.bench.verdict import SMALLEST, TIE, UNKNOWN
from compare.bench.workload import OPERATIONS
from compare.ledger.grid import table_line

SIGNS = {TIE: "tie ", UNKNOWN: "? "}
Cell = Callable[[Figure], str]


def measured(results: Results) -> list[str]:
    """Return the operations that were measured, in the tables' order."""
    seen = operations_of(results)
    return [name for name in OPERATIONS if name in seen]


def bench_tables(
    results: Results, other: Results | None = None
) -> Iterator[Table | Text]:
    """Draw what may be concluded, then all tables, for a terminal."""
    for line in summary(results, other):
        yield Text(line)
    for arm, reason in results["failed"].items():
        yield Text(f"{arm} failed: {reason}", "bold red")
    if results["plan"]["mode"] == "smoke":
        return
    for title, note, rows in tables(results):
        table = Table(title=title, caption=note)
        table.add_column("operation", style="bold", no_wrap=True)
        for arm in results["arms"]:
            table.add_column(arm, justify="right", overflow="fold")
        for row in rows:
            table.add_row(*row)
        yield table


def tables(results: Results) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Yield title, note and rows of each table: one fact a cell."""
    base = results["baseline"]
    yield (
        f"CPU time of a request, as a multiple of {base}'s",
        f"with the interval that holds it; tie: within {SMALLEST:.0%}; "
        f"?: the sitting cannot tell; {results['rounds']} rounds",
        rows_of(results, ratio_text),
    )
    yield (
        "CPU time of a request, µs",
        "of the server with all its children; –: no figure, the generator "
        f"kept the server busy for less than {BUSY:.0%} of the time",
        rows_of(results, cost_text),
    )
    yield (
        "Requests a second, with "
        f"{results['plan']['users']} connections that wait for each answer",
        "*: as many as the generator makes",
        rows_of(results, rate_text),
    )
    yield (
        "Memory, MiB",
        "the most at the end of any window, of all processes of the server"
        ", pages that they share counted once"
        if results["memory_kind"] == "PSS"
        else "the most at the end of any window",
        [["at most", *memory_cells(results)]] if results["windows"] else [],
    )


def rows_of(results: Results, text: Cell) -> list[list[str]]:
    """Write one fact of every operation at every arm."""
    arms = results["arms"]
    return [
        [operation, *map(partial(cell, results, operation, text), arms)]
        for operation in measured(results)
    ]


def cell(results: Results, operation: str, text: Cell, arm: str) -> str:
    """Write one fact, or that there is none."""
    if arm in results["failed"]:
        return "failed"
    return text(make_figure(results, arm, operation))


def memory_cells(results: Results) -> list[str]:
    """Write the memory of each arm."""
    return [
        "failed"
        if arm in results["failed"]
        else f"{highest_memory(results, arm) / 2**20:.0f}"
        for arm in results["arms"]
    ]


def cost_text(figure: Figure) -> str:
    """Write the CPU time per request."""
    idle = figure.generator_bound and figure.busy < BUSY
    return "–" if idle else f"{figure.cpu * 1e6:,.0f}"


def ratio_text(figure: Figure) -> str:
    """Write ratio and bounds, marked where they tell nothing."""
    if figure.ratio is None:
        return "1"
    sign = SIGNS.get(figure.verdict, "")
    return f"{sign}×{figure.ratio.value:.2f}\n{bounds_text(figure.ratio)}"


def bounds_text(ratio: Interval) -> str:
    """Write the bounds of a ratio, which a single round does not have."""
    if math.isinf(ratio.high):
        return "one round"
    return f"{bound_text(ratio.low)}–{bound_text(ratio.high)}"


def bound_text(value: float) -> str:
    """Write three digits of a bound; a wide one says nothing anyway."""
    if value >= 100:
        return ">100"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}"


def rate_text(figure: Figure) -> str:
    """Write the requests a second, marked where the generator held back."""
    mark = "*" if figure.generator_bound else ""
    return f"{figure.per_second:,.0f}{mark}"


def summary(results: Results, other: Results | None = None) -> list[str]:
    """Say in at most ten lines who costs how much, and how sure that is."""
    lines = [first_line(results)]
    if results["windows"] and may_compare(results):
        lines += [compared(results, arm) for arm in others(results)]
        lines.append(agreement(results, other))
    return [*lines, noise_line(results)]


def may_compare(results: Results) -> bool:
    """Say whether a sitting is long, right and fit enough to compare."""
    long = results["plan"]["mode"] != "smoke"
    return long and not results["failed"] and measure_noise(results).fit


def first_line(results: Results) -> str:
    """Say what may be concluded."""
    if results["failed"] or not results["windows"]:
        return (
            "You may conclude nothing of a server that gave a wrong answer, "
            "or whose windows were not measured."
        )
    if results["plan"]["mode"] == "smoke":
        return (
            "The benchmark works and every answer was right. A smoke run is "
            "too short to compare speed."
        )
    if not may_compare(results):
        return "Unfit: every answer was right, but compare nothing."
    return (
        "Every answer was right. You may conclude who needs more CPU time "
        "for the same work here; not how long a user waits, nor what your "
        "own queries cost."
    )


def compared(results: Results, arm: str) -> str:
    """Say how one implementation stands beside the baseline."""
    figures = {o: make_figure(results, arm, o) for o in measured(results)}
    low = min(figures, key=lambda o: figures[o].ratio.value)
    high = max(figures, key=lambda o: figures[o].ratio.value)
    unclear = [o for o, f in figures.items() if f.verdict in SIGNS]
    text = (
        f"{arm}: ×{figures[low].ratio.value:.1f} ({low}) to "
        f"×{figures[high].ratio.value:.1f} ({high}) of {results['baseline']}"
    )
    return f"{text}; no difference seen: {', '.join(unclear) or 'nowhere'}."


def agreement(results: Results, other: Results | None) -> str:
    """Say whether an earlier sitting saw the same."""
    if other is None:
        return (
            "One sitting proves nothing: run it again, some time later; "
            "only what both see stands."
        )
    count = len(others(results)) * len(operations_of(results))
    apart = disagreements(results, other)
    seen = f"{count - len(apart)} of {count} ratios agree with the sitting of "
    date = other["started"][:16].replace("T", " ")
    return f"{seen}{date}{': not ' if apart else ''}{', '.join(apart)}."


def noise_line(results: Results) -> str:
    """Say how quiet the machine was, and what the A/A arm shows."""
    if not results["windows"]:
        return "Nothing was measured."
    noise = measure_noise(results)
    again = "nothing ran twice"
    if noise.again:
        ratio, bounds = noise.again.value, bounds_text(noise.again)
        again = f"{results['baseline']} beside itself ×{ratio:.2f} ({bounds})"
    verdict = "fit" if noise.fit else "unfit, measure again"
    return (
        f"The sitting is {verdict}: {noise.stolen:.1%} of the machine's time "
        f"stolen by the host, {noise.others:.1%} used by other programs, "
        f"{again}, {noise.unsteady} of {len(results['windows'])} windows "
        f"unsteady; {comparisons(results)} comparisons hold together."
    )


def bench_markdown(results: Results, other: Results | None = None) -> str:
    """Write the report of one sitting as Markdown."""
    arms = list(results["arms"])
    lines = [f"# Benchmark of {results['started'][:10]}", ""]
    lines += [f"{line}\n" for line in summary(results, other)]
    lines += [f"{arm} failed: {r}\n" for arm, r in results["failed"].items()]
    for title, note, rows in tables(results):
        lines += [f"## {title}", "", f"({note})", ""]
        lines.append(table_line(["operation", *arms]))
        lines.append(table_line(["---", *["---:"] * len(arms)]))
        lines += [
            table_line([text.replace("\n", "<br>") for text in row])
            for row in rows
        ]
        lines.append("")
    return "\n".join([*lines, *fact_lines(results), ""])


def fact_lines(results: Results) -> Iterator[str]:
    """Write machine, versions and settings."""
    machine, versions = results["machine"], results["versions"]
    yield f"- machine: {machine['cpu']}, {machine['cores']} cores,"
    yield f"  {machine['system']}, Python {machine['python']}"
    shown = (f"{name} {value}" for name, value in versions.items() if value)
    yield f"- versions: {', '.join(shown)}"
    yield f"- random choices: seed {results['seed']}"
    for arm, settings in results["arms"].items():
        pairs = ", ".join(f"{k} {v}" for k, v in settings.items())
        yield f"- {arm}: {pairs}"

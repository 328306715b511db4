"""The tables of a benchmark, for a terminal and as Markdown."""

import math
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from compare.bench.figures import (
    Figure,
    Results,
    highest_memory,
    make_figure,
    measure_noise,
)
from compare.bench.interval import Interval
from compare.bench.workload import OPERATIONS
from compare.ledger.grid import table_line

TITLE = "CPU time per request, with the ratio to stdlib and its 95 % interval"


def standing(results: Results) -> list[str]:
    """Return the arms that have figures."""
    return [a for a in results["arms"] if a not in results["failed"]]


def measured(results: Results) -> list[str]:
    """Return the operations that were measured, in the tables' order."""
    seen = {window["operation"] for window in results["windows"]}
    return [name for name in OPERATIONS if name in seen]


def bench_tables(results: Results) -> Iterator[Table | Text]:
    """Draw all tables for a terminal, the conclusions last."""
    table = Table(title=TITLE, caption=legend(results))
    table.add_column("operation", style="bold", no_wrap=True)
    for arm in results["arms"]:
        table.add_column(arm, justify="right", overflow="fold")
    for operation in measured(results):
        table.add_row(operation, *cells(results, operation), end_section=True)
    if any(results["windows"]):
        table.add_row("memory", *memory_cells(results))
    yield table
    for arm, reason in results["failed"].items():
        yield Text(f"{arm} failed: {reason}", "bold red")
    for line in conclusions(results):
        yield Text(line)


def cells(results: Results, operation: str) -> list[str]:
    """Write one row: CPU time, ratio and requests a second of each arm."""
    found = []
    for arm in results["arms"]:
        if arm in results["failed"]:
            found.append("failed")
            continue
        figure = make_figure(results, arm, operation)
        lines = [cost_text(figure), ratio_text(figure), rate_text(figure)]
        found.append("\n".join(line for line in lines if line))
    return found


def memory_cells(results: Results) -> list[str]:
    """Write the memory of each arm."""
    return [
        "failed"
        if arm in results["failed"]
        else f"{highest_memory(results, arm) / 2**20:.0f} MiB"
        for arm in results["arms"]
    ]


def cost_text(figure: Figure) -> str:
    """Write the CPU time per request."""
    return f"{figure.cpu * 1e6:,.0f} µs"


def ratio_text(figure: Figure) -> str:
    """Write ratio and bounds, with "tie" where they tell nothing."""
    if figure.ratio is None:
        return ""
    tie = "tie " if figure.tie else ""
    return f"{tie}×{figure.ratio.value:.2f}\n{bounds_text(figure.ratio)}"


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
    return f"{figure.per_second:,.0f}/s{mark}"


def legend(results: Results) -> str:
    """Say what the lines of a cell are."""
    pinned = "server and generator each on a core of its own"
    return (
        "each cell: CPU time of the server with all its children, ratio, "
        "its interval, requests a second (*: as many as the generator "
        f"makes); {results['rounds']} rounds, "
        f"{results['plan']['users']} connections, "
        f"{pinned if results['cores'] else 'not pinned'}; "
        f"memory: {results['memory_kind']} at the end of a window, the most"
    )


def conclusions(results: Results) -> list[str]:
    """Say in three lines what these figures tell, and what they do not."""
    if results["failed"] or not results["windows"]:
        first = "You may conclude nothing of a server that gave a wrong "
        first += "answer, or whose windows were not measured."
    elif results["plan"]["mode"] == "smoke":
        first = "You may conclude: the benchmark runs and every answer was "
        first += "right. A smoke run is too short to compare speed."
    elif not measure_noise(results).quiet:
        first = "You may conclude: every answer was right. The machine was "
        first += "too noisy to compare speed."
    else:
        first = "You may conclude: which server needs more CPU time for the "
        first += "same work, where the ratio is not marked a tie."
    return [
        first,
        "You may not conclude: how fast any of them is elsewhere, how long "
        "a user waits, or what real work costs beside your own queries; "
        "requests a second with a star are the generator's.",
        noise_line(results),
    ]


def noise_line(results: Results) -> str:
    """Say how quiet the machine was, and what the A/A arm shows."""
    if not results["windows"]:
        return "Nothing was measured."
    noise = measure_noise(results)
    again = "no A/A arm"
    if noise.again:
        ratio, bounds = noise.again.value, bounds_text(noise.again)
        again = f"stdlib against itself ×{ratio:.2f} ({bounds})"
    verdict = "quiet" if noise.quiet else "noisy: measure again"
    return (
        f"The machine was {verdict} ({noise.stolen:.1%} of its time stolen "
        f"by the host, {noise.others:.1%} used by other programs, {again})."
    )


def bench_markdown(results: Results) -> str:
    """Write the report of one sitting as Markdown."""
    arms = list(results["arms"])
    lines = [f"# Benchmark of {results['started'][:10]}", ""]
    lines += [f"{line}\n" for line in conclusions(results)]
    lines += [f"{arm} failed: {r}\n" for arm, r in results["failed"].items()]
    lines += [f"{TITLE}; then requests a second.", ""]
    lines.append(table_line(["operation", *arms]))
    lines.append(table_line(["---", *["---:"] * len(arms)]))
    for operation in measured(results):
        row = [
            cell.replace("\n", "<br>") for cell in cells(results, operation)
        ]
        lines.append(table_line([operation, *row]))
    if results["windows"]:
        lines.append(table_line(["memory", *memory_cells(results)]))
    lines += ["", legend(results) + ".", "", *median_lines(results), ""]
    return "\n".join([*lines, *fact_lines(results), ""])


def median_lines(results: Results) -> Iterator[str]:
    """Write the median response times at full load."""
    arms = standing(results)
    yield "Median response time at full load, in milliseconds: it follows"
    yield "from requests a second, as each connection waits for its answer."
    yield ""
    yield table_line(["operation", *arms])
    yield table_line(["---", *["---:"] * len(arms)])
    for operation in measured(results):
        medians = [
            f"{make_figure(results, arm, operation).median_ms:.1f}"
            for arm in arms
        ]
        yield table_line([operation, *medians])


def fact_lines(results: Results) -> Iterator[str]:
    """Write machine, versions and settings."""
    machine, versions = results["machine"], results["versions"]
    yield f"- machine: {machine['cpu']}, {machine['cores']} cores,"
    yield f"  {machine['system']}, Python {machine['python']}"
    shown = (f"{name} {value}" for name, value in versions.items() if value)
    yield f"- versions: {', '.join(shown)}"
    yield f"- random order: seed {results['seed']}"
    for arm, settings in results["arms"].items():
        pairs = ", ".join(f"{k} {v}" for k, v in settings.items())
        yield f"- {arm}: {pairs}"

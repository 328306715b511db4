"""The tables of a benchmark, for a terminal and as Markdown."""

from collections.abc import Callable, Iterator
from functools import partial

from rich.table import Table
from rich.text import Text

from compare.bench.figures import (
    BUSY,
    Figure,
    Results,
    highest_memory,
    make_figure,
    operations_of,
)
from compare.bench.interval import bounds_text
from compare.bench.summary import summary
from compare.bench.verdict import SMALLEST, TIE, UNKNOWN
from compare.ledger.grid import table_line

NONE = "–"
SIGNS = {TIE: "tie ", UNKNOWN: "? "}
Cell = Callable[[Figure], str]


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
        if not rows:
            continue
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
        "of the server with all its children; –: no figure, for the server "
        f"was busy for less than {BUSY:.0%} of the time and not waiting for "
        "the disk",
        rows_of(results, cost_text),
    )
    yield (
        "Requests a second",
        "over a few connections that wait for each answer; "
        "*: as many as the generator makes",
        rows_of(results, rate_text),
    )
    yield (
        "Utilisation of a core: server / generator",
        "who is below 100 % waits: for the other, or for the disk",
        rows_of(results, busy_text),
    )
    yield (
        "CPU time of a request, µs, by another generator: Locust / wrk",
        "where both see the same, the generator has no part in it",
        checked_rows(results),
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
        for operation in operations_of(results)
    ]


def checked_rows(results: Results) -> list[list[str]]:
    """Write the cost that each of the two generators saw."""
    found = {
        (w["operation"], w["arm"]): 1e6 * w["server_cpu"] / w["requests"]
        for w in results.get("checked", [])
    }
    return [
        [
            operation,
            *(
                f"{cell(results, operation, cost_text, arm)} / "
                f"{found[operation, arm]:,.0f}"
                if (operation, arm) in found
                else NONE
                for arm in results["arms"]
            ),
        ]
        for operation in dict.fromkeys(operation for operation, _ in found)
    ]


def cell(results: Results, operation: str, text: Cell, arm: str) -> str:
    """Write one fact, or that there is none."""
    if arm in results["failed"]:
        return "failed"
    if text is ratio_text and arm == results["baseline"]:
        return "1"
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
    return NONE if figure.cpu is None else f"{figure.cpu * 1e6:,.0f}"


def ratio_text(figure: Figure) -> str:
    """Write ratio and bounds, marked where they tell nothing."""
    if figure.ratio is None:
        return NONE
    sign = SIGNS.get(figure.verdict, "")
    return f"{sign}×{figure.ratio.value:.2f}\n{bounds_text(figure.ratio)}"


def rate_text(figure: Figure) -> str:
    """Write the requests a second, marked where the generator held back."""
    mark = "*" if figure.generator_bound else ""
    return f"{figure.per_second:,.0f}{mark}"


def busy_text(figure: Figure) -> str:
    """Write how busy the server and the generator were."""
    return f"{figure.busy:.0%} / {figure.sending:.0%}"


def bench_markdown(results: Results, other: Results | None = None) -> str:
    """Write the report of one sitting as Markdown."""
    arms = list(results["arms"])
    lines = [f"# Benchmark of {results['started'][:10]}", ""]
    lines += [f"{line}\n" for line in summary(results, other)]
    lines += [f"{arm} failed: {r}\n" for arm, r in results["failed"].items()]
    for title, note, rows in tables(results):
        if not rows:
            continue
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

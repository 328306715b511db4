"""How long an answer takes at fixed rates, from the intended moment on.

An open loop: requests are sent at moments that are drawn beforehand, the
same for each server, whether or not the answer to the last one is there.
What waits because the server is slow counts as delay. Source: Schroeder,
Wierman and Harchol-Balter, "Open versus closed: a cautionary tale", NSDI
2006. The rates are shares of what the slowest server can answer.

Results: those of rounds.collect, and "points": [{"operation", "share",
"rate", "name"}], where the windows of a point have its name as their
operation, and "capacity": {operation: {arm: requests a second}}.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table

from compare import IMPLEMENTATIONS, ROOT
from compare.bench.curves import mean_of
from compare.bench.figures import (
    Results,
    measure_noise,
    standing,
    windows_of,
)
from compare.bench.interval import Interval, bounds_text
from compare.bench.rounds import (
    Sitting,
    collect,
    keep,
    measure,
    say_stopped,
    sitting,
)
from compare.bench.tasks import Plan, Task

PLANS = {
    "smoke": Plan("smoke", 1, 0.1, 0.5, 60),
    "default": Plan("default", 5, 0.3, 3.0, 780),
    "full": Plan("full", 12, 0.3, 4.0, 2400),
}
OPERATIONS = ("show_bookmark", "list_bookmarks", "create_bookmark")
PERCENTILES = {"p50": 2, "p95": 20, "p99": 100}  # with requests for each
RATES = (0.25, 0.5, 0.75)  # of the slowest server's capacity
CALIBRATION = 1.0  # seconds
CONNECTIONS = 16
Capacity = dict[str, dict[str, float]]


def run(mode: str, seed: int | None) -> int:
    """Measure, print and keep the results; 1 if a server failed a check."""
    wanted = {name: (name, 0.0) for name in IMPLEMENTATIONS}
    base = IMPLEMENTATIONS[0]
    try:
        with sitting("latency", PLANS[mode], wanted, base, seed) as made:
            capacity = calibrate(made)
            points = list(describe(capacity))
            measure(made, [task_of(point) for point in points])
            results = collect(made)
    except KeyboardInterrupt:
        return say_stopped()
    results |= {"points": points, "capacity": capacity}
    path = keep(results)
    console = Console()
    console.print(*lines(results), *tables(results), sep="\n")
    print(f"kept in {path.relative_to(ROOT)}")
    return 1 if results["failed"] else 0


def calibrate(made: Sitting) -> Capacity:
    """Find out how many requests a second each server can answer."""
    plan, made.plan = made.plan, replace(made.plan, rounds=1)
    measure(made, [Task(name, name) for name in OPERATIONS])
    found: Capacity = {name: {} for name in OPERATIONS}
    for window in made.windows:
        rate = window["requests"] / window["seconds"]
        found[window["operation"]][window["arm"]] = rate
    made.plan, made.windows, made.rounds = plan, [], 0
    return found


def describe(capacity: Capacity) -> Iterator[dict[str, Any]]:
    """Yield the points: the same rates for each server."""
    for share in RATES:
        for operation, found in capacity.items():
            if found:
                yield {
                    "operation": operation,
                    "share": share,
                    "rate": round(share * min(found.values()), 1),
                    "name": f"{operation} at {share:.0%}",
                }


def task_of(point: dict[str, Any]) -> Task:
    """Make the task of a point."""
    operation, rate = point["operation"], point["rate"]
    return Task(point["name"], operation, CONNECTIONS, rate=rate)


def delays(results: Results, arm: str, name: str) -> dict[str, Interval]:
    """Return the percentiles of a point, in milliseconds.

    Each is the mean over rounds of what a window had. None is there where
    the server did not keep up in a window, and no p99 of few requests.
    """
    windows = windows_of(results, arm, name)
    rows = [window["delay_ms"] for window in windows]
    if not rows or not all(rows):
        return {}
    fewest = min(window["due"] for window in windows)
    columns = zip(*rows, strict=True)
    return {
        name: mean_of(list(column))
        for (name, enough), column in zip(
            PERCENTILES.items(), columns, strict=True
        )
        if fewest >= enough
    }


def lateness(results: Results) -> float:
    """Return by how many milliseconds the generator itself was late."""
    return max((w["late_ms"] for w in results["windows"]), default=0.0)


def lines(results: Results) -> Iterator[str]:
    """Say what the figures are worth."""
    for arm, reason in results["failed"].items():
        yield f"{arm} failed: {reason}"
    if results["plan"]["mode"] == "smoke":
        yield "Every rate was sent; too short to compare anything."
        return
    noise = measure_noise(results)
    yield (
        f"Other programs used {noise.others:.1%} of the machine, the host "
        f"took {noise.stolen:.1%}, and the generator was late by at most "
        f"{lateness(results):.1f} ms in 99 % of its requests"
        + ("." if noise.fit else ": unfit, do not compare.")
    )


def tables(results: Results) -> Iterator[Table]:
    """Draw the percentiles of each operation."""
    for operation in OPERATIONS:
        line = [p for p in results["points"] if p["operation"] == operation]
        table = Table(
            title=f"{operation}: ms from the intended moment to the answer",
            caption="mean over rounds, with its interval; –: did not "
            "keep up, or too few requests",
        )
        table.add_column("", style="bold")
        for point in line:
            table.add_column(f"{point['rate']:,.0f} a second", justify="right")
        for arm in standing(results):
            found = [delays(results, arm, point["name"]) for point in line]
            for name in PERCENTILES:
                cells = (delay_text(one.get(name)) for one in found)
                table.add_row(f"{arm} {name}", *cells)
        yield table


def delay_text(delay: Interval | None) -> str:
    """Write a percentile with its interval."""
    if delay is None:
        return "–"
    return f"{delay.value:.1f} ({bounds_text(delay)})"

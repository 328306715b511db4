"""How the cost of a request grows: with rows, page, clients and body.

Results: those of rounds.collect, and "points": [{"axis", "at", "operation",
"name"}], where the windows of a point have its name as their operation.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from compare import IMPLEMENTATIONS, ROOT
from compare.bench.arms import ACCOUNTS
from compare.bench.figures import (
    Results,
    costs,
    measure_noise,
    standing,
    windows_of,
)
from compare.bench.interval import (
    Interval,
    exponential,
    mean_interval,
    multiple_text,
    ratio_interval,
)
from compare.bench.rounds import (
    collect,
    keep,
    measure,
    say_stopped,
    sitting,
)
from compare.bench.tasks import READER, Plan, Task
from compare.bench.workload import SEEDED, Data, import_bookmarks

PLANS = {
    "smoke": Plan("smoke", 1, 0.05, 0.15, 60),
    "default": Plan("default", 5, 0.15, 0.5, 720),
    "full": Plan("full", 15, 0.2, 0.8, 2400),
}
ROWS = {
    "smoke": (100, 1000),
    "default": (100, 1000, 10_000),
    "full": (100, 1000, 10_000, 100_000),
}
GROWING = ("show_bookmark", "list_bookmarks", "search", "list_tags")
PAGES = (10, 20, 50, 100)
CLIENTS = (1, 4, 16, 64)
ENTRIES = (5, 50, 200, 400)

# What each axis counts, and what is drawn over it.
AXES = {
    "rows": "bookmarks of the account",
    "page": "bookmarks on a page",
    "clients": "clients that wait for each answer",
    "body": "bytes of the body",
}
RATE_AXES = ("clients",)


@dataclass(frozen=True)
class Point:
    """A task at a place on an axis."""

    axis: str
    at: int
    task: Task


@dataclass(frozen=True)
class Spot:
    """What was measured there: seconds of CPU, or requests a second."""

    at: int
    value: Interval


def points(mode: str) -> Iterator[Point]:
    """Yield what is measured; what makes the database grow comes last."""
    for rows in ROWS[mode]:
        for operation in GROWING:
            name = f"{operation}, {rows} rows"
            task = Task(name, operation, account=account_of(rows))
            yield Point("rows", rows, task)
    for size in PAGES:
        name = f"list_bookmarks, page of {size}"
        task = Task(name, "list_bookmarks", per_page=size)
        yield Point("page", size, task)
    for users in CLIENTS:
        for operation in ("show_bookmark", "list_bookmarks"):
            name = f"{operation}, {users} clients"
            yield Point("clients", users, Task(name, operation, users))
    for entries in ENTRIES:
        name = f"import_bookmarks, {entries} entries"
        task = Task(name, "import_bookmarks", 2, entries=entries)
        yield Point("body", body_size(entries), task)


def account_of(rows: int) -> str:
    """Name the account with so many bookmarks."""
    return READER if rows == SEEDED else f"rows{rows}"


def body_size(entries: int) -> int:
    """Return the bytes of an import of so many bookmarks."""
    data = Data([], entries=entries)
    call = import_bookmarks(data, random.Random(0), "1000000000-0-100")
    return len(call.upload or b"")


def run(mode: str, seed: int | None) -> int:
    """Measure, print and keep the results; 1 if a server failed a check."""
    found = list(points(mode))
    accounts = {**ACCOUNTS, **{account_of(n): n for n in ROWS[mode]}}
    wanted = {name: (name, 0.0) for name in IMPLEMENTATIONS}
    base = IMPLEMENTATIONS[0]
    try:
        with sitting(
            "curves", PLANS[mode], wanted, base, seed, accounts
        ) as made:
            measure(made, [point.task for point in found])
            results = collect(made) | {"points": list(map(describe, found))}
    except KeyboardInterrupt:
        return say_stopped()
    path = keep(results)
    console = Console()
    console.print(*lines(results), sep="\n")
    console.print(*tables(results), sep="\n")
    print(f"kept in {path.relative_to(ROOT)}")
    return 1 if results["failed"] else 0


def describe(point: Point) -> dict[str, Any]:
    """Return a point for the results."""
    return {
        "axis": point.axis,
        "at": point.at,
        "operation": point.task.operation,
        "name": point.task.name,
    }


def pictures(results: Results) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the points of each picture: by axis and operation."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for point in results["points"]:
        key = point["axis"], point["operation"]
        found.setdefault(key, []).append(point)
    return found


def curve(
    results: Results, arm: str, line: list[dict[str, Any]]
) -> list[Spot]:
    """Return one curve: CPU seconds of a request, or requests a second."""
    found = []
    for point in line:
        if point["axis"] in RATE_AXES:
            windows = windows_of(results, arm, point["name"])
            values = [w["requests"] / w["seconds"] for w in windows]
        else:
            values = costs(results, arm, point["name"])
        found.append(Spot(point["at"], mean_of(values)))
    return found


def mean_of(values: list[float]) -> Interval:
    """Return the geometric mean over rounds, with its interval."""
    return exponential(mean_interval([math.log(value) for value in values]))


def lines(results: Results) -> Iterator[str]:
    """Say how much dearer the far end of each axis is than the near one."""
    for arm, reason in results["failed"].items():
        yield f"{arm} failed: {reason}"
    noise = measure_noise(results)
    if results["plan"]["mode"] == "smoke":
        yield "Every point was reached; too short to compare anything."
        return
    if not noise.fit:
        yield (
            f"Unfit: other programs used {noise.others:.1%} of the machine "
            f"and the host took {noise.stolen:.1%}: do not compare these "
            "figures."
        )
    for (axis, operation), line in pictures(results).items():
        if axis in RATE_AXES:
            continue
        near, far = line[0], line[-1]
        texts = ", ".join(
            f"{arm} {growth_text(results, arm, near, far)}"
            for arm in standing(results)
        )
        yield (
            f"{operation}, from {near['at']:,} to {far['at']:,} "
            f"{AXES[axis]}: {texts}."
        )


def growth_text(
    results: Results, arm: str, near: dict[str, Any], far: dict[str, Any]
) -> str:
    """Write by what factor a request gets dearer, with its interval."""
    ratio = ratio_interval(
        costs(results, arm, far["name"]), costs(results, arm, near["name"])
    )
    return multiple_text(ratio)


def tables(results: Results) -> Iterator[Table]:
    """Draw the values of each picture."""
    for (axis, operation), line in pictures(results).items():
        rate = axis in RATE_AXES
        unit = "requests a second" if rate else "µs of CPU for a request"
        table = Table(title=f"{operation}: {unit}, by {AXES[axis]}")
        table.add_column("", style="bold")
        for point in line:
            table.add_column(f"{point['at']:,}", justify="right")
        for arm in standing(results):
            spots = curve(results, arm, line)
            scale = 1 if rate else 1e6
            table.add_row(
                arm, *(f"{s.value.value * scale:,.0f}" for s in spots)
            )
        yield table

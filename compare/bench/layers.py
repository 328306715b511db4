"""Where the CPU time of a request goes, measured without any server.

For each framework: the framework alone, with routing and validation, with
the data layer, with the log and the headers of every answer (its floor), and
the whole implementation. Each part runs in a process of its own; rounds take
all parts in turn, in short slices, so that what the machine does besides
meets all alike.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from compare import ROOT
from compare.bench.arms import Arm, Refused, make_arm, prepare, stop
from compare.bench.inprocess import PARTS
from compare.bench.interval import bounds_text, ratio_interval
from compare.bench.lines import ask
from compare.ledger.capabilities import folder_of
from compare.ledger.grid import TITLES

READS = ("show_bookmark", "list_bookmarks")
OPERATIONS = (*READS, "create_bookmark")
SECONDS = 0.06  # of CPU time for a slice
SLICES = 5  # of each part in each round, in turn with the others
WARM_UP = 30
GOAL = 1.15  # of its floor, at most, is what an operation costs
LEAST, LONGEST = 10, 1000
Key = tuple[str, str, str, bool]
Costs = dict[Key, list[float]]
Counted = Costs | dict[Key, list[int]]


@dataclass
class Part:
    """One application in a process of its own, for one round."""

    name: str
    kind: str
    process: subprocess.Popen[str]
    log: Path
    seed: int = 0

    def call(self, operation: str, checked: bool, calls: int) -> float:
        """Return the CPU seconds of some calls; RuntimeError if wrong."""
        self.seed += 1
        return self.ask(operation, checked, calls, self.seed)["cpu"]

    def ask(
        self, operation: str, checked: bool, calls: int, seed: int, **more: int
    ) -> dict[str, Any]:
        """Let the process do one job; RuntimeError if an answer is wrong."""
        job = {
            "operation": operation,
            "checked": checked,
            "calls": calls,
            "seed": seed,
            **more,
        }
        answer = ask(self.process, job) or self.ended()
        if answer["fault"]:
            where = f"{self.name}, {self.kind}, {operation}"
            raise RuntimeError(f"{where}: {answer['fault']}")
        return answer

    def ended(self) -> dict[str, str]:
        """Say why the process has ended, by the last line of its log."""
        last = self.log.read_text("utf-8").strip().splitlines()[-1:]
        return {"fault": f"the process ended: {''.join(last)}"}

    def size(self, operation: str, checked: bool) -> int:
        """Warm up, and return how many requests make a slice."""
        self.call(operation, checked, WARM_UP)
        each = self.call(operation, checked, WARM_UP) / WARM_UP
        return min(LONGEST, max(LEAST, int(SECONDS / each)))


@contextmanager
def started(arm: Arm, kind: str, under: Sequence[str] = ()) -> Iterator[Part]:
    """Run one part on a copy of an arm's database, under another program."""
    copy = arm.server.folder / f"{kind}.db"
    for old in arm.server.folder.glob(f"{copy.name}*"):
        old.unlink()
    shutil.copyfile(arm.pristine, copy)
    log = arm.server.folder / f"{kind}.log"
    environment = arm.server.environment({"DATABASE_URL": f"sqlite:///{copy}"})
    command = ["compare.bench.inprocess", arm.implementation, kind]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [
                *(*under, sys.executable, "-m", *command),
                *(str(arm.bookmarks), arm.token),
            ],
            cwd=folder_of(arm.implementation),
            env={
                **environment,
                "PYTHONPATH": str(ROOT),
                "PYTHONHASHSEED": "0" if under else "random",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield Part(arm.implementation, kind, process, log)
        finally:
            process.kill()
            process.communicate()


def run(rounds: int) -> int:
    """Measure and print; 1 if an answer was wrong."""
    console = Console()
    try:
        costs = measure(rounds)
    except (RuntimeError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    path = ROOT / "results" / "layers.json"
    path.write_text(
        json.dumps(describe(costs, "seconds"), indent=1) + "\n", "utf-8"
    )
    for operation in OPERATIONS:
        console.print(draw(costs, operation))
    console.print(f"kept in {path.relative_to(ROOT)}")
    return 0


def measure(rounds: int) -> Costs:
    """Take all parts in turn; each round starts them anew."""
    costs: Costs = {}
    with ExitStack() as stack:
        arms = [make_arm(name, name) for name in TITLES]
        for arm in arms:
            stack.callback(stop, arm)
            prepare(arm, None)
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        for number in progress.track(range(rounds), description="measuring"):
            measure_round(arms, number, costs)
    return costs


def measure_round(arms: list[Arm], number: int, costs: Costs) -> None:
    """Add one cost of each operation in each part."""
    with ExitStack() as stack:
        parts = [
            stack.enter_context(started(arm, kind))
            for arm in arms
            for kind in kinds(arm.name)
        ]
        start = number % len(parts)
        for operation in ("show_health", *OPERATIONS):
            cells = [
                (part, checked)
                for part in parts[start:] + parts[:start]
                for checked in stages(part.kind, operation)
            ]
            sizes = [part.size(operation, checked) for part, checked in cells]
            totals = [0.0] * len(cells)
            for _ in range(SLICES):
                for i, (part, checked) in enumerate(cells):
                    totals[i] += part.call(operation, checked, sizes[i])
            for i, (part, checked) in enumerate(cells):
                key = part.name, part.kind, operation, checked
                cost = totals[i] / sizes[i] / SLICES
                costs.setdefault(key, []).append(cost)


def kinds(name: str) -> list[str]:
    """Return the parts that an implementation has, and that can run."""
    found = [kind for kind, places in PARTS.items() if name in places]
    if not find_spec("aiosqlite"):
        found = [kind for kind in found if kind != "asynchronous"]
    return found


def stages(kind: str, operation: str) -> tuple[bool, ...]:
    """Say what is measured: what is bare half-way (True), too."""
    if kind == "asynchronous" and operation not in READS:
        return ()
    if kind == "floor" and operation not in OPERATIONS:
        return ()
    halfway = kind == "bare" and operation in OPERATIONS
    return (True, False) if halfway else (False,)


def describe(costs: Counted, unit: str) -> list[dict[str, Any]]:
    """Return all costs, for a file."""
    return [
        {
            "implementation": name,
            "part": kind,
            "operation": operation,
            "checked": checked,
            unit: values,
        }
        for (name, kind, operation, checked), values in costs.items()
    ]


def draw(costs: Costs, operation: str) -> Table:
    """Draw the layers of one operation, in µs."""
    title = f"{operation}: CPU time of a request, µs, no server"
    return draw_levels(costs, operation, title, mean_text, ratio_of_costs)


def draw_levels(
    costs: Counted,
    operation: str,
    title: str,
    text: Callable[[list], str],
    ratio: Callable[[list, list], str],
) -> Table:
    """Draw the layers of one operation, the least of them first.

    `text` writes the costs of a cell, `ratio` a whole beside its floor.
    """
    table = Table(title=title)
    for head in (
        "implementation",
        "framework",
        "+ routing, validation",
        "+ data layer",
        "+ log, headers = floor",
        "whole",
        "whole / floor",
    ):
        table.add_column(head, justify="right")
    for name in {name: None for name, *_ in costs}:
        floor = costs[name, "floor", operation, False]
        levels = [
            costs[name, "bare", "show_health", False],
            costs[name, "bare", operation, True],
            costs[name, "bare", operation, False],
            floor,
        ]
        for kind in ("whole", "asynchronous"):
            if whole := costs.get((name, kind, operation, False)):
                table.add_row(
                    TITLES[name] + f", {kind}" * (kind != "whole"),
                    *map(text, [*levels, whole]),
                    ratio(whole, floor),
                )
    return table


def mean_text(costs: list[float]) -> str:
    """Write the mean cost in µs."""
    return f"{sum(costs) / len(costs) * 1e6:,.0f}"


def ratio_of_costs(whole: list[float], floor: list[float]) -> str:
    """Write how many times its floor a whole is, with the interval."""
    ratio = ratio_interval(whole, floor)
    return f"×{ratio.value:.2f} ({bounds_text(ratio)})"

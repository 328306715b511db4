"""Where the CPU time of a request goes, measured without any server.

For each framework: the framework alone, with routing and validation, with
the data layer (its floor), and the whole implementation. Each part runs in
a process of its own; rounds take all parts in turn.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from compare import ROOT
from compare.bench.arms import Arm, Refused, make_arm, prepare, stop
from compare.bench.interval import Interval, ratio_interval
from compare.bench.tables import bounds_text
from compare.ledger.capabilities import folder_of
from compare.ledger.grid import TITLES

OPERATIONS = ("show_bookmark", "list_bookmarks", "create_bookmark")
FLOORS = ("flask", "django", "fastapi")
SECONDS = 0.25  # of CPU time for each part in each round
WARM_UP = 30
LONGEST = 3000


@dataclass
class Part:
    """One application in a process of its own.

    `costs` holds CPU seconds per request, a value a round, by what was
    called: (operation, stopped after validation).
    """

    name: str
    kind: str
    process: subprocess.Popen[str]
    log: Path
    calls: dict[tuple[str, bool], int] = field(default_factory=dict)
    costs: dict[tuple[str, bool], list[float]] = field(default_factory=dict)
    seed: int = 0

    def call(self, operation: str, checked: bool, calls: int) -> float:
        """Return the CPU seconds of some calls; RuntimeError if wrong."""
        self.seed += 1
        job = {
            "operation": operation,
            "checked": checked,
            "calls": calls,
            "seed": self.seed,
        }
        answer = self.ask(json.dumps(job))
        if answer["fault"]:
            where = f"{self.name}, {self.kind}, {operation}"
            raise RuntimeError(f"{where}: {answer['fault']}")
        return answer["cpu"]

    def ask(self, job: str) -> dict[str, Any]:
        """Send a job to the process and return its answer."""
        assert self.process.stdin
        assert self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.write(job + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        last = self.log.read_text("utf-8").strip().splitlines()[-1:]
        return {"fault": f"the process ended: {''.join(last)}"}

    def measure(self, operation: str, checked: bool) -> None:
        """Add the cost of a request in this round."""
        key = operation, checked
        if key not in self.calls:
            self.call(operation, checked, WARM_UP)
            each = self.call(operation, checked, WARM_UP) / WARM_UP
            self.calls[key] = min(LONGEST, max(10, int(SECONDS / each)))
        calls = self.calls[key]
        cost = self.call(operation, checked, calls) / calls
        self.costs.setdefault(key, []).append(cost)


@contextmanager
def started(arm: Arm, kind: str) -> Iterator[Part]:
    """Run one part on a copy of an arm's database."""
    copy = arm.server.folder / f"{kind}.db"
    copy.write_bytes(arm.pristine.read_bytes())
    log = arm.server.folder / f"{kind}.log"
    environment = arm.server.environment({"DATABASE_URL": f"sqlite:///{copy}"})
    command = ["compare.bench.inprocess", arm.implementation, kind]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", *command, str(arm.bookmarks), arm.token],
            cwd=folder_of(arm.implementation),
            env={**environment, "PYTHONPATH": str(ROOT)},
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
        parts = measure(rounds)
    except (RuntimeError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    path = ROOT / "results" / "layers.json"
    path.write_text(json.dumps(describe(parts), indent=1) + "\n", "utf-8")
    for operation in OPERATIONS:
        console.print(draw(parts, operation))
    console.print(f"kept in {path.relative_to(ROOT)}")
    return 0


def measure(rounds: int) -> list[Part]:
    """Run all parts side by side, in turn."""
    with ExitStack() as stack:
        parts = []
        for name in TITLES:
            arm = make_arm(name, name)
            stack.callback(stop, arm)
            prepare(arm, None)
            kinds = ("whole", "floor") if name in FLOORS else ("whole",)
            parts += [stack.enter_context(started(arm, k)) for k in kinds]
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        for number in progress.track(range(rounds), description="measuring"):
            start = number % len(parts)
            for part in parts[start:] + parts[:start]:
                measure_round(part)
        return parts


def measure_round(part: Part) -> None:
    """Measure each operation of one part; a floor also half-way."""
    for operation in ("show_health", *OPERATIONS):
        part.measure(operation, False)
        if part.kind == "floor" and operation in OPERATIONS:
            part.measure(operation, True)


def describe(parts: list[Part]) -> list[dict[str, Any]]:
    """Return all costs, for a file."""
    return [
        {
            "implementation": part.name,
            "part": part.kind,
            "operation": operation,
            "checked": checked,
            "seconds": costs,
        }
        for part in parts
        for (operation, checked), costs in part.costs.items()
    ]


def draw(parts: list[Part], operation: str) -> Table:
    """Draw the layers of one operation, in µs, the least of them first."""
    found = {(part.name, part.kind): part.costs for part in parts}
    table = Table(title=f"{operation}: CPU time of a request, µs, no server")
    for head in (
        "implementation",
        "framework",
        "+ routing, validation",
        "+ data layer = floor",
        "whole",
        "whole / floor",
    ):
        table.add_column(head, justify="right")
    for name, title in TITLES.items():
        whole = found[name, "whole"][operation, False]
        floor = found.get((name, "floor"))
        if floor is None:
            table.add_row(title, "", "", "", mean_text(whole), "")
            continue
        levels = [
            floor["show_health", False],
            floor[operation, True],
            floor[operation, False],
        ]
        ratio = ratio_interval(whole, levels[-1])
        texts = map(mean_text, [*levels, whole])
        table.add_row(title, *texts, ratio_text(ratio))
    return table


def mean_text(costs: list[float]) -> str:
    """Write the mean cost in µs."""
    return f"{sum(costs) / len(costs) * 1e6:,.0f}"


def ratio_text(ratio: Interval) -> str:
    """Write a ratio with its interval."""
    return f"×{ratio.value:.2f} ({bounds_text(ratio)})"

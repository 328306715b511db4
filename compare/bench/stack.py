"""Where the CPU time of a request goes, in the service as it runs.

Each implementation runs twice in its production form: plain, and sampled
(compare/bench/sampled). Short slices of the same requests go to both in
turn. The CPU time of the one is parted by whose code its samples show; what
the parts add up to is compared with the CPU time of the other. The system
takes samples at its ticks: on a busy machine short runs fall between them, so
that it is told how much of the CPU time the samples stand for.
"""

import json
import random
import shutil
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from itertools import count

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from compare import ROOT
from compare.bench.arms import (
    Arm,
    Refused,
    make_arm,
    prepare,
    restore,
    start,
    stop,
)
from compare.bench.calls import find_fault
from compare.bench.layers import OPERATIONS
from compare.bench.samples import PARTS, STEP, Files, count_parts
from compare.bench.seeded import Account
from compare.bench.tasks import READER
from compare.bench.usage import choose_cores, pin_thread, process_tree
from compare.bench.wire import connected, exchange, write_message
from compare.bench.workload import OPERATIONS as CALLS
from compare.bench.workload import Data
from compare.ledger.grid import TITLES
from compare.trace.recording import process_ns

CONNECTIONS = 8
SLICE = 0.2  # seconds of CPU time
SLICES = 8  # of each operation in a round, at each server
LEAST, MOST = 20, 2000  # requests of a slice
EXPLAINED = 0.1
SAMPLED = ROOT / "compare" / "bench" / "sampled"
FILE = ROOT / "results" / "stack.json"


@dataclass
class Cell:
    """One operation of one implementation; seconds of CPU time.

    `requests` went to each of the two servers; `plain` and `sampled` are
    what they took, `parts` counts the samples of the second.
    """

    implementation: str
    operation: str
    requests: int = 0
    plain: float = 0.0
    sampled: float = 0.0
    parts: Counter[str] = field(default_factory=Counter)

    @property
    def measured(self) -> float:
        """Return the CPU seconds of a request, where nobody samples."""
        return self.plain / self.requests

    @property
    def stacked(self) -> dict[str, float]:
        """Return the CPU seconds of each part of a request."""
        each = self.sampled / self.requests / max(1, self.parts.total())
        return {part: each * self.parts[part] for part in PARTS}

    @property
    def deviation(self) -> float:
        """Return by which share the parts add up to more than measured."""
        return sum(self.stacked.values()) / self.measured - 1

    @property
    def seen(self) -> float:
        """Return the share of the sampled CPU time that has samples."""
        return self.parts.total() * STEP / self.sampled

    @property
    def explained(self) -> bool:
        """Say whether the parts add up to what was measured."""
        return abs(self.deviation) <= EXPLAINED


class Pair:
    """Two servers of one implementation: plain, and sampled."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        """Prepare both, with the same rows; raises Refused."""
        self.plain = make_arm(name, name)
        stack.callback(stop, self.plain)
        prepare(self.plain, None)
        self.sampled = make_arm(f"{name} sampled", name)
        stack.callback(stop, self.sampled)
        self.sampled.accounts = self.plain.accounts
        shutil.copyfile(self.plain.pristine, self.sampled.pristine)
        folder = self.sampled.server.folder / "samples"
        folder.mkdir()
        self.sampled.server.extra |= {
            "PYTHONPATH": str(SAMPLED),
            "SAMPLES": str(folder),
            "STEP": str(STEP),
        }
        self.files = Files(folder)

    def measure(
        self, operation: str, cell: Cell, core: int | None, numbers: count
    ) -> None:
        """Add one round of an operation to its cell."""
        try:
            for arm in (self.plain, self.sampled):
                restore(arm)
                start(arm, core)
                each = send(arm, operation, LEAST, numbers) / LEAST
            size = min(MOST, max(LEAST, int(SLICE / each)))
            self.files.read()
            for number in range(SLICES):
                self.add_slices(cell, size, numbers, number % 2)
        finally:
            for arm in (self.plain, self.sampled):
                arm.server.halt()

    def add_slices(
        self, cell: Cell, size: int, numbers: count, plain_first: int
    ) -> None:
        """Send as many requests to both, and add what they took.

        Nothing is added when a server has closed a connection that waited
        for this program to run.
        """
        arms = [self.plain, self.sampled]
        used = {}
        try:
            for arm in arms if plain_first else arms[::-1]:
                used[arm.name] = send(arm, cell.operation, size, numbers)
        except ConnectionError:
            self.files.read()
            return
        found = self.files.read()
        cell.parts += count_parts(found, cell.implementation)
        cell.plain += used[self.plain.name]
        cell.sampled += used[self.sampled.name]
        cell.requests += size


def send(arm: Arm, operation: str, number: int, numbers: count) -> float:
    """Return the CPU seconds of some requests; Refused if one is wrong.

    Connections are opened anew, for servers close those that wait; what
    that takes is included.
    """
    data = read_account(arm.accounts[READER])
    chance = random.Random(next(numbers))
    calls = [
        CALLS[operation](data, chance, f"{next(numbers)}")
        for _ in range(number)
    ]
    messages = [write_message(call, arm.token) for call in calls]
    before = cpu_seconds(arm.pid)
    with connected(arm.server.port, CONNECTIONS) as sockets:
        answers = exchange(sockets, messages)
    used = cpu_seconds(arm.pid) - before
    for call, answer in zip(calls, answers, strict=True):
        if fault := find_fault(call, *answer):
            raise Refused(f"{arm.name}, {operation}: {fault}")
    return used


@cache
def read_account(account: Account) -> Data:
    """Read what an account holds, once."""
    return account.read()


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of all processes of a server."""
    return sum(map(process_ns, process_tree(pid))) / 1e9


def run(rounds: int, only: list[str]) -> int:
    """Measure, print and keep; 1 if a cell is not explained."""
    try:
        cells = measure(rounds, only)
    except (Refused, OSError, ValueError, psutil.Error) as error:
        print(error, file=sys.stderr)
        return 1
    FILE.write_text(json.dumps([*map(describe, cells)], indent=1), "utf-8")
    console = Console()
    for operation in OPERATIONS:
        console.print(draw([c for c in cells if c.operation == operation]))
    console.print(f"kept in {FILE.relative_to(ROOT)}")
    return 0 if all(cell.explained for cell in cells) else 1


def measure(rounds: int, only: list[str]) -> list[Cell]:
    """Measure all operations of some implementations, round by round."""
    cells = {(n, o): Cell(n, o) for o in OPERATIONS for n in only}
    cores, numbers = choose_cores(), count(10**6)
    if cores:
        pin_thread(0, cores[1])
    with ExitStack() as stack:
        pairs = {name: Pair(name, stack) for name in only}
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        task = progress.add_task("", total=rounds * len(cells))
        for number in range(rounds):
            for (name, operation), cell in cells.items():
                text = f"round {number + 1}: {operation}, {name}"
                progress.update(task, description=text)
                core = cores and cores[0]
                pairs[name].measure(operation, cell, core, numbers)
                progress.advance(task)
    return list(cells.values())


def describe(cell: Cell) -> dict:
    """Return a cell for a file, with what was worked out."""
    return {
        "implementation": cell.implementation,
        "operation": cell.operation,
        "samples": cell.parts.total(),
        "seen": cell.seen,
        "measured": cell.measured,
        "stacked": cell.stacked,
        "deviation": cell.deviation,
        "explained": cell.explained,
    }


def draw(cells: list[Cell]) -> Table:
    """Draw one operation: µs of each part, their sum, and what it is of."""
    table = Table(title=f"{cells[0].operation}: µs of CPU time of a request")
    table.add_column("")
    for cell in cells:
        table.add_column(TITLES[cell.implementation], justify="right")
    for part, title in PARTS.items():
        table.add_row(title, *(f"{c.stacked[part] * 1e6:,.0f}" for c in cells))
    sums = (sum(cell.stacked.values()) * 1e6 for cell in cells)
    table.add_row("sum", *(f"{value:,.0f}" for value in sums))
    table.add_row("measured", *(f"{c.measured * 1e6:,.0f}" for c in cells))
    table.add_row("deviation", *map(deviation_text, cells))
    table.add_row("sampled", *(f"{cell.seen:.0%}" for cell in cells))
    return table


def deviation_text(cell: Cell) -> str:
    """Write how far the sum is off, and whether that is too far."""
    text = f"{cell.deviation:+.1%}"
    return text if cell.explained else f"{text} not explained"

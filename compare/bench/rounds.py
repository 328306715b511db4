"""Short windows of load, interleaved over several rounds.

A round starts every server anew on a fresh copy of the database, then
takes each task to each server, in the order of a Latin square. A window is
one task at one server: {"round", "arm", "tries", and what generator.Figures
has}. After a window that wrote the server is audited (compare.bench.audit).
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeRemainingColumn

from compare import ROOT
from compare.bench.arms import (
    ACCOUNTS,
    Arm,
    Refused,
    make_arm,
    prepare,
    restore,
    seeded_alike,
    start,
    stop,
)
from compare.bench.audit import audit
from compare.bench.facts import describe_settings, describe_versions
from compare.bench.generator_client import Generator
from compare.bench.sittings import SCHEMA
from compare.bench.tasks import WRITER, Plan, Task
from compare.bench.usage import (
    choose_cores,
    machine_facts,
    memory_kind,
    share_a_core,
)

STOLEN = 0.02  # of the machine's time: what a quiet window may lose


@dataclass
class Sitting:
    """One run of a benchmark."""

    kind: str
    plan: Plan
    arms: list[Arm]
    base: str
    seed: int
    progress: Progress
    bar: TaskID
    cores: tuple[int, int] | None = field(default_factory=choose_cores)
    windows: list[dict[str, Any]] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)
    prepared: float = 0.0
    rounds: int = 0

    @property
    def alive(self) -> list[Arm]:
        """Return the arms that have not failed."""
        return [arm for arm in self.arms if not arm.failed]

    def say(self, text: str) -> None:
        """Show what runs now."""
        self.progress.update(self.bar, description=text)

    def chance(self, *what: object) -> random.Random:
        """Return random choices that are the same at each arm."""
        return random.Random(f"{self.seed} {what}")


@contextmanager
def sitting(
    kind: str,
    plan: Plan,
    wanted: Mapping[str, tuple[str, float]],
    base: str,
    seed: int | None = None,
    accounts: Mapping[str, int] = ACCOUNTS,
) -> Iterator[Sitting]:
    """Prepare all arms; what was measured is kept if an error ends it.

    `wanted` has the implementation of each arm, and the share by which it
    is made dearer; `accounts` how many bookmarks each account has.
    """
    if seed is None:
        seed = random.SystemRandom().getrandbits(32)
    with ExitStack() as stack:
        arms = []
        for name, (implementation, share) in wanted.items():
            arms.append(make_arm(name, implementation, share))
            stack.callback(stop, arms[-1])
        progress = stack.enter_context(make_progress())
        bar = progress.add_task("preparing", total=None)
        made = Sitting(kind, plan, arms, base, seed, progress, bar)
        try:
            prepare_all(made, accounts)
            yield made
        except Exception:
            keep(collect(made))
            raise


def make_progress() -> Progress:
    """Draw a bar with what runs now and how long it will take."""
    return Progress(
        "[progress.description]{task.description:<40}",
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def prepare_all(made: Sitting, accounts: Mapping[str, int]) -> None:
    """Seed and test all arms; the first that is fit sets the data."""
    first: Arm | None = None
    for arm in made.arms:
        made.say(f"preparing {arm.name}")
        try:
            prepare(arm, made.cores and made.cores[0], accounts)
            if first and not seeded_alike(arm, first):
                raise Refused(f"seeds other bookmarks than {first.name}")
            first = first or arm
        except (Refused, subprocess.SubprocessError, OSError) as error:
            arm.failed = str(error)


def measure(made: Sitting, tasks: Sequence[Task]) -> None:
    """Take all tasks to all arms, round after round, until time is up."""
    made.prepared = time.monotonic()
    total = len(made.alive) * len(tasks) * made.plan.rounds
    made.progress.reset(made.bar, total=total)
    while made.rounds < made.plan.rounds and time_for_another(made):
        measure_round(made, tasks)


def time_for_another(made: Sitting) -> bool:
    """Say whether one more round as long as the last ones fits the limit."""
    if not made.rounds:
        return True
    now = time.monotonic()
    each = (now - made.prepared) / made.rounds
    return now + each < made.began + made.plan.limit


def measure_round(made: Sitting, tasks: Sequence[Task]) -> None:
    """Start all servers afresh and take every task to each of them."""
    made.rounds += 1
    with running(made), Generator(made.cores) as generator:
        for number, task in enumerate(tasks):
            for arm in turn(made.alive, made.rounds, number):
                made.say(f"round {made.rounds}: {task.name}, {arm.name}")
                measure_window(made, generator, arm, task)
                made.progress.advance(made.bar)


def turn(arms: list[Arm], number: int, task: int) -> list[Arm]:
    """Return the arms in the order of one row of a Latin square.

    Over as many rounds as there are arms each comes once to each place;
    every other round goes backwards, so that none always follows the same.
    """
    start = (number // 2 + task) % len(arms) if arms else 0
    order = arms[start:] + arms[:start]
    return order[::-1] if number % 2 else order


@contextmanager
def running(made: Sitting) -> Iterator[None]:
    """Keep all servers up, in a random order of starting, then stop them."""
    order = made.alive
    made.chance("start", made.rounds).shuffle(order)
    try:
        for arm in order:
            restore(arm)
            try:
                start(arm, made.cores and made.cores[0])
            except (Refused, OSError) as error:
                arm.failed = str(error)
        yield
    finally:
        for arm in order:
            arm.server.halt()


def measure_window(
    made: Sitting, generator: Generator, arm: Arm, task: Task
) -> None:
    """Take one task to one server, again while the host takes its time.

    What a request costs plays no part in that: the try counts in which the
    host took least, and how many there were is kept.
    """
    tried: list[dict[str, Any]] = []
    for number in range(made.plan.tries):
        window = try_window(made, generator, arm, task, number)
        if window:
            tried.append(window)
        if arm.failed or stolen_share(window) <= STOLEN:
            break
    if tried:
        least = min(tried, key=stolen_share)
        made.windows.append(least | {"tries": len(tried)})


def stolen_share(window: dict[str, Any]) -> float:
    """Return what the host took of the machine's time in a window."""
    seconds = window["seconds"] * (os.cpu_count() or 1)
    return window["stolen"] / (seconds or 1.0)


def try_window(
    made: Sitting, generator: Generator, arm: Arm, task: Task, number: int
) -> dict[str, Any] | None:
    """Load one server with one task, audit it, and return the figures."""
    try:
        figures = generator.load(
            url=arm.url,
            pid=arm.pid,
            task=asdict(task),
            reader=asdict(arm.accounts[task.account]),
            writer=asdict(arm.accounts[WRITER]),
            warm_up=made.plan.warm_up,
            seconds=made.plan.window,
            seed=made.chance(made.rounds, task.name, number).getrandbits(32),
        )
    except (RuntimeError, OSError, ValueError) as error:
        arm.failed = f"{task.name}: {error}"
        generator.restart()
        return None
    written = figures.pop("written")
    arm.failed = figures["fault"] or ""
    if written and not arm.failed:
        arm.kept.add(written)
        writer = arm.accounts[WRITER]
        arm.failed = audit(arm.url, writer, arm.kept, arm.server.database)
    return {"round": made.rounds, "arm": arm.name, **figures}


def collect(made: Sitting) -> dict[str, Any]:
    """Put all that the results file holds together."""
    return {
        "kind": made.kind,
        "schema": SCHEMA,
        "started": made.started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - made.began, 1),
        "plan": asdict(made.plan),
        "rounds": made.rounds,
        "seed": made.seed,
        "versions": describe_versions(),
        "machine": machine_facts(),
        "cores": made.cores,
        "one_core": share_a_core(made.cores),
        "memory_kind": memory_kind(),
        "baseline": made.base,
        "again": f"{made.base} again",
        "arms": {a.name: describe_settings(a) for a in made.arms},
        "failed": {a.name: a.failed for a in made.arms if a.failed},
        "windows": made.windows,
    }


def keep(results: dict[str, Any]) -> Path:
    """Write results/<kind>-<time>.json."""
    stamp = results["started"][:19].replace(":", "").replace("-", "")
    path = ROOT / "results" / f"{results['kind']}-{stamp}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return path


def say_stopped() -> int:
    """Say that somebody stopped it; return the exit status."""
    print("stopped; all servers are down", file=sys.stderr)
    return 130

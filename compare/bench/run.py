"""The benchmark: short windows of load, interleaved over several rounds.

A round starts every server anew on a fresh copy of the database, then
takes each operation to each server, in the order of a Latin square. A
window is one operation at one server; `requests`, `server_cpu` and so on
are those of compare.bench.generator.Figures. Results: see `collect`.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeRemainingColumn

from compare import ROOT
from compare.bench.arms import (
    Arm,
    Refused,
    audit,
    make_arm,
    prepare,
    restore,
    seeded_alike,
    start,
    stop,
)
from compare.bench.facts import describe_settings, describe_versions
from compare.bench.figures import measure_noise
from compare.bench.generator_client import Generator
from compare.bench.sittings import SCHEMA, earlier
from compare.bench.tables import bench_markdown, bench_tables
from compare.bench.usage import choose_cores, machine_facts, memory_kind
from compare.bench.workload import MEASURED

BASELINE = "stdlib"


@dataclass(frozen=True)
class Plan:
    """How long to measure: times in seconds, `limit` for the whole."""

    mode: str
    rounds: int
    users: int
    warm_up: float
    window: float
    limit: float


PLANS = {
    "smoke": Plan("smoke", 2, 4, 0.1, 0.3, 100),
    "default": Plan("default", 10, 4, 0.25, 1.2, 640),
    "full": Plan("full", 30, 4, 0.25, 1.6, 2400),
}


@dataclass
class Sitting:
    """One run of the benchmark."""

    plan: Plan
    arms: list[Arm]
    base: str
    cores: tuple[int, int] | None
    chance: random.Random
    windows: list[dict[str, Any]]
    began: float
    prepared: float = 0.0
    rounds: int = 0

    @property
    def alive(self) -> list[Arm]:
        """Return the arms that have not failed."""
        return [arm for arm in self.arms if not arm.failed]


def run(
    mode: str, seed: int | None, only: tuple[str, ...], planted: float = 0
) -> int:
    """Measure, print and keep the results.

    `planted` adds an arm: the first implementation, dearer by that share.
    1 if a server failed a check, or the sitting is unfit.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    plan = PLANS[mode]
    seed = random.SystemRandom().getrandbits(32) if seed is None else seed
    wanted = {name: (name, 0.0) for name in only}
    base = BASELINE if BASELINE in only else only[0]
    if mode != "smoke":
        wanted[f"{base} again"] = base, 0.0
    if planted:
        wanted[f"{base} planted"] = base, planted
    try:
        results = sit(plan, wanted, seed, base)
    except KeyboardInterrupt:
        print("stopped; all servers are down", file=sys.stderr)
        return 130
    path = keep_windows(results)
    before = earlier(path)
    text = bench_markdown(results, before)
    path.with_suffix(".md").write_text(text, "utf-8")
    Console().print(*bench_tables(results, before), sep="\n")
    print(f"kept in {path.relative_to(ROOT)} and .md")
    unfit = mode != "smoke" and not measure_noise(results).fit
    return 1 if results["failed"] or unfit else 0


def sit(
    plan: Plan,
    wanted: dict[str, tuple[str, float]],
    seed: int,
    base: str,
) -> dict[str, Any]:
    """Prepare all arms, measure round by round, and return the results.

    `wanted` has the implementation of each arm, and the share by which it
    is made dearer.
    """
    started = datetime.now(UTC)
    with ExitStack() as stack:
        arms = []
        for name, (implementation, share) in wanted.items():
            arms.append(make_arm(name, implementation, share))
            stack.callback(stop, arms[-1])
        sitting = Sitting(
            plan, arms, base, choose_cores(), random.Random(seed), [], now()
        )
        progress = stack.enter_context(make_progress())
        steps = len(arms) * (1 + plan.rounds * len(MEASURED))
        task = progress.add_task("preparing", total=steps)
        try:
            prepare_all(sitting, progress, task)
            while sitting.rounds < plan.rounds and time_for_another(sitting):
                measure_round(sitting, progress, task)
        except Exception:
            keep_windows(collect(sitting, seed, started))
            raise
        return collect(sitting, seed, started)


def now() -> float:
    """Return a clock for durations, in seconds."""
    return time.monotonic()


def make_progress() -> Progress:
    """Draw a bar with what runs now and how long it will take."""
    return Progress(
        "[progress.description]{task.description:<36}",
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def time_for_another(sitting: Sitting) -> bool:
    """Say whether one more round as long as the last ones fits the limit."""
    if not sitting.rounds:
        return True
    each = (now() - sitting.prepared) / sitting.rounds
    return now() + each < sitting.began + sitting.plan.limit


def prepare_all(sitting: Sitting, progress: Progress, task: TaskID) -> None:
    """Seed and test all arms; the first that is fit sets the data."""
    first: Arm | None = None
    for arm in sitting.arms:
        progress.update(task, description=f"preparing {arm.name}")
        try:
            prepare(arm, sitting.cores and sitting.cores[0])
            if first and not seeded_alike(arm, first):
                raise Refused(f"seeds other bookmarks than {first.name}")
            first = first or arm
        except (Refused, subprocess.SubprocessError, OSError) as error:
            arm.failed = str(error)
        progress.advance(task)
    sitting.prepared = now()


def measure_round(sitting: Sitting, progress: Progress, task: TaskID) -> None:
    """Start all servers afresh and take every operation to each of them."""
    sitting.rounds += 1
    with running(sitting), Generator(sitting.cores) as generator:
        for number, operation in enumerate(MEASURED):
            for arm in turn(sitting.alive, sitting.rounds, number):
                text = f"round {sitting.rounds}: {operation}, {arm.name}"
                progress.update(task, description=text)
                measure_window(sitting, generator, arm, operation)
                progress.advance(task)
        for arm in sitting.alive:
            arm.failed = audit(arm, count_created(sitting, arm))


def turn(arms: list[Arm], number: int, operation: int) -> list[Arm]:
    """Return the arms in the order of one row of a Latin square.

    Over as many rounds as there are arms each comes once to each place;
    every other round goes backwards, so that none always follows the same.
    """
    start = (number // 2 + operation) % len(arms) if arms else 0
    order = arms[start:] + arms[:start]
    return order[::-1] if number % 2 else order


@contextmanager
def running(sitting: Sitting) -> Iterator[None]:
    """Keep all servers up, in a random order of starting, then stop them."""
    order = sitting.alive
    sitting.chance.shuffle(order)
    try:
        for arm in order:
            restore(arm)
            try:
                start(arm, sitting.cores and sitting.cores[0])
            except (Refused, OSError) as error:
                arm.failed = str(error)
        yield
    finally:
        for arm in order:
            arm.server.halt()


def measure_window(
    sitting: Sitting, generator: Generator, arm: Arm, operation: str
) -> None:
    """Load one server with one operation and keep the figures."""
    plan = sitting.plan
    try:
        figures = generator.load(
            url=arm.url,
            pid=arm.pid,
            token=arm.token,
            bookmarks=str(arm.bookmarks),
            operation=operation,
            users=plan.users,
            warm_up=plan.warm_up,
            seconds=plan.window,
            seed=sitting.chance.getrandbits(32),
        )
    except (RuntimeError, OSError, ValueError) as error:
        arm.failed = f"{operation}: {error}"
        generator.restart()
        return
    sitting.windows.append(
        {"round": sitting.rounds, "arm": arm.name, **figures}
    )
    arm.failed = figures["fault"] or ""


def count_created(sitting: Sitting, arm: Arm) -> int:
    """Return how many bookmarks an arm said it created in this round."""
    return sum(
        window["sent"]
        for window in sitting.windows
        if window["round"] == sitting.rounds
        and window["arm"] == arm.name
        and window["operation"] == "create_bookmark"
    )


def collect(sitting: Sitting, seed: int, started: datetime) -> dict[str, Any]:
    """Put all that the results file holds together."""
    return {
        "kind": "bench",
        "schema": SCHEMA,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(now() - sitting.began, 1),
        "plan": asdict(sitting.plan),
        "rounds": sitting.rounds,
        "seed": seed,
        "versions": describe_versions(),
        "machine": machine_facts(),
        "cores": sitting.cores,
        "memory_kind": memory_kind(),
        "baseline": sitting.base,
        "again": f"{sitting.base} again",
        "arms": {a.name: describe_settings(a) for a in sitting.arms},
        "failed": {a.name: a.failed for a in sitting.arms if a.failed},
        "windows": sitting.windows,
    }


def keep_windows(results: dict[str, Any]) -> Path:
    """Write results/bench-<time>.json."""
    stamp = results["started"][:19].replace(":", "").replace("-", "")
    path = ROOT / "results" / f"bench-{stamp}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return path

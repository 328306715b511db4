"""A process of its own that makes the load, one window at a time.

Reads one JSON object a line from standard input (see Window), answers one
a line on standard output (see Figures). Locust runs here as a library;
gevent patches this process and no other.
"""

import json
import logging
import math
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import count, pairwise
from typing import Any

import gevent
import psutil
from gevent.event import Event
from locust.env import Environment
from locust.runners import LocalRunner

from compare.bench.locustfile import Shelf, Side, arrivals, target
from compare.bench.seeded import Account
from compare.bench.tasks import Task
from compare.bench.usage import cpu_seconds, memory_bytes, read_noise

STOP_SECONDS = 10
ENOUGH_CPU = 0.025
LONGEST = 10
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True)
class Window:
    """What to send, to whom, and for how long.

    `pid` is the root of the server's processes, 0 when it is out of reach;
    `reader` and `writer` are those of seeded.Account, `task` of tasks.Task.
    """

    url: str
    pid: int
    task: dict[str, Any]
    reader: dict[str, str]
    writer: dict[str, str]
    warm_up: float
    seconds: float
    seed: int


@dataclass
class Figures:
    """What one window gave. Times in seconds unless the name says more.

    `requests` counts the answers of the measured time; `halves` is the
    server's CPU time per request in the first and the second half of it.
    `stolen` and `others` are CPU seconds that the host, and other programs,
    took meanwhile. `written` is what the server acknowledged, warm-up
    included (audit.Written). At a fixed rate `due` counts the requests that
    were to be sent, `delay_ms` has the percentiles 50, 95 and 99 of the time
    from the intended moment to the answer, unless the server did not keep
    up, and `late_ms` is the 99th of how late the generator itself was.
    """

    operation: str
    fault: str | None = None
    requests: int = 0
    seconds: float = 0.0
    server_cpu: float = 0.0
    halves: tuple[float, float] = (0.0, 0.0)
    generator_cpu: float = 0.0
    memory_bytes: int = 0
    stolen: float = 0.0
    others: float = 0.0
    written: list[Any] = field(default_factory=list)
    due: int = 0
    delay_ms: list[float] = field(default_factory=list)
    late_ms: float = 0.0


class Watch:
    """Keep the first fault of a window, and tell when an answer comes."""

    def __init__(self, environment: Environment) -> None:
        """Listen to every request."""
        self.fault: str | None = None
        self.answer = Event()
        environment.events.request.add_listener(self.hear)
        environment.events.user_error.add_listener(self.hear_error)

    def hear(self, name: str, exception: Any, **_: object) -> None:
        """Note one answer."""
        self.answer.set()
        if exception is not None:
            self.fault = self.fault or f"{name}: {exception}"

    def hear_error(self, exception: Exception, **_: object) -> None:
        """Note an error of the load itself: a figure would be a lie."""
        self.fault = self.fault or f"the load itself: {exception!r}"

    def next(self) -> None:
        """Wait for the next answer, so that few requests are cut in two."""
        self.answer.clear()
        self.answer.wait(STOP_SECONDS)


def main() -> None:
    """Serve windows until standard input ends."""
    logging.disable(logging.WARNING)
    environment = Environment(user_classes=[Shelf], stop_timeout=STOP_SECONDS)
    runner = environment.create_local_runner()
    watch = Watch(environment)
    for line in sys.stdin:
        figures = run_window(runner, watch, Window(**json.loads(line)))
        print(json.dumps(asdict(figures)), flush=True)
    runner.quit()


def run_window(runner: LocalRunner, watch: Watch, window: Window) -> Figures:
    """Load one server with one task and measure it."""
    task = Task(**window.task)
    aim(window, task)
    watch.fault = None
    figures = Figures(task.name)
    runner.start(task.users, spawn_rate=task.users, wait=True)
    gevent.sleep(window.warm_up)
    try:
        measure(runner, watch, window, figures)
    except (OSError, psutil.Error) as error:
        watch.fault = watch.fault or f"the server ended: {error}"
    except Exception as error:
        watch.fault = watch.fault or f"not measured: {error!r}"
    end, target.closed = time.perf_counter(), True
    runner.stop()
    if task.rate:
        count_delays(figures, end)
    figures.fault, figures.written = watch.fault, target.written
    if not figures.fault and not figures.requests:
        figures.fault = f"{task.name}: no answer within the window"
    return figures


def aim(window: Window, task: Task) -> None:
    """Point the users at a server."""
    Shelf.host = target.url = window.url
    target.task, target.seed = task, window.seed
    target.reader = side_of(**window.reader)
    target.writer = side_of(**window.writer)
    target.reader[1].per_page = task.per_page
    target.writer[1].entries = task.entries
    target.numbers, target.written = count(), []
    target.delays, target.late, target.closed = [], [], False
    start = time.perf_counter()
    target.times = arrivals(task.rate or 1.0, window.seed, start)


@cache
def side_of(**account: str) -> Side:
    """Read what an account holds."""
    found = Account(**account)
    return found, found.read()


def measure(
    runner: LocalRunner, watch: Watch, window: Window, figures: Figures
) -> None:
    """Read all clocks, wait, and read them again."""
    watch.next()
    runner.stats.reset_all()
    noise, own = read_noise(), time.process_time()
    start = time.perf_counter()
    marks = [mark(runner, window)]
    for _ in range(2):
        wait(window, marks[-1][0])
        watch.next()
        marks.append(mark(runner, window))
    figures.seconds = time.perf_counter() - start
    figures.server_cpu = marks[2][0] - marks[0][0]
    figures.requests = marks[2][1]
    figures.halves = tuple(
        (after[0] - before[0]) / max(1, after[1] - before[1])
        for before, after in pairwise(marks)
    )
    figures.generator_cpu = time.process_time() - own
    after = read_noise()
    figures.stolen = after.stolen - noise.stolen
    busy = after.busy - noise.busy
    figures.others = busy - figures.server_cpu - figures.generator_cpu
    figures.memory_bytes = memory_bytes(window.pid) if window.pid else 0


def count_delays(figures: Figures, end: float) -> None:
    """Work out how long the requests took that were due in the window.

    There is no figure where some of them were not even sent.
    """
    start = end - figures.seconds
    found = [d for due, d in target.delays if start <= due < end]
    figures.due = len(found)
    if next(target.times) >= end:
        figures.delay_ms = [1e3 * percentile(found, s) for s in SHARES]
    figures.late_ms = 1e3 * percentile(target.late, 0.99)


def percentile(values: list[float], share: float) -> float:
    """Return the nearest-rank percentile, 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[math.ceil(share * len(values)) - 1]


def mark(runner: LocalRunner, window: Window) -> tuple[float, int]:
    """Read the server's CPU time and the number of answers so far."""
    return cpu_of(window), runner.stats.total.num_requests


def cpu_of(window: Window) -> float:
    """Return the CPU time of the server, 0 where it is out of reach."""
    return cpu_seconds(window.pid) if window.pid else 0.0


def wait(window: Window, server: float) -> None:
    """Let half a window pass; longer while the server hardly gets to run.

    Its clock has steps of 10 ms: on a busy machine a short window may see
    too few of them.
    """
    for _ in range(LONGEST):
        gevent.sleep(window.seconds / 2)
        known = not window.pid or window.task["rate"]
        if known or cpu_of(window) - server >= ENOUGH_CPU:
            return
    raise RuntimeError("the server used too little CPU time to measure")


if __name__ == "__main__":
    main()

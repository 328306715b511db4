"""A process of its own that makes the load, one window at a time.

Reads one JSON object a line from standard input (see Window), answers one
a line on standard output (see Figures). Locust runs here as a library;
gevent patches this process and no other.
"""

import json
import logging
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count, pairwise
from typing import Any

import gevent
import locust.stats
import psutil
from locust.env import Environment
from locust.runners import LocalRunner

from compare.bench.locustfile import Shelf, target
from compare.bench.usage import cpu_seconds, memory_bytes, read_noise
from compare.bench.workload import Data

STOP_SECONDS = 10
ENOUGH_CPU = 0.025
LONGEST = 10


@dataclass(frozen=True)
class Window:
    """What to send, to whom, and for how long.

    `pid` is the root of the server's processes, 0 when it is out of reach;
    `bookmarks` is the file with what the server holds.
    """

    url: str
    pid: int
    token: str
    bookmarks: str
    operation: str
    users: int
    warm_up: float
    seconds: float
    seed: int


@dataclass
class Figures:
    """What one window gave. Times in seconds unless the name says more.

    `sent` counts all answers, warm-up and end included; `requests` those
    of the measured time. `halves` is the server's CPU time per request in
    the first and the second half of it. `stolen` and `others` are CPU
    seconds that the host, and other programs, took meanwhile.
    """

    operation: str
    fault: str | None = None
    sent: int = 0
    requests: int = 0
    seconds: float = 0.0
    server_cpu: float = 0.0
    halves: tuple[float, float] = (0.0, 0.0)
    generator_cpu: float = 0.0
    memory_bytes: int = 0
    stolen: float = 0.0
    others: float = 0.0
    median_ms: float = 0.0
    p99_ms: float = 0.0


class Watch:
    """Count the answers of a window and keep its first fault."""

    def __init__(self, environment: Environment) -> None:
        """Listen to every request."""
        self.fault: str | None = None
        self.sent = 0
        environment.events.request.add_listener(self.hear)
        environment.events.user_error.add_listener(self.hear_error)

    def reset(self) -> None:
        """Begin a window."""
        self.fault, self.sent = None, 0

    def hear(self, name: str, exception: Any, **_: object) -> None:
        """Note one answer."""
        self.sent += 1
        if exception is not None:
            self.fault = self.fault or f"{name}: {exception}"

    def hear_error(self, exception: Exception, **_: object) -> None:
        """Note an error of the load itself: a figure would be a lie."""
        self.fault = self.fault or f"the load itself: {exception!r}"


def main() -> None:
    """Serve windows until standard input ends."""
    logging.disable(logging.WARNING)
    # Locust rounds to whole milliseconds, too coarse for short answers.
    locust.stats.bucket_response_time = lambda ms: round(ms, 1)
    environment = Environment(user_classes=[Shelf], stop_timeout=STOP_SECONDS)
    runner = environment.create_local_runner()
    watch = Watch(environment)
    for line in sys.stdin:
        figures = run_window(runner, watch, Window(**json.loads(line)))
        print(json.dumps(asdict(figures)), flush=True)
    runner.quit()


def run_window(runner: LocalRunner, watch: Watch, window: Window) -> Figures:
    """Load one server with one operation and measure it."""
    aim(window)
    watch.reset()
    figures = Figures(window.operation)
    runner.start(window.users, spawn_rate=window.users, wait=True)
    gevent.sleep(window.warm_up)
    try:
        measure(runner, window, figures)
    except (OSError, psutil.Error) as error:
        watch.fault = watch.fault or f"the server ended: {error}"
    except Exception as error:
        watch.fault = watch.fault or f"not measured: {error!r}"
    runner.stop()
    figures.fault, figures.sent = watch.fault, watch.sent
    if not figures.fault and not figures.requests:
        figures.fault = f"{window.operation}: no answer within the window"
    return figures


def aim(window: Window) -> None:
    """Point the users at a server."""
    Shelf.host = window.url
    target.url, target.token = window.url, window.token
    target.operation, target.seed = window.operation, window.seed
    target.numbers = count()
    with open(window.bookmarks, encoding="utf-8") as file:
        target.data = Data(json.load(file))


def measure(runner: LocalRunner, window: Window, figures: Figures) -> None:
    """Read all clocks, wait, and read them again."""
    runner.stats.reset_all()
    noise, own = read_noise(), time.process_time()
    start = time.perf_counter()
    marks = [mark(runner, window)]
    for _ in range(2):
        wait(window, marks[-1][0])
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
    total = runner.stats.total
    figures.median_ms = total.get_response_time_percentile(0.5) or 0.0
    figures.p99_ms = total.get_response_time_percentile(0.99) or 0.0


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
        if not window.pid or cpu_of(window) - server >= ENOUGH_CPU:
            return
    raise RuntimeError("the server used too little CPU time to measure")


if __name__ == "__main__":
    main()

"""CPU time for a request on several servers, with several applications.

Every application answers `GET /healthz`, and "nothing" whatever is asked, on
its own server and on others. Each round starts every pair anew, in a random
order, and sends it the same requests over as many open connections. Servers
and client share one core where the system allows it: so a server finds all
connections with a request, and no core has to be woken for each of them.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from socket import socket
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from compare import ROOT
from compare.bench.applications import (
    APPLICATIONS,
    NEEDS,
    SERVERS,
    TITLES,
    command,
    environment,
    write_module,
)
from compare.bench.calls import Call
from compare.bench.interval import bounds_text, ratio_interval
from compare.bench.stack import cpu_seconds
from compare.bench.usage import choose_cores, pin_thread
from compare.bench.wire import connected, exchange, write_message
from tests.support.servers import free_port

CONNECTIONS = 8
WARM_UP = 400
SECONDS = 0.4  # of CPU time
LEAST, MOST = 400, 20_000
REQUEST = write_message(Call("GET", "/healthz", 200), "0123456789abcdef")
FILE = ROOT / "results" / "servers.json"
Pair = tuple[str, str]  # an application, and a server


def run(rounds: int) -> int:
    """Measure what is installed, print and keep it."""
    pairs = list(installed())
    if cores := choose_cores():
        pin_thread(0, cores[0])  # and with it all that it starts
    costs: dict[Pair, list[float]] = {pair: [] for pair in pairs}
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=rounds * len(pairs))
        for _ in range(rounds):
            for pair in random.sample(pairs, len(pairs)):
                progress.update(task, description=" on ".join(pair))
                costs[pair].append(measure(*pair))
                progress.advance(task)
    rows = describe(costs)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    Console().print(draw(rows, rounds), f"kept in {FILE.relative_to(ROOT)}")
    return 0


def installed() -> Iterator[Pair]:
    """Yield the pairs that can run; name the servers that cannot."""
    missing = [n for n, module in NEEDS.items() if not find_spec(module)]
    for name in missing:
        print(f"{name}: not installed, not measured")
    for application, (kind, _, _) in APPLICATIONS.items():
        for server in SERVERS[kind]:
            if server not in missing:
                yield application, server


def measure(application: str, server: str) -> float:
    """Start a server and return the CPU seconds of a request.

    Raises ValueError for an answer other than 200.
    """
    with (
        started(application, server) as (pid, port),
        connected(port, CONNECTIONS) as sockets,
    ):
        send(sockets, WARM_UP)
        before = cpu_seconds(pid)
        send(sockets, WARM_UP)
        each = (cpu_seconds(pid) - before) / WARM_UP
        number = min(MOST, max(LEAST, int(SECONDS / each)))
        before = cpu_seconds(pid)
        send(sockets, number)
        return (cpu_seconds(pid) - before) / number


def send(sockets: list[socket], number: int) -> None:
    """Send so many requests; ValueError for an answer other than 200."""
    for status, _, body in exchange(sockets, [REQUEST] * number):
        if status != 200:
            raise ValueError(f"{status}: {body[:200]!r}")


@contextmanager
def started(application: str, server: str) -> Iterator[tuple[int, int]]:
    """Run a server with an application; yield its process id and port."""
    port = free_port()
    with TemporaryDirectory() as folder:
        write_module(application, folder)
        with subprocess.Popen(
            [sys.executable, *command(application, server, port)],
            env=environment(application, folder),
            cwd=folder,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_for(port)
                yield process.pid, port
            finally:
                process.terminate()


def wait_for(port: int) -> None:
    """Wait until a server listens; TimeoutError if it does not."""
    for _ in range(300):
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("no server listens")


def describe(costs: dict[Pair, list[float]]) -> list[dict]:
    """Return a row of each pair: its costs, and what they are of the base's.

    The base is the server that the application has in production.
    """
    found = []
    for (application, server), values in costs.items():
        base = APPLICATIONS[application][1]
        ratio = ratio_interval(values, costs[application, base])
        found.append(
            {
                "application": application,
                "server": server,
                "seconds": values,
                "own": server == base,
                "ratio": f"×{ratio.value:.2f}",
                "bounds": bounds_text(ratio),
            }
        )
    return found


def draw(rows: list[dict], rounds: int) -> Table:
    """Draw the matrix: µs, and the ratio to the application's own server."""
    table = Table(
        title=f"CPU time of GET /healthz, {rounds} rounds; ratios to the "
        "server that the application has in production"
    )
    for head in ("application", "server", "µs", "ratio"):
        table.add_column(head, justify="right" if head == "µs" else "left")
    for row in rows:
        mean = 1e6 * sum(row["seconds"]) / len(row["seconds"])
        ratio = "1" if row["own"] else f"{row['ratio']} ({row['bounds']})"
        title = TITLES[row["application"]]
        table.add_row(title, row["server"], f"{mean:,.1f}", ratio)
    return table

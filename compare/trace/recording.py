"""Send the requests of an operation: recorded, or by the hundred."""

import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import psutil

from compare.trace.agreement import counts, in_one_order
from compare.trace.connection import Connection
from compare.trace.operations import OPERATIONS
from compare.trace.server import Control, Unsteady
from compare.trace.world import PASSWORD, Request, World
from tests.support.servers import Server

WARM_UP = 5  # requests before one is recorded: imports and caches
RECORDED = 5  # which must agree
ROUNDS = 4  # of as many recordings, at most, until so many agree
FIRST = 1000  # of the numbered requests: what they hold is in no cache yet
OPENING = Request("GET", "/healthz")  # the first on a connection


class Driver:
    """Send requests to one server, over a connection that stays open."""

    def __init__(self, server: Server) -> None:
        """Fill the server with what the requests need."""
        server.run("create-admin", "admin", input=PASSWORD + "\n")
        self.server = server
        self.world = World(server.url, "admin")
        self.numbers = count(FIRST)

    def make_all(self, operation: str, number: int) -> list[Request]:
        """Make the next requests of an operation."""
        make = OPERATIONS[operation]
        return [make(self.world, next(self.numbers)) for _ in range(number)]

    def connect(self) -> Connection:
        """Open a connection."""
        return Connection(self.server.host, self.server.port)

    def record(
        self, operation: str, control: Control
    ) -> tuple[Request, list[dict[str, Any]], int]:
        """Record requests until enough agree; raises Unsteady.

        Of these it returns those that make the calls in the same order,
        and how many were recorded in all.
        """
        found: dict[frozenset, list[dict[str, Any]]] = {}
        for _ in range(ROUNDS):
            requests = self.make_all(operation, WARM_UP + RECORDED)
            for raw in self.record_some(requests, control):
                same = found.setdefault(counts(raw), [])
                same.append(raw)
                if len(same) == RECORDED:
                    made = sum(map(len, found.values()))
                    return requests[-1], in_one_order(same), made
        raise Unsteady(f"{operation}: {len(found)} different recordings")

    def record_some(
        self, requests: list[Request], control: Control
    ) -> Iterator[dict[str, Any]]:
        """Record all requests but the first ones.

        Another comes right before each, because servers write the date once
        in a second.
        """
        self.send_all(requests[:WARM_UP])
        for request in requests[WARM_UP:]:
            control.order("prepare")
            with self.connect() as connection:
                connection.send(OPENING)
                control.order("record", connection.port)
                connection.send(request)
                answers = [one for one in control.order("end") if one]
            if len(answers) != 1:
                raise Unsteady(f"{len(answers)} processes answered")
            yield answers[0]

    def send_all(self, requests: list[Request]) -> None:
        """Send requests, one after the other."""
        with self.connect() as connection:
            for request in requests:
                connection.send(request)

    def measure(self, operation: str, repeats: int) -> float:
        """Return the microseconds of CPU time that a request costs."""
        requests = self.make_all(operation, WARM_UP + repeats)
        self.send_all(requests[:WARM_UP])
        before = cpu_ns(self.server)
        self.send_all(requests[WARM_UP:])
        return (cpu_ns(self.server) - before) / repeats / 1000


def cpu_ns(server: Server) -> int:
    """Return the CPU time of all processes of a server, in nanoseconds."""
    first = psutil.Process(server.process.pid)
    return sum(map(process_ns, [first, *first.children(recursive=True)]))


def process_ns(process: psutil.Process) -> int:
    """Return the CPU time of a process, on Linux exactly, else roughly."""
    if sys.platform == "linux":
        # The clock of another process: clock_getcpuclockid(3).
        return time.clock_gettime_ns(~process.pid << 3 | 2)
    times = process.cpu_times()
    return int(1e9 * (times.user + times.system))

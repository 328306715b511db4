"""The load: users who send one operation again and again, and check it.

`generator.py` drives it, window by window. It also runs by itself against
a server with an account `reader`, with the operations that change nothing:

    SHELF_PASSWORD=… python -m locust -f compare/bench/locustfile.py
"""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import gevent
from gevent.lock import BoundedSemaphore
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.exception import StopUser

from compare.bench.audit import Written
from compare.bench.calls import Call, find_fault
from compare.bench.seeded import Account, export, sign_in
from compare.bench.tasks import READER, SESSION, Task
from compare.bench.workload import (
    OPERATIONS,
    READING,
    WRITING,
    Data,
    session,
)

NEAR = 0.002  # seconds before an intended time in which a timer is too coarse
Side = tuple[Account, Data]


@dataclass
class Target:
    """What the users of this process are to do now.

    `times` are the moments at which the next requests are to be sent, where
    the rate is fixed, until they are `closed`; `delays` has each with the
    seconds from it to the answer, and `late` those to the sending where a
    user was free in time.
    """

    url: str = ""
    task: Task | None = None
    reader: Side | None = None
    writer: Side | None = None
    seed: int = 0
    numbers: count = field(default_factory=count)
    written: list[Written] = field(default_factory=list)
    times: Iterator[float] = iter(())
    closed: bool = False
    turn: BoundedSemaphore = field(default_factory=BoundedSemaphore)
    delays: list[tuple[float, float]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)


target = Target()


class Shelf(FastHttpUser):
    """A user who waits for each answer before the next request."""

    # Replaced by the host of the environment or by a window's server.
    host = "http://127.0.0.1:8000"
    network_timeout = 10.0
    connection_timeout = 5.0

    def on_start(self) -> None:
        """Give each user random choices of its own, the same at each arm."""
        self.number = next(target.numbers)
        self.chance = random.Random(f"{target.seed} {self.number}")
        self.deck: list[str] = []
        self.sent = 0

    @task
    def send(self) -> None:
        """Send one request, at its time if there is one, and check it."""
        name = self.choose()
        account, data = target.writer if name in WRITING else target.reader
        self.sent += 1
        unique = f"{target.seed}-{self.number}-{self.sent}"
        call = OPERATIONS[name](data, self.chance, unique)
        if target.task and target.task.rate:
            self.ask(name, account, call, wait_for_turn())
        else:
            self.ask(name, account, call)

    def choose(self) -> str:
        """Return the next operation."""
        if target.task is None:
            return self.chance.choice(READING)
        if target.task.operation != SESSION:
            return target.task.operation
        self.deck = self.deck or session(self.chance)
        return self.deck.pop()

    def ask(
        self,
        name: str,
        account: Account,
        call: Call,
        intended: float | None = None,
    ) -> None:
        """Send a request and check the answer."""
        sent = time.perf_counter()
        with self.client.request(
            call.method,
            call.path,
            name=name,
            json=call.body,
            data=call.upload,
            headers=account.headers(call),
            catch_response=True,
            allow_redirects=False,
        ) as response:
            answered = time.perf_counter()
            fault = find_fault(
                call,
                response.status_code,
                response.headers or {},
                response.content or b"",
            )
            if fault:
                response.failure(fault)
                return
            response.success()
        if call.rows:
            target.written.append(
                (sent, answered, [vars(row) for row in call.rows])
            )
        if intended is not None:
            target.delays.append((intended, answered - intended))


def arrivals(rate: float, seed: int, start: float) -> Iterator[float]:
    """Yield the moments of independent requests, the same for each arm."""
    chance = random.Random(seed)
    while True:
        start += chance.expovariate(rate)
        yield start


def wait_for_turn() -> float:
    """Wait until the next request is due; return when that is, or was.

    Who comes late sends at once, and the delay counts.
    """
    with target.turn:
        if target.closed:
            raise StopUser
        intended = next(target.times)
        early = intended - time.perf_counter()
        if early > NEAR:
            gevent.sleep(early - NEAR)
        while time.perf_counter() < intended:
            gevent.sleep(0)
        if early > 0:
            target.late.append(time.perf_counter() - intended)
    return intended


@events.test_start.add_listener
def prepare(environment: Environment, **_: object) -> None:
    """Sign in when Locust runs this file by itself."""
    password = os.environ.get("SHELF_PASSWORD")
    if target.task or not password:
        return
    url = environment.host or Shelf.host
    token = sign_in(url, READER, password)
    data = Data(export(url, token)[::-1], READER, password)
    target.reader = Account(READER, password, token, "", ""), data

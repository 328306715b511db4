"""The load: users who send one operation again and again, and check it.

`generator.py` drives it, window by window. It also runs by itself against
a seeded server, with the operations that change nothing:

    SHELF_PASSWORD=… python -m locust -f compare/bench/locustfile.py
"""

import os
import random
from dataclasses import dataclass, field
from itertools import count

from locust import FastHttpUser, events, task
from locust.env import Environment

from compare.bench.seeded import read_bookmarks, sign_in
from compare.bench.workload import OPERATIONS, READING, Data, find_fault


@dataclass
class Target:
    """What the users of this process are to do now."""

    url: str = ""
    token: str = ""
    data: Data = field(default_factory=lambda: Data([]))
    operation: str = ""
    seed: int = 0
    numbers: count = field(default_factory=count)


target = Target()


class Shelf(FastHttpUser):
    """A user who waits for each answer before the next request."""

    # Replaced by the host of the environment or by a window's server.
    host = "http://127.0.0.1:8000"
    network_timeout = 10.0
    connection_timeout = 5.0

    def on_start(self) -> None:
        """Give each user random choices of its own, repeatable."""
        self.number = next(target.numbers)
        self.chance = random.Random(f"{target.seed} {self.number}")
        self.sent = 0
        self.headers = {
            "Authorization": f"Bearer {target.token}",
            "Accept-Encoding": "identity",
        }

    @task
    def send(self) -> None:
        """Send one request and check the answer."""
        name = target.operation or self.chance.choice(READING)
        self.sent += 1
        unique = f"{target.seed}-{self.number}-{self.sent}"
        call = OPERATIONS[name](target.data, self.chance, unique)
        with self.client.request(
            call.method,
            call.path,
            name=name,
            json=call.body,
            headers=self.headers,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            fault = find_fault(
                call,
                response.status_code,
                response.headers or {},
                response.content or b"",
            )
            if fault:
                response.failure(fault)
            else:
                response.success()


@events.test_start.add_listener
def prepare(environment: Environment, **_: object) -> None:
    """Sign in when Locust runs this file by itself."""
    password = os.environ.get("SHELF_PASSWORD")
    if target.url or not password:
        return
    url = environment.host or Shelf.host
    target.token = sign_in(url, password)
    target.data = read_bookmarks(url, target.token)

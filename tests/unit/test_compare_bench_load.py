"""The load generator, against a small server that can stall."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from compare.bench.generator_client import Generator
from compare.bench.seeded import Account
from compare.bench.tasks import Task

STALL = 0.5  # seconds
EVERY = 25  # requests
RATE = 25.0  # requests a second, half of what the server can do


class Health(BaseHTTPRequestHandler):
    """Answer one at a time, and stall now and then."""

    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    served: list[str]
    stall: float
    body: bytes

    def do_GET(self) -> None:
        """Answer the health check."""
        with self.lock:
            self.served.append(self.path)
            if len(self.served) % EVERY == 0:
                time.sleep(self.stall)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def server(stall: float = 0, body: bytes = b'{"status": "ok"}') -> Iterator:
    """Serve; yield the address and the paths that were asked for."""
    served: list[str] = []
    values = {"served": served, "stall": stall, "body": body}
    handler = type("Handler", (Health,), values)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}", served
        httpd.shutdown()


Load = Callable[[str, Task], dict[str, Any]]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Give a function that runs one window and returns its figures."""
    empty = tmp_path_factory.mktemp("load") / "bookmarks.json"
    empty.write_text("[]", "utf-8")
    account = asdict(Account("x", "", "", "", str(empty)))
    with Generator(None) as generator:
        yield lambda url, task: generator.load(
            url=url,
            pid=0,
            task=asdict(task),
            reader=account,
            writer=account,
            warm_up=0.1,
            seconds=2.0 if task.rate else 0.2,
            seed=7,
        )


def test_a_stall_delays_all_who_were_due_in_it(load: Load) -> None:
    """In an open loop, not only those who had been sent already."""
    task = Task("x", "show_health", users=16, rate=RATE)
    with server(STALL) as (url, served):
        figures = load(url, task)
    assert figures["fault"] is None
    assert figures["due"] <= len(served)
    half, most, longest = figures["delay_ms"]
    assert half <= most <= longest
    # Of 25 requests one stalls, but more than one in 20 has to wait for it.
    assert most > 1e3 * STALL / 2


def test_a_closed_loop_tells_no_delay(load: Load) -> None:
    """Who waits for each answer sends nothing during a stall."""
    with server(STALL) as (url, served):
        figures = load(url, Task("x", "show_health", users=2))
    assert figures["fault"] is None
    assert 0 < figures["requests"] <= len(served)
    assert figures["delay_ms"] == []


@pytest.mark.parametrize("body", [b'{"status": "no"}', b"{}", b"<html>"])
def test_a_wrong_answer_is_a_fault(body: bytes, load: Load) -> None:
    """One of them spoils the window."""
    with server(body=body) as (url, _):
        figures = load(url, Task("x", "show_health", users=2))
    assert figures["fault"].startswith("show_health: ")

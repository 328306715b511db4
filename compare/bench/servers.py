"""CPU time for a request on several WSGI servers, with one application.

Each round starts every server anew, in a random order, and sends it the
same requests over the same number of open connections. Servers and client
share one core where the system allows it: so a server finds all connections
with a request, and no core has to be woken for each of them.
"""

import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from compare.bench.interval import ratio_interval
from compare.bench.usage import choose_cores, cpu_seconds, pin_thread
from compare.ledger.capabilities import folder_of
from tests.support.servers import free_port

CONNECTIONS = 8
THREADS = 8
REQUESTS = 40_000  # a round; CPU time is known to 10 ms
WARM_UP = 2_000
CONTENT = b"Hello, world!"
APPLICATION = f"""
def application(environ, start_response):
    fields = [("Content-Type", "text/plain"), ("Content-Length", "13")]
    start_response("200 OK", fields)
    return [{CONTENT}]
"""
OWN = """
import sys
from app.framework.server import Server
from app.framework.workers import serve
from trivial import application
serve(Server(application, "127.0.0.1", int(sys.argv[1]), int(sys.argv[2])))
"""
REQUEST = (
    b"GET /api/bookmarks?page=2 HTTP/1.1\r\nHost: localhost:8000\r\n"
    b"Accept: application/json\r\nAccept-Encoding: gzip\r\n"
    b"Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n\r\n"
)
COMMANDS = {
    "stdlib": ("-c", OWN, "{port}", "{threads}"),
    "gunicorn": (
        *("-m", "gunicorn", "--worker-class", "gthread", "--threads"),
        *("{threads}", "--bind", "127.0.0.1:{port}", "--log-level", "error"),
        "trivial:application",
    ),
    "granian": (
        *("-m", "granian", "--interface", "wsgi", "--blocking-threads"),
        *("{threads}", "--port", "{port}", "--no-log"),
        "trivial:application",
    ),
    "waitress": (
        *("-m", "waitress", "--threads", "{threads}"),
        *("--listen", "127.0.0.1:{port}", "trivial:application"),
    ),
    "cheroot": (
        *("-m", "cheroot", "--threads", "{threads}"),
        *("--bind", "127.0.0.1:{port}", "trivial:application"),
    ),
}


def run(rounds: int) -> int:
    """Measure what is installed, print a table of ratios."""
    names = [name for name in COMMANDS if name == "stdlib" or find_spec(name)]
    for name in COMMANDS.keys() - names:
        print(f"{name}: not installed, not measured")
    if cores := choose_cores():
        pin_thread(0, cores[0])  # and with it all that it starts
    costs: dict[str, list[float]] = {name: [] for name in names}
    with TemporaryDirectory() as folder:
        Path(folder, "trivial.py").write_text(APPLICATION, "utf-8")
        for _ in range(rounds):
            for name in random.sample(names, len(names)):
                costs[name].append(measure(name, folder))
    print(
        f"CPU time for a request, {rounds} rounds of {REQUESTS}, and the "
        "ratio of stdlib to it with its 95 % interval:"
    )
    for name in names:
        print(describe(name, costs))
    return 0


def describe(name: str, costs: dict[str, list[float]]) -> str:
    """Write a line: microseconds, and the ratio of stdlib to them."""
    found = ratio_interval(costs["stdlib"], costs[name])
    micros = 1e6 * sum(costs[name]) / len(costs[name])
    bounds = f"{found.low:.2f} to {found.high:.2f}"
    return f"{name:9} {micros:6.1f} µs  {found.value:5.2f} ({bounds})"


def measure(name: str, folder: str) -> float:
    """Start a server and return the CPU seconds of a request."""
    with started(name, folder) as (pid, port):
        sockets = [
            socket.create_connection(("127.0.0.1", port), 10)
            for _ in range(CONNECTIONS)
        ]
        exchange(sockets, WARM_UP)
        before = cpu_seconds(pid)
        exchange(sockets, REQUESTS)
        return (cpu_seconds(pid) - before) / REQUESTS


@contextmanager
def started(name: str, folder: str) -> Iterator[tuple[int, int]]:
    """Run a server; yield its process id and its port."""
    port = free_port()
    values = {"port": port, "threads": THREADS}
    command = [sys.executable]
    command += [part.format(**values) for part in COMMANDS[name]]
    path = f"{folder}:{folder_of('stdlib')}"
    with subprocess.Popen(
        command, env={"PYTHONPATH": path}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port)
            yield process.pid, port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Wait until a server listens; TimeoutError if it does not."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("no server listens")


def exchange(sockets: list[socket.socket], count: int) -> None:
    """Send so many requests, one to each socket at a time."""
    for _ in range(count // len(sockets)):
        for sock in sockets:
            sock.sendall(REQUEST)
        for sock in sockets:
            answer = sock.recv(65536)
            while not answer.endswith(CONTENT):
                answer += sock.recv(65536)
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise ValueError(answer)

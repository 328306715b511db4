"""Shutdown: stopping without breaking off."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests

from tests.support import raw, uploads
from tests.support.client import PASSWORD, register, unique, unique_url
from tests.support.servers import Server, listens
from tests.support.tables import dump, holds, locked

TERM, INT = signal.SIGTERM, signal.SIGINT
SECONDS = 10
HEAD = b"POST /api/users HTTP/1.1\r\nHost: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
HALVES = [
    b"",
    b"G",
    b"GET /healthz HTTP/1.1\r\n",
    HEAD,
    HEAD + JSON + b"Content-Length: 60\r\n\r\n",
    HEAD + JSON + b'Content-Length: 60\r\n\r\n{"username": "half',
    HEAD + JSON + b"Transfer-Encoding: chunked\r\n\r\n8\r\n{",
]
ROWS = 800  # of four thousand bytes: more than the system takes at once


def send(server: Server, number: int, group: bool) -> None:
    """Send a signal to the first process, or to all of them."""
    if group:
        server.send(number)
    else:
        os.kill(server.process.pid, number)


def check_end(server: Server, number: int, began: float) -> None:
    """Check that all processes end in time, with the right status."""
    left = SECONDS - (time.monotonic() - began)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.process.wait(max(left, 0.1))
    status = server.process.poll()
    assert status is not None, f"the process goes on after {SECONDS} s"
    assert status in (0, -number), f"status {status}"
    while time.monotonic() - began < SECONDS and is_alive(server):
        time.sleep(0.05)
    assert not is_alive(server), "a child process is left"
    with socket.socket() as probe:
        assert probe.connect_ex((server.host, server.port)) != 0


def is_alive(server: Server) -> bool:
    """Tell whether any process of the server is left."""
    try:
        os.killpg(server.process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def connect(server: Server) -> socket.socket:
    """Open a connection."""
    connection = socket.create_connection((server.host, server.port), 10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def registration(username: str) -> bytes:
    """Write a request that needs the database."""
    body = f'{{"username": "{username}", "password": "{PASSWORD}"}}'
    kind = ("Content-Type", "application/json")
    return raw.message("POST", "/api/users", [kind], body.encode())


def read_whole(connection: socket.socket, method: bytes) -> raw.Response:
    """Read one response to its end."""
    (answer,) = raw.read(connection, [method], 15)
    assert answer is not None, "closed without an answer"
    return answer


def knock(server: Server) -> list[socket.socket]:
    """Send a request over each of three new connections that it takes."""
    taken = []
    for _ in range(3):
        with contextlib.suppress(OSError):
            taken.append(connect(server))
            taken[-1].sendall(raw.message("GET", "/healthz"))
    return taken


def is_answered(connection: socket.socket) -> bool:
    """Tell whether a byte comes before the connection is closed."""
    with connection, contextlib.suppress(OSError):
        return connection.recv(1) != b""
    return False


@pytest.mark.rule("SHUTDOWN-1", "SHUTDOWN-2", "SHUTDOWN-3")
@pytest.mark.managed
def test_what_runs_is_finished(make_server: Callable[..., Server]) -> None:
    """A request under way is answered whole; a new one is not served.

    Another server can take its place, and ends when it is idle, too.
    """
    own = make_server(THREADS="4")
    check_graceful_stop(own, TERM, group=False)
    check_idle_end(own, TERM)


@pytest.mark.rule("SHUTDOWN-4")
@pytest.mark.managed
def test_sigint_finishes_what_runs(
    make_server: Callable[..., Server],
) -> None:
    """SIGINT does what SIGTERM does, also from a terminal to all at once."""
    servers = [make_server(THREADS="4", WORKERS=number) for number in "12"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check_graceful_stop, servers, [INT, INT], [True, False]))


def check_idle_end(own: Server, number: int) -> None:
    """Start again in the same place, and end with nothing to do."""
    port = own.port
    own.start(migrate=False)
    assert own.port == port
    began = time.monotonic()
    send(own, number, group=False)
    check_end(own, number, began)


def check_graceful_stop(own: Server, number: int, group: bool) -> None:
    """Stop a server while requests run, and see them answered."""
    own.start()
    names = [unique() for _ in range(3)]
    connections = [connect(own) for _ in names]
    with locked(own.database):  # so that all of them wait
        for connection, name in zip(connections, names, strict=True):
            connection.sendall(registration(name))
        time.sleep(0.4)
        assert [is_answered(one) for one in knock(own)] == [True] * 3
        began = time.monotonic()
        send(own, number, group)
        time.sleep(2)
        late = knock(own)
    for connection, name in zip(connections, names, strict=True):
        answer = read_whole(connection, b"POST")
        assert answer.status_code == 201
        assert answer.json()["username"] == name
        connection.close()
    check_end(own, number, began)
    assert not any(map(is_answered, late)), "a new connection was answered"
    assert all(holds(own.database, name) for name in names)


@pytest.mark.rule("SHUTDOWN-1", "EXPORTING-6")
@pytest.mark.managed
def test_a_long_answer_is_sent_to_its_end(
    make_server: Callable[..., Server],
) -> None:
    """An export that a slow client reads comes whole."""
    own = make_server().start()
    user, notes = register(own.url), "\U0001f600" * 1000
    entries = [
        uploads.entry(f"https://e.example/{row}") + f"<DD>{notes}"
        for row in range(ROWS)
    ]
    user.request(
        "import_bookmarks",
        data=uploads.form(uploads.write(*entries)),
        headers=uploads.FORM,
        expect=200,
        timeout=30,
    )
    user.client.close()
    bearer = ("Authorization", f"Bearer {user.token}")
    asked = raw.message("GET", "/api/export?format=ndjson", [bearer])
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        connection.settimeout(10)
        connection.connect((own.host, own.port))
        connection.sendall(asked)
        first = connection.recv(10_000)
        began = time.monotonic()
        send(own, TERM, group=False)
        time.sleep(1.5)
        rest = b"".join(iter(lambda: connection.recv(65536), b""))
    answer, left = raw.parse(first + rest, b"GET")
    assert (answer.status_code, left) == (200, b"")
    lines = answer.content.splitlines()
    assert len(lines) == ROWS
    assert b"/%d" % (ROWS - 1) in lines[-1]
    check_end(own, TERM, began)


def trickle(connection: socket.socket, stop: threading.Event) -> None:
    """Send a byte now and then, as long as somebody takes it."""
    with contextlib.suppress(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        while not stop.wait(0.2):
            connection.sendall(b"x")


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """Give an event that is set at the end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.rule("SHUTDOWN-1", "SHUTDOWN-3")
@pytest.mark.managed
def test_open_connections_do_not_keep_it(
    make_server: Callable[..., Server], stop: threading.Event
) -> None:
    """Idle, half-sent and slow requests: the end comes in time.

    They do not break off what runs beside them, either.
    """
    servers = {
        number: make_server(THREADS="16").start() for number in (TERM, INT)
    }
    opened = [open_all(own, stop) for own in servers.values()]
    name, running = unique(), [connect(own) for own in servers.values()]
    with contextlib.ExitStack() as locks:
        for own, connection in zip(servers.values(), running, strict=True):
            locks.enter_context(locked(own.database))
            connection.sendall(registration(name))
        time.sleep(0.4)
        began = time.monotonic()
        for number, own in servers.items():
            send(own, number, group=number == INT)  # as Ctrl-C does
        time.sleep(1)
    for connection in running:
        answer = read_whole(connection, b"POST")
        assert (answer.status_code, answer.json()["username"]) == (201, name)
    for number, own in servers.items():
        check_end(own, number, began)
    for connection in itertools.chain(*opened, running):
        connection.close()


def open_all(own: Server, stop: threading.Event) -> list:
    """Open connections of all kinds that could keep a server."""
    kept = requests.Session()
    assert kept.get(f"{own.url}/healthz", timeout=10).status_code == 200
    opened = [connect(own) for _ in (*HALVES, 1, 2)]
    for connection, half in zip(opened, HALVES, strict=False):
        connection.sendall(half)
    for connection in opened[-2:]:
        arguments = (connection, stop)
        threading.Thread(target=trickle, args=arguments, daemon=True).start()
    return [kept, *opened]


@pytest.fixture(scope="module")
def pair() -> Iterator[Server]:
    """Give a server with two workers, of which tests kill processes."""
    with Server(os.environ.get("IMPL") or "stdlib", {"WORKERS": "2"}) as own:
        wait_until(lambda: len(workers_of(own)) == 2)
        yield own


def workers_of(own: Server) -> set[psutil.Process]:
    """Return the processes below the first that have the port."""
    children = psutil.Process(own.process.pid).children(recursive=True)
    found = set()
    for child in children:
        with contextlib.suppress(psutil.Error):  # it may end meanwhile
            found |= {child} if listens(child, own.port) else set()
    return found


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait for something that should soon be so."""
    deadline = time.monotonic() + SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.rule("SHUTDOWN-5")
@pytest.mark.managed
def test_a_worker_that_is_killed_is_replaced(pair: Server) -> None:
    """There are two again, and the new one serves alone if it must."""
    killed, other = workers_of(pair)
    killed.kill()
    wait_until(lambda: len(workers_of(pair) - {killed}) == 2)
    assert len(workers_of(pair) - {killed}) == 2
    other.kill()
    psutil.wait_procs([other], timeout=5)
    register(pair.url).client.close()


@pytest.mark.rule("SHUTDOWN-6")
@pytest.mark.managed
def test_workers_end_with_their_parent(pair: Server) -> None:
    """When the parent is killed, its workers leave the port."""
    os.kill(pair.process.pid, signal.SIGKILL)
    pair.process.wait()
    wait_until(lambda: not is_alive(pair))
    assert not is_alive(pair)
    with socket.socket() as probe:
        assert probe.connect_ex((pair.host, pair.port)) != 0


class Load:
    """Create bookmarks without a pause until the server is gone."""

    def __init__(self, server: Server, keep: bool) -> None:
        """Take an account, and whether connections are kept open."""
        self.url = f"{server.url}/api/bookmarks"
        self.done: list[str] = []
        user = register(server.url)
        user.client.close()
        self.headers = {"Authorization": f"Bearer {user.token}"}
        self.headers |= {} if keep else {"Connection": "close"}

    def __call__(self) -> list[str]:
        """Note the URLs that were answered; return what else came."""
        odd = []
        session = requests.Session()
        session.trust_env = False
        while True:
            body = {"url": unique_url(), "title": "T"}
            try:
                answer = session.post(
                    self.url, json=body, headers=self.headers, timeout=10
                )
            except requests.exceptions.ConnectionError:
                break
            except requests.RequestException as error:
                odd.append(repr(error))
                break
            if answer.status_code == 201:
                self.done.append(body["url"])
            else:
                odd.append(f"{answer.status_code}: {answer.text}")
        session.close()
        return odd


@pytest.mark.rule("SHUTDOWN-1", "SHUTDOWN-3", "STORAGE-4")
@pytest.mark.managed
def test_under_load_nothing_is_lost(
    make_server: Callable[..., Server],
) -> None:
    """Whatever was done was answered, by many clients at once.

    Half of them keep their connections.
    """
    own = make_server().start()
    loads = [Load(own, keep=number % 2 == 0) for number in range(12)]
    with ThreadPoolExecutor(len(loads)) as pool:
        running = [pool.submit(load) for load in loads]
        while min(len(load.done) for load in loads) < 2:
            assert not any(one.done() for one in running)
            time.sleep(0.01)
        began = time.monotonic()
        send(own, TERM, group=False)
        check_end(own, TERM, began)
        odd = [text for one in running for text in one.result(15)]
    assert odd == []
    answered = {url for load in loads for url in load.done}
    stored = {
        value
        for rows in dump(own.database).values()
        for row in rows
        for value in row
        if str(value).startswith("https://example.com/z")
        and "\x1f" not in str(value)
    }
    assert stored == answered

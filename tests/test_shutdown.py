"""Shutdown: stopping without breaking off."""

import contextlib
import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import raw
import requests
import seed
from client import PASSWORD, register, unique, unique_url
from servers import Server
from tables import dump, holds, locked

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
ROWS = 12_000


def send(server: Server, number: int, group: bool) -> None:
    """Send a signal to the first process, or to all of them."""
    if group:
        server.send(number)
    else:
        os.kill(server.process.pid, number)


def check_end(server: Server, number: int, began: float) -> None:
    """Check that all processes end in time, with the right status."""
    left = SECONDS - (time.monotonic() - began)
    status = server.process.wait(max(left, 0.1))
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


def is_served(server: Server, patience: float) -> bool:
    """Tell whether a new connection gets an answer."""
    try:
        with connect(server) as connection:
            connection.settimeout(patience)
            connection.sendall(raw.message("GET", "/healthz"))
            return connection.recv(1) != b""
    except OSError:
        return False


def serves(server: Server, patience: float) -> bool:
    """Tell whether any of three new connections gets an answer."""
    with ThreadPoolExecutor(3) as pool:
        return any(pool.map(is_served, [server] * 3, [patience] * 3))


def patience_for(server: Server) -> float:
    """Return for how long silence is none: far longer than an answer took."""
    began = time.monotonic()
    assert serves(server, 3)
    return min(0.4 + 4 * (time.monotonic() - began), 1.0)


def stops_serving(server: Server, patience: float) -> bool:
    """Tell whether new connections get no answer two seconds later."""
    ends = time.monotonic() + 2
    while serves(server, patience):
        if time.monotonic() > ends:
            return False
    return True


@pytest.mark.rule("SHUTDOWN-1", "SHUTDOWN-2")
@pytest.mark.managed
def test_what_runs_is_finished(make_server: Callable[..., Server]) -> None:
    """A request under way is answered whole; a new one is not served."""
    check_graceful_stop(make_server, TERM, group=False, workers="1")


@pytest.mark.rule("SHUTDOWN-4")
@pytest.mark.managed
@pytest.mark.parametrize(("group", "workers"), [(True, "1"), (False, "2")])
def test_sigint_finishes_what_runs(
    make_server: Callable[..., Server], group: bool, workers: str
) -> None:
    """SIGINT does what SIGTERM does, also from a terminal to all at once."""
    check_graceful_stop(make_server, INT, group=group, workers=workers)


def check_graceful_stop(
    make_server: Callable[..., Server], number: int, group: bool, workers: str
) -> None:
    """Stop a server while requests run, and see them answered."""
    own = make_server(THREADS="4", WORKERS=workers).start()
    names = [unique() for _ in range(3)]
    connections = [connect(own) for _ in names]
    with locked(own.database):  # so that all of them wait
        for connection, name in zip(connections, names, strict=True):
            connection.sendall(registration(name))
        time.sleep(0.4)
        patience = patience_for(own)
        began = time.monotonic()
        send(own, number, group)
        assert stops_serving(own, patience)
    for connection, name in zip(connections, names, strict=True):
        answer = read_whole(connection, b"POST")
        assert answer.status_code == 201
        assert answer.json()["username"] == name
        connection.close()
    check_end(own, number, began)
    assert all(holds(own.database, name) for name in names)


@pytest.mark.rule("SHUTDOWN-1", "EXPORTING-6")
@pytest.mark.managed
def test_a_long_answer_is_sent_to_its_end(
    make_server: Callable[..., Server],
) -> None:
    """An export that a slow client reads comes whole."""
    own = make_server().start()
    token = seed.seed(own.url, "demo", PASSWORD, ROWS)
    bearer = ("Authorization", f"Bearer {token}")
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
    assert b"/articles/%d" % ROWS in lines[-1]
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


@pytest.mark.rule("SHUTDOWN-3")
@pytest.mark.managed
def test_open_connections_do_not_keep_it(
    make_server: Callable[..., Server], stop: threading.Event
) -> None:
    """Idle, half-sent and slow requests: the end comes in time."""
    servers = {
        number: make_server(THREADS="16").start() for number in (TERM, INT)
    }
    opened = [open_all(own, stop) for own in servers.values()]
    time.sleep(0.3)
    began = time.monotonic()
    for number, own in servers.items():
        send(own, number, group=number == INT)  # as Ctrl-C does
    for number, own in servers.items():
        check_end(own, number, began)
    for connection in itertools.chain(*opened):
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


@pytest.mark.rule("SHUTDOWN-1", "SHUTDOWN-3")
@pytest.mark.managed
def test_slow_clients_do_not_break_off_the_others(
    make_server: Callable[..., Server], stop: threading.Event
) -> None:
    """Beside connections that stay open what runs is finished, too."""
    own, name = make_server(THREADS="16").start(), unique()
    idle = [connect(own) for _ in range(6)]
    for connection in idle[:2]:
        arguments = (connection, stop)
        threading.Thread(target=trickle, args=arguments, daemon=True).start()
    running = connect(own)
    with locked(own.database):
        running.sendall(registration(name))
        time.sleep(0.5)
        began = time.monotonic()
        send(own, TERM, group=False)
        time.sleep(1)
    answer = read_whole(running, b"POST")
    assert (answer.status_code, answer.json()["username"]) == (201, name)
    check_end(own, TERM, began)
    for connection in (*idle, running):
        connection.close()


@pytest.mark.rule("SHUTDOWN-3")
@pytest.mark.managed
def test_an_idle_server_ends(make_server: Callable[..., Server]) -> None:
    """With nothing to do it ends, and another can take its place."""
    own = make_server()
    port = own.port
    for number in (TERM, INT):
        own.start()
        assert own.port == port
        began = time.monotonic()
        send(own, number, group=False)
        check_end(own, number, began)


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


@pytest.mark.rule("SHUTDOWN-1", "STORAGE-4")
@pytest.mark.managed
@pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
def test_under_load_nothing_is_lost(
    make_server: Callable[..., Server], keep: bool
) -> None:
    """Whatever was done was answered, by many clients at once."""
    own = make_server().start()
    loads = [Load(own, keep) for _ in range(12)]
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

"""Requests as lines for the shell: pasted, they are the same requests."""

import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.send import printable
from tests.support import raw, report, shell
from tests.support.client import Client

OWN = re.compile(
    rb"(?i)user-agent:|connection: close|accept: \*/\*|"
    rb"accept-encoding: gzip, deflate$"
)
KEYS = raw.message("GET", "/k", [("X-Seen", "1")], close=False)


class Listener:
    """Answer each request with a fingerprint of what matters in it."""

    def __init__(self) -> None:
        """Begin to listen."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.socket.getsockname()
        self.url = f"http://{self.host}:{self.port}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Take one connection after the other."""
        while True:
            connection, _ = self.socket.accept()
            with connection:
                seen = repr(read(connection)).encode()
                mark = hashlib.sha256(seen).hexdigest().encode()
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                    b"X-Seen: " + seen[:200] + mark + b"\r\n"
                    b"Content-Length: 0\r\n\r\n"
                )


def read(connection: socket.socket) -> tuple:
    """Read until nothing more comes; leave out what each client adds."""
    data = b""
    connection.settimeout(0.2)
    try:
        while piece := connection.recv(65536):
            data += piece
        ended = True
    except TimeoutError:
        ended = False
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    if b"chunked" in head:
        body = b"".join(body.split(b"\r\n")[1::2])
    matter = sorted(one.strip() for one in lines if not OWN.match(one))
    return first, matter, body, ended


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Give a server that says what it has seen."""
    one = Listener()
    yield one
    one.socket.close()


def pasted(line: str) -> str:
    """Paste a line into a shell and return the fingerprint that comes."""
    assert line.isprintable()
    here = Path(sys.executable).parent
    done = subprocess.run(
        ["bash"],
        input=line.encode() + b"\n",
        cwd=report.ROOT,
        env={**os.environ, "PATH": f"{here}:{os.environ['PATH']}"},
        capture_output=True,
        timeout=30,
    )
    return seen_in(done.stdout.decode())


def seen_in(answer: str) -> str:
    """Return the fingerprint in an answer."""
    return re.search(r"X-Seen: ([^\r\n]+)", answer)[1]


def by_client(
    method: str, path: str, begins: str = "curl -i ", **more: object
) -> tuple:
    """Describe a request by the client, and how its line begins."""

    def send(server: Listener) -> str:
        client = Client(server.url, more.pop("token", None))
        answer = client.request(method, path, expect=200, **more)
        client.close()
        return answer.headers["x-seen"]

    return send, begins


def by_socket(data: bytes, begins: str, **more: bool) -> tuple:
    """Describe bytes that go out by a socket, and how their line begins."""

    def send(server: Listener) -> str:
        (answer,) = raw.exchange(server, data, expect=200, **more)
        return answer.headers["x-seen"]

    return send, begins


SAMPLES = {
    "get": by_client("GET", "/bookmarks?q=a b&tag=é'!$x"),
    "head": by_client("HEAD", "/healthz", "curl -I "),
    "token": by_client("POST", "/x", json={"a": "it's\n\0é"}, token="T" * 43),
    "no body": by_client("POST", "/x", "curl -i -X POST -H 'Content-Length"),
    "no type": by_client("PUT", "/x", data=b"@x!"),
    "bytes": by_client("POST", "/x", data=b"\xff\xfe'!\\\"%\r\n\t\x7f$x"),
    "nul": by_client("POST", "/x", data=b"a\0b"),
    "long": by_client("POST", "/x", data=b"a'\n" * 900),
    "very long": by_client("POST", "/x", data=b"a" * 1_100_000),
    "chunks": by_client("POST", "/x", data=iter([b"abc", b"def"])),
    "path": by_client("GET", "/a/./../%2e%2e//b;c?[d]={e}&f=%2F\\#g"),
    "header": by_client("GET", "/x", headers={"X-A": "é'", "X-B": ""}),
    "other coding": by_client("GET", "/", headers={"Accept-Encoding": "br"}),
    "long header": by_client(
        "GET", "/x", "python3 -m tests.send", headers={"X-A": "a" * 9000}
    ),
    "body of head": by_client("HEAD", "/x", "printf %b 'HEAD ", data=b"abc"),
    "simple bytes": by_socket(
        raw.message("GET", "/../x", host="evil.example"),
        "curl -i --path-as-is -H 'Host: evil.example' http://",
    ),
    "simple body": by_socket(
        raw.message("POST", "/x", [("Content-Type", "a/b")], b"{}"), "curl "
    ),
    "two": by_socket(KEYS + KEYS, "printf %b 'GET /k HTTP/1.1\\r\\n"),
    "no HTTP": by_socket(b"-\0 '%s' \\n!\n\xff", "printf %b '-\\0000 "),
    "no host": by_socket(raw.message("GET", "/", host=None), "printf %b "),
    "cut short": by_socket(
        raw.message("POST", "/", [("Content-Length", "9")], b"{}"),
        "printf %b ",
        half_close=True,
    ),
    "long bytes": by_socket(b"\0" * 5000, "python3 -m tests.send"),
}


@pytest.mark.parametrize(("send", "begins"), SAMPLES.values(), ids=SAMPLES)
def test_a_pasted_line_is_the_same_request(
    listener: Listener, send: Callable[[Listener], str], begins: str
) -> None:
    """What the server sees and answers is what the suite has seen."""
    report.log.clear()
    seen = send(listener)
    (exchange,) = report.log.exchanges
    line = exchange.line()
    assert line.startswith(begins)
    assert pasted(line) == seen


def test_a_line_stays_short() -> None:
    """What is long stands in a file, whose name is short."""
    body = b"x" * 100_000
    line = shell.curl_line("POST", "http://a", "/", [], body)
    assert len(line) < 120
    file = re.search(r"@(results/requests/\w+)", line)[1]
    assert (report.ROOT / file).read_bytes() == body


def test_what_comes_does_nothing_to_a_terminal() -> None:
    """Control characters are escaped; letters and line ends stay."""
    shown = printable("é\n\x1b[2J\0\r\ud800")
    assert shown == "é\n\\x1b[2J\\x00\\r\\ud800"

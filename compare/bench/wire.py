"""A client that costs little: open connections, and messages as bytes.

Each connection has one request at a time; all are sent before the first
answer is read, so that a server finds work whenever it looks.
"""

import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from requests.structures import CaseInsensitiveDict

from compare.bench.calls import Call

TIMEOUT = 30
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
Answer = tuple[int, CaseInsensitiveDict, bytes]


@contextmanager
def connected(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Open so many connections to a server on this machine."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", port), TIMEOUT)
            )
            for _ in range(number)
        ]


def write_message(call: Call, token: str) -> bytes:
    """Write a request of the API as it goes over the wire."""
    body = json.dumps(call.body).encode() if call.body else b""
    fields = [
        f"{call.method} {call.path} HTTP/1.1",
        "Host: localhost",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
    ]
    if body:
        fields += [
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join([*fields, "", ""]).encode() + body


def exchange(
    sockets: Sequence[socket.socket], messages: Sequence[bytes]
) -> list[Answer]:
    """Send all messages and return the answers, in the same order.

    They are parsed when all have come, so that the server need not wait.
    Raises OSError when a server is gone, ValueError for an answer without
    a length.
    """
    found = []
    for start in range(0, len(messages), len(sockets)):
        some = messages[start : start + len(sockets)]
        pairs = list(zip(sockets, some, strict=False))
        for sock, message in pairs:
            sock.sendall(message)
        found += [read_answer(sock) for sock, _ in pairs]
    return [parse(*answer) for answer in found]


def read_answer(sock: socket.socket) -> tuple[bytes, bytes]:
    """Read one answer: its head, and its body."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += receive(sock)
    length = LENGTH.search(data, 0, end + 2)
    if not length:
        raise ValueError(f"an answer without a length: {data[:end]!r}")
    size = end + 4 + int(length[1])
    while len(data) < size:
        data += receive(sock)
    return data[:end], data[end + 4 :]


def parse(head: bytes, body: bytes) -> Answer:
    """Return status, headers and body."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = CaseInsensitiveDict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def receive(sock: socket.socket) -> bytes:
    """Read what has come; ConnectionError at the end."""
    if data := sock.recv(65536):
        return data
    raise ConnectionError("the server closed the connection")

"""A connection that sends each request in one piece.

In two pieces, as http.client sends head and body, a server would need one
or two calls to receive them, by chance.
"""

import socket
from http.client import HTTPResponse

from compare.trace.world import Refused, Request

TIMEOUT = 30  # seconds
SEEN_OTHER = frozenset({302, 303})  # how a form is answered, either way


class Connection:
    """Send requests, one after the other."""

    def __init__(self, host: str, port: int) -> None:
        """Connect."""
        self.host = f"{host}:{port}"
        self.socket = socket.create_connection((host, port), TIMEOUT)
        self.port = self.socket.getsockname()[1]

    def __enter__(self) -> "Connection":
        """Begin to use it."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close it."""
        self.socket.close()

    def send(self, request: Request) -> None:
        """Send a request, read the answer; Refused if it is another."""
        self.socket.sendall(self.write(request))
        with HTTPResponse(self.socket, method=request.method) as answer:
            answer.begin()
            content = answer.read()
        if answer.status != request.status and (
            not {answer.status, request.status} <= SEEN_OTHER
        ):
            raise Refused(
                f"{request.method} {request.path}: {answer.status} {content!r}"
            )

    def write(self, request: Request) -> bytes:
        """Write a request as it is sent."""
        fields = {"Host": self.host, "Accept-Encoding": "identity"}
        if request.method not in ("GET", "DELETE"):
            fields["Content-Length"] = str(len(request.body))
        lines = [f"{request.method} {request.path} HTTP/1.1"]
        lines += [f"{n}: {v}" for n, v in (fields | request.headers).items()]
        return "\r\n".join([*lines, "\r\n"]).encode("ascii") + request.body

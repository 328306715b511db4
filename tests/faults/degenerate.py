"""Servers that understand nothing: the smoke stage must see through them."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SERVERS = {
    "always-200": (200, b"{}"),
    "always-404": (404, b"{}"),
    "always-500": (500, b"{}"),
    "echo": (200, None),
    "hang": (None, b""),
}


class Handler(BaseHTTPRequestHandler):
    """Answer every request alike."""

    protocol_version = "HTTP/1.1"
    status: int | None = 200
    body: bytes | None = b"{}"

    def answer(self) -> None:
        """Answer with the one status, and the body or the request's."""
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if self.status is None:
            time.sleep(60)
            return
        body = sent if self.body is None else self.body
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815
    do_HEAD = do_OPTIONS = answer  # noqa: N815

    def log_message(self, form: str, *values: object) -> None:
        """Say nothing."""


def main(name: str, verb: str) -> None:
    """Serve; every other verb has nothing to do."""
    if verb == "serve":
        Handler.status, Handler.body = SERVERS[name]
        address = os.environ["HOST"], int(os.environ["PORT"])
        ThreadingHTTPServer(address, Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])

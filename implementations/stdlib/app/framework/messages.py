"""Requests and responses, over what WSGI hands in and takes back."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from string import punctuation
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl, quote
from wsgiref.types import StartResponse, WSGIEnvironment


class Request:
    """Read one request from a WSGI environ (PEP 3333)."""

    def __init__(
        self,
        environ: WSGIEnvironment,
        max_body_bytes: int,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        """Take over what every operation needs."""
        self.started = perf_counter()
        self.environ = environ
        self.max_body_bytes = max_body_bytes
        self.method: str = environ["REQUEST_METHOD"]
        self.path = decode(environ.get("PATH_INFO", ""))
        self.query = parse_qsl(
            environ.get("QUERY_STRING", ""), keep_blank_values=True
        )
        self.address: str = environ.get("REMOTE_ADDR", "")
        forwarded = self.header("X-Forwarded-For")
        if forwarded and self.address in trusted_proxies:
            self.address = forwarded.rpartition(",")[2].strip()
        self.user: Any = None  # as soon as the application knows

    def parameter(self, name: str, default: str = "") -> str:
        """Return a query parameter, the last of several."""
        return dict(self.query).get(name, default)

    def header(self, name: str) -> str | None:
        """Return a header field's value, None where it is absent."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        return self.environ.get(key)

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value, None where it is absent."""
        for pair in (self.header("Cookie") or "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def full_path(self) -> str:
        """Return the path with the query, percent-encoded."""
        query = self.environ.get("QUERY_STRING")
        return quote(self.path) + (f"?{query}" if query else "")


@dataclass
class Response:
    """Hold a status, header fields and a body, or the pieces of one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""

    def vary(self, name: str) -> None:
        """Say that a header of the request decides on this response."""
        names = self.headers.get("Vary")
        self.headers["Vary"] = f"{names}, {name}" if names else name


def decode(path: str) -> str:
    """Undo the latin-1 in which WSGI carries the bytes of a path."""
    return path.encode("latin-1").decode("utf-8", "replace")


def json_response(
    status: int, content: Any, headers: dict[str, str] | None = None
) -> Response:
    """Answer with a JSON document."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False)
    headers = {"Content-Type": "application/json", **(headers or {})}
    return Response(status, headers, body.encode())


def html_response(
    status: int, body: str, headers: dict[str, str] | None = None
) -> Response:
    """Answer with a page."""
    headers = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    return Response(status, headers, body.encode())


def redirect(path: str, cookie: str | None = None) -> Response:
    """Lead to another page (RFC 9110 §15.4.4)."""
    headers = {"Location": quote(path, safe=punctuation)}
    if cookie:
        headers["Set-Cookie"] = cookie
    return Response(303, {**headers, "Cache-Control": "no-store"})


def write_cookie(
    name: str, value: str, max_age: int | None = None, secure: bool = False
) -> str:
    """Write a cookie (RFC 6265 §4.1) that no script can read."""
    cookie = f"{name}={value}; Path=/; HttpOnly; SameSite=Lax"
    if max_age is not None:  # otherwise until the browser is closed
        cookie += f"; Max-Age={max_age}"
    return cookie + ("; Secure" if secure else "")


def send(
    response: Response, request: Request, start_response: StartResponse
) -> Iterable[bytes]:
    """Hand a response to the WSGI server."""
    headers = list(response.headers.items())
    body = response.body
    if isinstance(body, bytes):
        if response.status not in (204, 304):  # RFC 9110 §8.6
            headers.append(("Content-Length", str(len(body))))
        body = [body]
    phrase = HTTPStatus(response.status).phrase
    start_response(f"{response.status} {phrase}", headers)
    return [] if request.method == "HEAD" else body

"""Requests and responses, over what WSGI hands in and takes back."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment


class Request:
    """One request, read from a WSGI environ (PEP 3333)."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        """Take over what every operation needs."""
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path = decode(environ["PATH_INFO"])
        self.query = parse_qsl(
            environ.get("QUERY_STRING", ""), keep_blank_values=True
        )

    def header(self, name: str) -> str | None:
        """Return a header field's value, None where it is absent."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        return self.environ.get(key)


@dataclass
class Response:
    """One response: a status, header fields and a body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def decode(path: str) -> str:
    """Undo the latin-1 in which WSGI carries the bytes of a path."""
    return path.encode("latin-1").decode("utf-8", "replace")


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")


def json_response(
    status: int, content: Any, headers: dict[str, str] | None = None
) -> Response:
    """Answer with a JSON document."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False)
    headers = {"Content-Type": "application/json", **(headers or {})}
    return Response(status, headers, body.encode())


def send(
    response: Response, request: Request, start_response: StartResponse
) -> list[bytes]:
    """Hand a response to the WSGI server."""
    headers = list(response.headers.items())
    if response.status != 204:  # RFC 9110 §8.6
        headers.append(("Content-Length", str(len(response.body))))
    phrase = HTTPStatus(response.status).phrase
    start_response(f"{response.status} {phrase}", headers)
    return [] if request.method == "HEAD" else [response.body]

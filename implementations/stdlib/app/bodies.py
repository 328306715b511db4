"""Reading the body of a request."""

import json
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from app.errors import Problem
from app.messages import Request
from app.multipart import parse_multipart
from app.settings import settings


def read_json(request: Request) -> Any:
    """Return the JSON document in the body of a request."""
    check_type(request)
    body = read_body(request)
    try:
        document = json.loads(body.decode())
        # What is no JSON value, though json.loads takes it: NaN, infinity,
        # half of a surrogate pair.
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        detail = "The body is not a JSON document in UTF-8."
        raise Problem(400, detail) from error
    return document


def check_type(request: Request) -> None:
    """Refuse a body that does not say that it is plain JSON in UTF-8."""
    content = content_type(request)
    charset = content.get_content_charset("utf-8")
    if (
        content.get_content_type() != "application/json"
        or charset != "utf-8"
        or request.header("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise Problem(415, detail, {"Accept": "application/json"})


def content_type(request: Request) -> Message:
    """Parse the type of a body and its parameters (RFC 9110 §8.3.1)."""
    content = Message()
    content["Content-Type"] = request.header("Content-Type") or ""
    return content


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, none if the body is none."""
    kind = content_type(request).get_content_type()
    if kind != "application/x-www-form-urlencoded":
        return {}
    body = read_body(request).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def read_multipart(request: Request) -> tuple[dict[str, str], list[bytes]]:
    """Return the fields of a form, and the files in its field `file`."""
    content = content_type(request)
    if content.get_content_type() != "multipart/form-data" or request.header(
        "Content-Encoding"
    ):
        detail = "The body must be multipart/form-data."
        raise Problem(415, detail, {"Accept": "multipart/form-data"})
    body = read_body(request, settings.max_import_bytes)
    try:
        parts = parse_multipart(body, str(content.get_param("boundary", "")))
    except ValueError as error:
        raise Problem(400, "The body is not a whole form.") from error
    files = [p.content for p in parts if p.is_file and p.name == "file"]
    fields = [part for part in parts if not part.is_file]
    return {p.name: p.content.decode(errors="replace") for p in fields}, files


def read_body(request: Request, limit: int | None = None) -> bytes:
    """Return the body of a request, unless it is too large."""
    limit = settings.max_body_bytes if limit is None else limit
    stream = request.environ["wsgi.input"]
    length = request.header("Content-Length")
    if length is None:  # chunked: the server marks where it ends
        body = stream.read(limit + 1)
    elif int(length) > limit:
        raise too_large(limit)
    else:
        body = stream.read(int(length))
        if len(body) < int(length):  # RFC 9112 §8
            raise Problem(400, "The body ended before its Content-Length.")
    if len(body) > limit:
        raise too_large(limit)
    return body


def too_large(limit: int) -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(413, f"The body is larger than {limit} bytes.")

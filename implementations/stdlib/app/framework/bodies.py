"""Reading the body of a request."""

import json
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from app.framework.errors import Problem
from app.framework.messages import Request
from app.framework.multipart import parse_multipart, parse_parameters


def read_json(request: Request) -> Any:
    """Return the JSON document in the body of a request."""
    kind, _ = content_type(request)
    if kind != "application/json":
        raise Problem(415, "The body must be application/json.")
    body = read_body(request, request.max_body_bytes)
    try:
        document = json.loads(body)
        # What json.loads takes although it is not JSON: NaN, infinity, a
        # lone surrogate.
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not a JSON document.") from error
    return document


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, none if the body is none."""
    kind, _ = content_type(request)
    if kind != "application/x-www-form-urlencoded":
        return {}
    body = read_body(request, request.max_body_bytes)
    form = body.decode("utf-8", "replace")
    return dict(parse_qsl(form, keep_blank_values=True))


def read_multipart(
    request: Request, limit: int
) -> tuple[dict[str, str], dict[str, list[bytes]]]:
    """Return the fields of a form and its files, both by name."""
    kind, parameters = content_type(request)
    if kind != "multipart/form-data":
        raise Problem(415, "The body must be multipart/form-data.")
    body = read_body(request, limit)
    try:
        parts = parse_multipart(body, parameters.get("boundary", ""))
    except ValueError as error:
        raise Problem(400, "The body is not a complete form.") from error
    fields: dict[str, str] = {}
    files: dict[str, list[bytes]] = {}
    for part in parts:
        if part.is_file:
            files.setdefault(part.name, []).append(part.content)
        else:
            fields[part.name] = part.content.decode(errors="replace")
    return fields, files


def content_type(request: Request) -> tuple[str, dict[str, str]]:
    """Parse the type of a body and its parameters (RFC 9110 §8.3.1)."""
    kind, _, rest = (request.header("Content-Type") or "").partition(";")
    return kind.strip().lower(), parse_parameters(";" + rest)


def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request, unless it is too large."""
    stream = request.environ["wsgi.input"]
    length = content_length(request)
    if length is None:  # chunked: the server marks where it ends
        body = receive(stream, limit + 1)
    elif length > limit:
        raise too_large(limit)
    else:
        body = receive(stream, length)
        if len(body) < length:  # RFC 9112 §8
            raise Problem(400, "The body ended before its Content-Length.")
    if len(body) > limit:
        raise too_large(limit)
    return body


def content_length(request: Request) -> int | None:
    """Return the length of a body, None where the server marks its end."""
    length = request.header("Content-Length")  # PEP 3333: it may be empty
    if not length and request.environ.get("wsgi.input_terminated"):
        return None
    return int(length or 0)


def receive(stream: BinaryIO, size: int) -> bytes:
    """Read so many bytes of a body, fewer only if it ends before."""
    try:
        return stream.read(size)
    except OSError as error:  # the client is gone, or too slow
        raise Problem(400, "The body is not complete.") from error


def too_large(limit: int) -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(413, f"The body is larger than {limit} bytes.")

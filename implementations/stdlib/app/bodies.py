"""Reading the body of a request."""

import json
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from app.errors import Problem
from app.messages import Request
from app.multipart import parse_multipart, parse_parameters
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
    kind, parameters = content_type(request)
    if (
        kind != "application/json"
        or parameters.get("charset", "utf-8").lower() != "utf-8"
        or request.header("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise Problem(415, detail, {"Accept": "application/json"})


def content_type(request: Request) -> tuple[str, dict[str, str]]:
    """Parse the type of a body and its parameters (RFC 9110 §8.3.1)."""
    kind, _, rest = (request.header("Content-Type") or "").partition(";")
    return kind.strip().lower(), parse_parameters(";" + rest)


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, none if the body is none."""
    kind, _ = content_type(request)
    if kind != "application/x-www-form-urlencoded":
        return {}
    body = read_body(request).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def read_multipart(request: Request) -> tuple[dict[str, str], list[bytes]]:
    """Return the fields of a form, and the files in its field `file`."""
    kind, parameters = content_type(request)
    coding = request.header("Content-Encoding")
    if kind != "multipart/form-data" or coding:
        detail = "The body must be multipart/form-data."
        raise Problem(415, detail, {"Accept": "multipart/form-data"})
    body = read_body(request, settings.max_import_bytes)
    try:
        parts = parse_multipart(body, parameters.get("boundary", ""))
    except ValueError as error:
        raise Problem(400, "The body is not a whole form.") from error
    files = [p.content for p in parts if p.is_file and p.name == "file"]
    fields = [part for part in parts if not part.is_file]
    return {p.name: p.content.decode(errors="replace") for p in fields}, files


def read_body(request: Request, limit: int | None = None) -> bytes:
    """Return the body of a request, unless it is too large."""
    limit = settings.max_body_bytes if limit is None else limit
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
        raise Problem(400, "The body did not come whole.") from error


def too_large(limit: int) -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(413, f"The body is larger than {limit} bytes.")


def is_small(request: Request) -> bool:
    """Tell whether a body says that it is no larger than any may be."""
    length = content_length(request)
    return length is not None and length <= settings.max_body_bytes

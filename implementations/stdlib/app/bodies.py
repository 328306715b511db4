"""Reading the body of a request as JSON."""

import json
from email.message import Message
from typing import Any

from app.errors import Problem
from app.messages import Request
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
    content = Message()
    content["Content-Type"] = request.header("Content-Type") or ""
    charset = content.get_content_charset("utf-8")
    if (
        content.get_content_type() != "application/json"
        or charset != "utf-8"
        or request.header("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise Problem(415, detail, {"Accept": "application/json"})


def read_body(request: Request) -> bytes:
    """Return the body of a request, unless it is too large."""
    limit = settings.max_body_bytes
    stream = request.environ["wsgi.input"]
    length = request.header("Content-Length")
    if length is None:  # chunked: the server marks where it ends
        body = stream.read(limit + 1)
    elif int(length) > limit:
        raise too_large()
    else:
        body = stream.read(int(length))
        if len(body) < int(length):  # RFC 9112 §8
            raise Problem(400, "The body ended before its Content-Length.")
    if len(body) > limit:
        raise too_large()
    return body


def too_large() -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(413, "The body is larger than the server accepts.")

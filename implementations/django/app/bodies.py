"""Reading the body of a request."""

import json
from typing import Any

from django.http import HttpRequest

from app.errors import Problem


def read_json(request: HttpRequest) -> Any:
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


def check_type(request: HttpRequest) -> None:
    """Refuse a body that does not say that it is plain JSON in UTF-8."""
    charset = request.content_params.get("charset", "utf-8")
    if (
        request.content_type != "application/json"
        or charset.lower() != "utf-8"
        or request.headers.get("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise Problem(415, detail, {"Accept": "application/json"})


def read_body(request: HttpRequest) -> bytes:
    """Return the body of a request, unless it is too large."""
    length = check_length(request)
    if len(request.body) < length:  # RFC 9112 §8
        raise Problem(400, "The body ended before its Content-Length.")
    return request.body


def check_length(request: HttpRequest) -> int:
    """Return the length of a body, which Django has to be told."""
    length = request.headers.get("Content-Length")
    # Django takes a body without a length for an empty one (ticket 35838).
    if length is None and "Transfer-Encoding" in request.headers:
        raise Problem(411, "The body needs a Content-Length.")
    return int(length or 0)

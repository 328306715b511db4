"""What clients may keep, and changes under a condition (RFC 9110 §13)."""

from flask import Response, abort, g, request
from werkzeug.http import parse_date


def check_if_match(etag: str) -> None:
    """Refuse to change what is no longer as the client saw it."""
    given = "If-Match" in request.headers  # with or without a tag in it
    if given and not request.if_match.contains_raw(etag):
        abort(412, "The bookmark has changed since.")


def ignore_impossible_dates() -> None:
    """Let conditions on days that no calendar has fit nothing."""
    for name in ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE"):
        try:
            parse_date(request.environ.get(name))
        except OverflowError:  # which Werkzeug does not expect
            request.environ[name] = '""'


def allow_keeping(response: Response) -> Response:
    """Let clients keep what is theirs, if they ask before they use it."""
    if is_read(response) and "user_id" in g and not response.cache_control:
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.add("Authorization")
        response.add_etag(weak=True)  # unless it has one
    return response


def answer_unchanged(response: Response) -> Response:
    """Answer 304 to a client that has this very response already."""
    # make_conditional would heed If-Match too, and answer 412 with a body.
    etag, _ = response.get_etag()
    known = etag and request.if_none_match.contains_weak(etag)
    if is_read(response) and known:
        response.status_code = 304
    return response


def is_read(response: Response) -> bool:
    """Tell whether a response shows what was asked for."""
    return request.method in ("GET", "HEAD") and response.status_code == 200

"""What clients may keep, and changes under a condition (RFC 9110 §13)."""

import re
from hashlib import sha256

from app.errors import Problem
from app.messages import Request, Response

TAG = re.compile(r'(?:W/)?"[^"]*"')
KEPT = {"ETag", "Cache-Control", "Vary"}  # by a 304 (RFC 9110 §15.4.5)


def check_if_match(request: Request, etag: str) -> None:
    """Refuse to change what is no longer as the client saw it."""
    condition = request.header("If-Match")
    # Weak tags never match here (RFC 9110 §13.1.1).
    if condition not in (None, "*") and etag not in TAG.findall(condition):
        raise Problem(412, "The bookmark has changed since.")


def allow_keeping(request: Request, response: Response) -> None:
    """Let clients keep what is theirs, if they ask before they use it."""
    read = request.method in ("GET", "HEAD") and response.status == 200
    if read and request.user_id and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers.setdefault("ETag", weak_etag(response.body))
        response.vary("Authorization")


def weak_etag(body: bytes) -> str:
    """Make an entity tag of the content (RFC 9110 §8.8.1)."""
    return f'W/"{sha256(body).hexdigest()[:32]}"'


def answer_unchanged(request: Request, response: Response) -> None:
    """Answer 304 to a client that has this very response already."""
    condition = request.header("If-None-Match")
    etag = response.headers.get("ETag")
    read = request.method in ("GET", "HEAD") and response.status == 200
    if not read or condition is None or etag is None:
        return
    tags = [tag.removeprefix("W/") for tag in TAG.findall(condition)]
    if condition == "*" or etag.removeprefix("W/") in tags:
        response.status, response.body = 304, b""
        for name in response.headers.keys() - KEPT:
            del response.headers[name]

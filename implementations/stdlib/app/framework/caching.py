"""Conditional requests (RFC 9110 §13)."""

import re
from hashlib import sha256

from app.framework.messages import Request, Response

ETAG = re.compile(r'(?:W/)?"[!#-~\x80-\xff]*"')
ETAGS = re.compile(rf"[ \t,]*(?:{ETAG.pattern}[ \t]*(?:,[ \t,]*|\Z))*")
KEPT = {"ETag", "Cache-Control", "Vary"}  # by a 304 (RFC 9110 §15.4.5)


def if_match(request: Request, etag: str) -> bool:
    """Tell whether a request may change what has this entity tag."""
    condition = request.header("If-Match")
    if condition in (None, "*"):
        return True
    # Weak tags never match here (RFC 9110 §13.1.1).
    return bool(ETAGS.fullmatch(condition)) and etag in ETAG.findall(condition)


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
    tags = [tag.removeprefix("W/") for tag in ETAG.findall(condition)]
    if condition == "*" or etag.removeprefix("W/") in tags:
        response.status, response.body = 304, b""
        for name in response.headers.keys() - KEPT:
            del response.headers[name]

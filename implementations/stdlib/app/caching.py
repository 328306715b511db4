"""Caching and conditional requests."""

from app.framework.caching import if_match, weak_etag
from app.framework.errors import Problem
from app.framework.messages import Request, Response


def check_if_match(request: Request, etag: str) -> None:
    """Refuse to change what the client has not seen."""
    if not if_match(request, etag):
        detail = "The bookmark has changed since you read it."
        raise Problem(412, detail)


def allow_caching(request: Request, response: Response) -> None:
    """Let clients keep what is theirs, if they ask before they use it."""
    read = request.method in ("GET", "HEAD") and response.status == 200
    if read and request.user and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers.setdefault("ETag", weak_etag(response.body))

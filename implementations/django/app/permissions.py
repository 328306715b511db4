"""Who may do what."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from app.errors import Problem
from app.models import Bookmark, Token, User
from app.tokens import find_token


def authenticate(request: HttpRequest, lock: bool = False) -> User:
    """Return the user who asks, by the bearer token (RFC 6750 §2.1)."""
    credentials = request.headers.get("Authorization", "")
    scheme, _, token = credentials.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("Bearer")
    try:
        request.token = find_token(token.strip(" "), lock)
    except Token.DoesNotExist as error:
        raise unauthorized('Bearer error="invalid_token"') from error
    request.user = request.token.user
    return request.user


def require_admin(user: User) -> None:
    """Refuse users who are not administrators."""
    if not user.admin:
        raise PermissionDenied


def find_bookmark(user: User, bookmark_id: int) -> Bookmark:
    """Return a bookmark of this user; another's is as if missing."""
    return get_object_or_404(user.bookmarks, pk=bookmark_id)


def unauthorized(challenge: str) -> Problem:
    """Make the problem of a request without a valid token."""
    detail = "A valid token is needed."
    return Problem(401, detail, {"WWW-Authenticate": challenge})

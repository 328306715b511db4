"""Who may do what."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from app.errors import Problem
from app.models import Bookmark, User
from app.tokens import find_token


def authenticate(request: HttpRequest) -> User:
    """Return the account that asks, by its bearer token (RFC 6750 §2.1)."""
    credentials = request.headers.get("Authorization", "")
    scheme, _, token = credentials.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("Bearer")
    user = find_token(token.strip(" "))
    if not user:
        raise unauthorized('Bearer error="invalid_token"')
    request.user_id = user.id
    return user


def require_admin(user: User) -> None:
    """Refuse accounts that are no administrator's."""
    if not user.admin:
        raise PermissionDenied


def find_bookmark(user: User, bookmark_id: int) -> Bookmark:
    """Return a bookmark of this account; another's is as if missing."""
    return get_object_or_404(user.bookmarks, id=bookmark_id)


def unauthorized(challenge: str) -> Problem:
    """Make the problem of a request without a valid token."""
    detail = "A valid token is needed."
    return Problem(401, detail, {"WWW-Authenticate": challenge})

"""Who may do what."""

import sqlite3

from app.bookmarks import get_bookmark
from app.framework.errors import Problem
from app.framework.messages import Request
from app.tokens import find_token


def authenticate(request: Request, db: sqlite3.Connection) -> sqlite3.Row:
    """Return the user who asks, by the bearer token (RFC 6750 §2.1)."""
    credentials = request.header("Authorization") or ""
    scheme, _, token = credentials.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("Bearer")
    user = find_token(db, token.strip(" "))
    if not user:
        raise unauthorized('Bearer error="invalid_token"')
    request.user = user
    return user


def require_admin(user: sqlite3.Row) -> None:
    """Refuse users who are not administrators."""
    if not user["admin"]:
        raise Problem(403, "This is for administrators.")


def find_bookmark(
    db: sqlite3.Connection, user: sqlite3.Row, bookmark_id: int
) -> sqlite3.Row:
    """Return a bookmark of this user; another's is as if missing."""
    bookmark = get_bookmark(db, user["id"], bookmark_id)
    if not bookmark:
        raise Problem(404, "There is no such bookmark.")
    return bookmark


def unauthorized(challenge: str) -> Problem:
    """Make the problem of a request without a valid token."""
    detail = "A valid token is needed."
    return Problem(401, detail, {"WWW-Authenticate": challenge})

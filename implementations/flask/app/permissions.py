"""Who may do what."""

from flask import abort, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from app.bookmarks import get_bookmark
from app.models import Bookmark, User
from app.tokens import find_token


def authenticate(db: Session) -> User:
    """Return the account that asks, by its bearer token (RFC 6750 §2.1)."""
    try:
        credentials = request.authorization
    except ValueError as error:  # not ASCII, in another scheme
        raise unauthorized() from error
    if not credentials or credentials.type != "bearer":
        raise unauthorized()
    g.token = find_token(db, credentials.token or "")
    if not g.token:
        raise unauthorized(error="invalid_token")
    g.user_id = g.token.user_id
    return g.token.user


def require_admin(user: User) -> None:
    """Refuse accounts that are no administrator's."""
    if not user.admin:
        abort(403, "This is for administrators.")


def find_bookmark(db: Session, user: User, bookmark_id: int) -> Bookmark:
    """Return a bookmark of this account; another's is as if missing."""
    bookmark = get_bookmark(db, user.id, bookmark_id)
    if not bookmark:
        abort(404, "There is no such bookmark.")
    return bookmark


def unauthorized(**parameters: str) -> Unauthorized:
    """Make the problem of a request without a valid token."""
    challenge = WWWAuthenticate("bearer", parameters)
    return Unauthorized("A valid token is needed.", www_authenticate=challenge)

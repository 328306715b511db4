"""Who may do what."""

from functools import wraps
from typing import Any

from flask import abort, g, request
from flask.typing import ResponseReturnValue, RouteCallable
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from app.bookmarks import get_bookmark
from app.models import Bookmark, User
from app.storage import begin_writing
from app.tokens import find_token


def authenticate(lock: bool = False) -> User:
    """Return the user who asks, by the bearer token (RFC 6750 §2.1)."""
    try:
        credentials = request.authorization
    except ValueError as error:  # Basic, and not in ASCII
        raise unauthorized() from error
    if not credentials or credentials.type != "bearer":
        raise unauthorized()
    if lock:
        begin_writing()
    g.token = find_token(credentials.token or "", lock)
    if not g.token:
        raise unauthorized(error="invalid_token")
    g.user_id = g.token.user_id
    return g.token.user


def require_admin(user: User) -> None:
    """Refuse users who are not administrators."""
    if not user.admin:
        abort(403, "This is for administrators.")


def find_bookmark(user: User, bookmark_id: int) -> Bookmark:
    """Return a bookmark of this user; another's is as if missing."""
    bookmark = get_bookmark(user.id, bookmark_id)
    if not bookmark:
        abort(404, "There is no such bookmark.")
    return bookmark


def token_required(view: RouteCallable) -> RouteCallable:
    """Refuse requests without a valid token."""

    @wraps(view)
    def wrapped_view(**kwargs: Any) -> ResponseReturnValue:
        g.user = authenticate()
        return view(**kwargs)

    return wrapped_view


def lock_token() -> None:
    """Begin to write, if the token is valid, which it is then until commit."""
    g.user = authenticate(lock=True)


def unauthorized(**parameters: str) -> Unauthorized:
    """Make the problem of a request without a valid token."""
    challenge = WWWAuthenticate("bearer", parameters)
    return Unauthorized("A valid token is needed.", www_authenticate=challenge)

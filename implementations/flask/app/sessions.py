"""Sessions: rows of a table, named in Flask's signed cookie.

A visitor who has not signed in has such a cookie too, but no row.
"""

import re
import secrets
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import (
    abort,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue, RouteCallable
from sqlalchemy import delete, select

from app.models import BrowserSession, User
from app.storage import begin_writing, db
from app.tokens import digest


def start_session(user_id: int) -> None:
    """Sign a user in under a new id, which prevents session fixation."""
    end_session()
    id, now = secrets.token_urlsafe(32), datetime.now(UTC)
    db.execute(
        delete(BrowserSession)
        .where(BrowserSession.user_id == user_id)
        .where(BrowserSession.expires_at <= now)
    )
    db.add(
        BrowserSession(
            digest=digest(id),
            user_id=user_id,
            expires_at=now + current_app.permanent_session_lifetime,
        )
    )
    session["id"] = id
    session.permanent = True  # until the row expires


def find_session(lock: bool = False) -> None:
    """Find the user of the session of this request, if there is one."""
    query = (
        select(User)
        .join(BrowserSession)
        .where(BrowserSession.digest == digest(session.get("id", "")))
        .where(BrowserSession.expires_at > datetime.now(UTC))
    )
    if lock:
        query = query.with_for_update(of=[User, BrowserSession])
    g.user = db.scalar(query) if "id" in session else None
    g.user_id = g.user.id if g.user else None


def login_required(view: RouteCallable) -> RouteCallable:
    """Lead visitors who have not signed in to the sign-in form."""

    @wraps(view)
    def wrapped_view(**kwargs: Any) -> ResponseReturnValue:
        if not g.user:
            return redirect(login_path())
        return view(**kwargs)

    return wrapped_view


def lock_session() -> None:
    """Begin to write, unless the session has ended since it was checked."""
    begin_writing()
    find_session(lock=True)
    if not g.user:
        abort(redirect(login_path()))


def end_session() -> None:
    """End the session of this request."""
    ended = BrowserSession.digest == digest(session.get("id", ""))
    db.execute(delete(BrowserSession).where(ended))
    session.clear()  # and with it the token of the forms


def end_sessions(user_id: int) -> None:
    """End all sessions of a user."""
    db.execute(delete(BrowserSession).where(BrowserSession.user_id == user_id))


def login_path() -> str:
    """Lead to the sign-in form, and from there back to this page."""
    if request.method == "POST":  # a form cannot be sent again by a link
        return url_for("pages.show_login")
    return url_for("pages.show_login", next=full_path())


def full_path() -> str:
    """Return the path of this request with its query."""
    return request.full_path if request.query_string else request.path


def is_local_path(path: str) -> bool:
    """Tell whether an address stays on this site."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))


def next_path() -> str:
    """Return the path to go on to, the home page if it is on another site."""
    path = request.values.get("next", "")
    return path if is_local_path(path) else url_for("pages.show_home")

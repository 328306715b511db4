"""Sessions: rows of a table, named in a cookie.

A visitor who has not signed in has such a cookie too, but no row.
"""

import re
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from app.framework.errors import Problem
from app.framework.messages import Request, write_cookie
from app.settings import settings
from app.storage import timestamp
from app.tokens import digest


def start_session(
    request: Request, db: sqlite3.Connection, user_id: int
) -> str:
    """Sign a user in under a new id, which prevents session fixation."""
    end_session(request, db)
    id, now = new_session_id(), datetime.now(UTC)
    expires_at = now + timedelta(seconds=settings.session_ttl)
    db.execute(
        "DELETE FROM sessions WHERE user_id = ? AND expires_at <= ?",
        [user_id, timestamp(now)],
    )
    db.execute(
        "INSERT INTO sessions (digest, user_id, expires_at) VALUES (?, ?, ?)",
        [digest(id), user_id, timestamp(expires_at)],
    )
    return session_cookie(id, settings.session_ttl)


def find_session(
    request: Request, db: sqlite3.Connection
) -> sqlite3.Row | None:
    """Find the user of the session of this request, if there is one."""
    request.user = db.execute(
        """SELECT users.* FROM sessions JOIN users ON users.id = user_id
        WHERE digest = ? AND expires_at > ?""",
        [digest(session_id(request) or ""), timestamp(datetime.now(UTC))],
    ).fetchone()
    return request.user


def require_session(request: Request, db: sqlite3.Connection) -> sqlite3.Row:
    """Return the user of the session, or lead to the sign-in form."""
    user = find_session(request, db)
    if not user:
        raise Problem(303, "Sign in first.", {"Location": login_path(request)})
    return user


def end_session(request: Request, db: sqlite3.Connection) -> None:
    """End the session of this request."""
    ended = digest(session_id(request) or "")
    db.execute("DELETE FROM sessions WHERE digest = ?", [ended])


def end_sessions(db: sqlite3.Connection, user_id: int) -> None:
    """End all sessions of a user."""
    db.execute("DELETE FROM sessions WHERE user_id = ?", [user_id])


def new_session_id() -> str:
    """Make an id that nobody can guess."""
    return secrets.token_urlsafe(32)


def session_id(request: Request) -> str | None:
    """Return the id that the cookie holds."""
    value = request.cookie(cookie_name()) or ""
    return value if re.fullmatch("[A-Za-z0-9_-]{43}", value) else None


def session_cookie(id: str, max_age: int | None = None) -> str:
    """Write the cookie."""
    secure = settings.secure_cookies
    return write_cookie(cookie_name(), id, max_age, secure)


def cookie_name() -> str:
    """Name the cookie; __Host- keeps other hosts from setting it."""
    return "__Host-session" if settings.secure_cookies else "session"


def login_path(request: Request) -> str:
    """Lead to the sign-in form, and from there back to this page."""
    if request.method == "POST":  # a form cannot be sent again by a link
        return "/login"
    return "/login?next=" + quote(request.full_path(), safe="")


def is_local_path(path: str) -> bool:
    """Tell whether an address stays on this site."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))


def next_path(path: str) -> str:
    """Return the path to go on to, the home page if it is on another site."""
    return path if is_local_path(path) else "/"

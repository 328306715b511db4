"""Sessions: rows of a table, and a cookie that holds a row's name.

A visitor who has not signed in has such a cookie too, but no row.
"""

import re
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from app.errors import Problem
from app.messages import Request
from app.settings import settings
from app.storage import timestamp
from app.tokens import digest


def start_session(
    request: Request, db: sqlite3.Connection, user_id: int
) -> str:
    """Sign an account in under a new id."""
    end_session(request, db)  # or a planted id would be signed in with it
    session, now = new_session_id(), datetime.now(UTC)
    expires_at = now + timedelta(seconds=settings.session_ttl)
    db.execute(
        "DELETE FROM sessions WHERE user_id = ? AND expires_at <= ?",
        [user_id, timestamp(now)],
    )
    db.execute(
        "INSERT INTO sessions (digest, user_id, expires_at) VALUES (?, ?, ?)",
        [digest(session), user_id, timestamp(expires_at)],
    )
    return session_cookie(session, settings.session_ttl)


def find_session(
    request: Request, db: sqlite3.Connection
) -> sqlite3.Row | None:
    """Find the account whose session asks, if there is one."""
    user = db.execute(
        """SELECT users.* FROM sessions JOIN users ON users.id = user_id
        WHERE digest = ? AND expires_at > ?""",
        [digest(session_id(request) or ""), timestamp(datetime.now(UTC))],
    ).fetchone()
    request.user_id = user["id"] if user else None
    return user


def require_session(request: Request, db: sqlite3.Connection) -> sqlite3.Row:
    """Return the account whose session asks, or lead to the sign-in."""
    user = find_session(request, db)
    if not user:
        raise Problem(303, "Sign in first.", {"Location": login_path(request)})
    return user


def end_session(request: Request, db: sqlite3.Connection) -> None:
    """End the session that asks."""
    session = digest(session_id(request) or "")
    db.execute("DELETE FROM sessions WHERE digest = ?", [session])


def end_sessions(db: sqlite3.Connection, user_id: int) -> None:
    """End all sessions of an account."""
    db.execute("DELETE FROM sessions WHERE user_id = ?", [user_id])


def new_session_id() -> str:
    """Make an id that nobody can guess."""
    return secrets.token_urlsafe(32)


def session_id(request: Request) -> str | None:
    """Return the id that the cookie holds."""
    for pair in (request.header("Cookie") or "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == cookie_name() and re.fullmatch("[A-Za-z0-9_-]{43}", value):
            return value
    return None


def session_cookie(session: str, seconds: int | None = None) -> str:
    """Write the cookie (RFC 6265 §4.1), which only the browser reads."""
    cookie = f"{cookie_name()}={session}; Path=/; HttpOnly; SameSite=Lax"
    if seconds is not None:  # otherwise until the browser is closed
        cookie += f"; Max-Age={seconds}"
    return cookie + ("; Secure" if settings.secure_cookies else "")


def cookie_name() -> str:
    """Name the cookie; __Host- keeps other hosts from setting it."""
    return "__Host-session" if settings.secure_cookies else "session"


def login_path(request: Request) -> str:
    """Lead to the sign-in, and from there to what was asked for."""
    if request.method == "POST":  # a form cannot be asked for again
        return "/login"
    asked = quote(request.path)
    if request.environ.get("QUERY_STRING"):
        asked += "?" + request.environ["QUERY_STRING"]
    return "/login?next=" + quote(asked, safe="")


def is_own_path(path: str) -> bool:
    """Tell whether an address leads nowhere but to this service."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))

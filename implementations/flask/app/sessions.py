"""Sessions: rows of a table, and a cookie that holds a row's name.

Flask keeps and signs the cookie. A visitor who has not signed in has one
too, but no row.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from flask import abort, g, redirect, request, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import represent_user
from app.models import BrowserSession, User
from app.settings import settings
from app.tokens import digest


def start_session(db: Session, user_id: int) -> None:
    """Sign an account in under a new id."""
    end_session(db)
    id, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = now + timedelta(seconds=settings.session_ttl)
    db.execute(
        delete(BrowserSession).where(
            BrowserSession.user_id == user_id, BrowserSession.expires_at <= now
        )
    )
    db.add(
        BrowserSession(
            digest=digest(id), user_id=user_id, expires_at=expires_at
        )
    )
    session["id"] = id
    session.permanent = True  # until the row expires, not the browser closes
    generate_csrf()  # so that the cookie is complete, and set only once


def find_session(db: Session) -> User | None:
    """Find the account whose session asks, if there is one."""
    if "id" not in session:
        return None
    query = (
        select(User)
        .join(BrowserSession)
        .where(BrowserSession.digest == digest(session["id"]))
        .where(BrowserSession.expires_at > datetime.now(UTC))
    )
    if db.info.get("writing"):
        query = query.with_for_update(of=User)
    user = db.scalar(query)
    if user:
        g.user_id = user.id
        g.user = represent_user(user)  # for the head of the page
    return user


def require_session(db: Session) -> User:
    """Return the account whose session asks, or lead to the sign-in."""
    user = find_session(db)
    if not user:
        abort(redirect(login_path(), 303))
    return user


def end_session(db: Session) -> None:
    """End the session that asks."""
    own = BrowserSession.digest == digest(session.get("id", ""))
    db.execute(delete(BrowserSession).where(own))
    session.clear()  # and with it the token that forms had so far


def end_sessions(db: Session, user_id: int) -> None:
    """End all sessions of an account."""
    db.execute(delete(BrowserSession).where(BrowserSession.user_id == user_id))


def login_path() -> str:
    """Lead to the sign-in, and from there to what was asked for."""
    if request.method == "POST":  # a form cannot be asked for again
        return "/login"
    asked = quote(request.path)
    if request.query_string:
        asked += "?" + request.query_string.decode("latin-1")
    return "/login?next=" + quote(asked, safe="")


def is_own_path(path: str) -> bool:
    """Tell whether an address leads nowhere but to this service."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))

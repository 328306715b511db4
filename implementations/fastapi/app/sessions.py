"""Sessions: rows of a table, and a cookie that holds a row's name.

A visitor who has not signed in has such a cookie too, but no row.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.csrf import csrf_key
from app.models import BrowserSession, User
from app.settings import settings
from app.storage import reading, writing
from app.tokens import digest


def start_session(request: Request, db: Session, user_id: int) -> None:
    """Sign an account in under a new id."""
    end_session(request, db)  # or a planted id would be signed in with it
    session, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = now + timedelta(seconds=settings.session_ttl)
    db.execute(
        delete(BrowserSession)
        .where(BrowserSession.user_id == user_id)
        .where(BrowserSession.expires_at <= now)
    )
    db.add(
        BrowserSession(
            digest=digest(session), user_id=user_id, expires_at=expires_at
        )
    )
    request.session["id"] = session
    csrf_key(request)  # so that the cookie is complete, and set only once


def find_session(request: Request, db: Session) -> User | None:
    """Find the account whose session asks, if there is one."""
    query = (
        select(User)
        .join(BrowserSession)
        .where(BrowserSession.digest == digest(session_id(request)))
        .where(BrowserSession.expires_at > datetime.now(UTC))
    )
    if db.info.get("writing"):
        query = query.with_for_update(of=User)
    user = db.scalar(query)
    request.state.user_id = user.id if user else None
    return user


def find_visitor(request: Request) -> User | None:
    """Find the account that is signed in in this browser, if one is."""
    if not session_id(request):
        return None
    with reading() as db:
        return find_session(request, db)


Visitor = Annotated[User | None, Depends(find_visitor)]


async def require_session(visitor: Visitor) -> User:
    """Return the account whose session asks, or lead to the sign-in."""
    if not visitor:
        raise signed_out()
    return visitor


SignedIn = Annotated[User, Depends(require_session)]


@contextmanager
def writing_by_session(request: Request) -> Iterator[Session]:
    """Write for an account, unless its session has ended since it was read."""
    with writing() as db:
        if not find_session(request, db):
            raise signed_out()
        yield db


def signed_out() -> HTTPException:
    """Make the problem that leads to the sign-in."""
    return HTTPException(401, "Sign in first.")


def end_session(request: Request, db: Session) -> None:
    """End the session that asks."""
    ended = BrowserSession.digest == digest(session_id(request))
    db.execute(delete(BrowserSession).where(ended))
    request.session.clear()


def end_sessions(db: Session, user_id: int) -> None:
    """End all sessions of an account."""
    db.execute(delete(BrowserSession).where(BrowserSession.user_id == user_id))


def session_id(request: Request) -> str:
    """Return the id that the cookie holds."""
    return request.session.get("id", "")


def cookie_name() -> str:
    """Name the cookie; __Host- keeps other hosts from setting it."""
    return "__Host-session" if settings.secure_cookies else "session"


def login_path(request: Request) -> str:
    """Lead to the sign-in, and from there to what was asked for."""
    if request.method == "POST":  # a form cannot be asked for again
        return "/login"
    asked = quote(request.scope["path"])
    if request.url.query:
        asked += "?" + request.url.query
    return "/login?next=" + quote(asked, safe="")


def is_own_path(path: str) -> bool:
    """Tell whether an address leads nowhere but to this service."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))

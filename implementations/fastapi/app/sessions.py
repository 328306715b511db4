"""Sessions: rows of a table, named in Starlette's signed cookie.

A visitor who has not signed in has such a cookie too, but no row.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.bodies import GuardedRoute
from app.csrf import csrf_key, expired_form
from app.models import BrowserSession, User
from app.settings import settings
from app.storage import SessionDep, reader
from app.tokens import digest


def start_session(request: Request, session: Session, user_id: int) -> None:
    """Sign a user in under a new id, which prevents session fixation."""
    end_session(request, session)
    id, now = secrets.token_urlsafe(32), datetime.now(UTC)
    session.execute(
        delete(BrowserSession)
        .where(BrowserSession.user_id == user_id)
        .where(BrowserSession.expires_at <= now)
    )
    session.add(
        BrowserSession(
            digest=digest(id),
            user_id=user_id,
            expires_at=now + timedelta(seconds=settings.session_ttl),
        )
    )
    request.session["id"] = id
    request.state.user_id = user_id
    csrf_key(request)  # now, so that two tabs do not make one each


def find_session(
    request: Request, session: Session, lock: bool = False
) -> User | None:
    """Find the user of the session of this request, if there is one."""
    if "id" not in request.session:
        return None
    query = (
        select(User)
        .join(BrowserSession)
        .where(BrowserSession.digest == digest(request.session["id"]))
        .where(BrowserSession.expires_at > datetime.now(UTC))
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=[User, BrowserSession])
    user = session.scalar(query)
    request.state.user_id = user.id if user else None
    return user


def find_visitor(request: Request, session: SessionDep) -> User | None:
    """Find the user who signed in with this browser, if there is one."""
    return find_session(request, session, lock=request.method == "POST")


Visitor = Annotated[User | None, Depends(find_visitor)]


async def require_session(request: Request, visitor: Visitor) -> User:
    """Return the user of the session, or lead to the sign-in form."""
    if not visitor:
        raise sign_in_first(request)
    return visitor


SessionUser = Annotated[User, Depends(require_session)]


class SessionRoute(GuardedRoute):
    """A route that reads a body only for those who are signed in."""

    async def check(self, request: Request) -> None:
        """Refuse a request without a CSRF key, or without a session."""
        if "csrf" not in request.session:
            raise expired_form()
        await run_in_threadpool(check_session, request)


def check_session(request: Request) -> None:
    """Lead to the sign-in form, and hold no database session afterwards."""
    with Session(reader) as session:
        if not find_session(request, session):
            raise sign_in_first(request)


def sign_in_first(request: Request) -> HTTPException:
    """Make the problem of a page that only a signed-in user may see."""
    return HTTPException(
        303, "Sign in first.", {"Location": login_path(request)}
    )


def end_session(request: Request, session: Session) -> None:
    """End the session of this request."""
    ended = BrowserSession.digest == digest(request.session.get("id", ""))
    session.execute(delete(BrowserSession).where(ended))
    request.session.clear()


def end_sessions(session: Session, user_id: int) -> None:
    """End all sessions of a user."""
    session.execute(
        delete(BrowserSession).where(BrowserSession.user_id == user_id)
    )


def login_path(request: Request) -> str:
    """Lead to the sign-in form, and from there back to this page."""
    if request.method == "POST":  # a form cannot be sent again by a link
        return "/login"
    return "/login?next=" + quote(full_path(request), safe="")


def full_path(request: Request) -> str:
    """Return the path of this request with its query."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def is_local_path(path: str) -> bool:
    """Tell whether an address stays on this site."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))


def next_path(path: str) -> str:
    """Return the path to go on to, the home page if it is on another site."""
    return path if is_local_path(path) else "/"


def encodable(text: str) -> str:
    """Refuse lone surrogates, which some codecs of forms make."""
    text.encode()  # raises a ValueError
    return text


FormText = Annotated[str, AfterValidator(encodable)]
NextPath = Annotated[FormText, AfterValidator(next_path)]

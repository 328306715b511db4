"""Who may do what."""

from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from app.bodies import GuardedRoute
from app.bookmarks import get_bookmark
from app.models import Bookmark, Token, User
from app.sessions import SessionUser
from app.storage import SessionDep, reader
from app.tokens import find_token

bearer = HTTPBearer()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


def get_current_token(
    request: Request, session: SessionDep, credentials: Credentials
) -> Token:
    """Return the valid token that was sent; a write locks its row."""
    lock = request.method != "GET"
    token = require_token(session, credentials, lock)
    request.state.user_id = token.user_id
    return token


def get_seen_token(
    request: Request, session: SessionDep, credentials: Credentials
) -> Token:
    """Return the valid token that was sent, which is locked later."""
    token = require_token(session, credentials)
    request.state.user_id = token.user_id
    return token


CurrentToken = Annotated[Token, Depends(get_current_token)]
SeenToken = Annotated[Token, Depends(get_seen_token)]


def require_token(
    session: Session,
    credentials: HTTPAuthorizationCredentials,
    lock: bool = False,
) -> Token:
    """Find a token, or refuse the request."""
    token = find_token(session, credentials.credentials, lock)
    if not token:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise HTTPException(401, "A valid token is needed.", challenge)
    return token


class TokenRoute(GuardedRoute):
    """A route that reads a body only for those who have a valid token."""

    async def check(self, request: Request) -> None:
        """Refuse a request without a valid token."""
        credentials = await bearer(request)
        await run_in_threadpool(check_token, credentials)


def check_token(credentials: HTTPAuthorizationCredentials) -> None:
    """Refuse a token that is not valid, and hold no session afterwards."""
    with Session(reader) as session:
        require_token(session, credentials)


async def authenticate(response: Response, token: CurrentToken) -> User:
    """Return the user who asks, by the bearer token (RFC 6750 §2.1)."""
    response.headers["Cache-Control"] = "private, no-cache"
    return token.user


CurrentUser = Annotated[User, Depends(authenticate)]


async def require_admin(user: CurrentUser) -> User:
    """Refuse users who are not administrators."""
    if not user.admin:
        raise HTTPException(403, "This is for administrators.")
    return user


AdminUser = Annotated[User, Depends(require_admin)]


def find_bookmark(session: SessionDep, user: CurrentUser, id: Id) -> Bookmark:
    """Return a bookmark of this user; another's is as if missing."""
    bookmark = get_bookmark(session, user.id, id)
    if not bookmark:
        raise HTTPException(404, "There is no such bookmark.")
    return bookmark


CurrentBookmark = Annotated[Bookmark, Depends(find_bookmark)]


def find_user_bookmark(
    session: SessionDep, user: SessionUser, id: Id
) -> Bookmark:
    """Return a bookmark of the user who signed in with this browser."""
    return find_bookmark(session, user, id)


UserBookmark = Annotated[Bookmark, Depends(find_user_bookmark)]

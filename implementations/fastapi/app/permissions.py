"""Who may do what."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from app.bookmarks import get_bookmark
from app.models import Bookmark, User
from app.storage import reading, writing
from app.tokens import find_token


class Bearer(HTTPBearer):
    """The credentials of a request (RFC 6750 §2.1)."""

    async def __call__(self, request: Request) -> str:
        """Return the token that was sent, whether it is good or not."""
        # HTTPBearer itself looks at the first of two fields only, and takes
        # "Bearer" without a token for no credentials.
        credentials = ", ".join(request.headers.getlist("Authorization"))
        scheme, _, token = credentials.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("Bearer")
        return token.strip(" ")


SentToken = Annotated[str, Depends(Bearer(scheme_name="bearer"))]


def authenticate(
    request: Request, response: Response, token: SentToken
) -> User:
    """Return the account that asks, by its bearer token (RFC 6750 §2.1)."""
    with reading() as db:
        found = find_token(db, token)
    if not found:
        raise unauthorized('Bearer error="invalid_token"')
    request.state.user_id = found.user_id
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    return found.user


Account = Annotated[User, Depends(authenticate)]


async def require_admin(account: Account) -> User:
    """Refuse accounts that are no administrator's."""
    if not account.admin:
        raise HTTPException(403, "This is for administrators.")
    return account


Admin = Annotated[User, Depends(require_admin)]


def find_bookmark(db: Session, user: User, bookmark_id: int) -> Bookmark:
    """Return a bookmark of this account; another's is as if missing."""
    bookmark = get_bookmark(db, user.id, bookmark_id)
    if not bookmark:
        raise HTTPException(404, "There is no such bookmark.")
    return bookmark


def unauthorized(challenge: str) -> HTTPException:
    """Make the problem of a request without a valid token."""
    detail = "A valid token is needed."
    return HTTPException(401, detail, {"WWW-Authenticate": challenge})


def read_bookmark(account: Account, id: int) -> Bookmark:
    """Read the bookmark that the path names."""
    with reading() as db:
        return find_bookmark(db, account, id)


OwnBookmark = Annotated[Bookmark, Depends(read_bookmark)]


@contextmanager
def writing_by_token(token: str) -> Iterator[Session]:
    """Write for an account, unless its token has ended since it was read."""
    with writing() as db:
        if not find_token(db, token):
            raise unauthorized('Bearer error="invalid_token"')
        yield db

"""The floor of FastAPI.

Session and user are dependencies, as its documentation shows them.
"""

from datetime import UTC, datetime
from typing import Annotated

from app.bookmarks import BookmarkDocument, bookmark_etag
from app.headers import NoSniff
from app.logs import RequestLog, configure_logging
from app.models import Bookmark, Tag, Token, User
from app.pagination import PageDocument, link_header
from app.search import search_text
from app.storage import SessionDep
from app.tokens import digest
from app.validation import BookmarkFields, BookmarkQuery
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

app = FastAPI()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


@app.get("/healthz")
async def hello() -> dict[str, str]:
    """Answer without looking at anything."""
    return {"status": "ok"}


@app.get("/checked/api/bookmarks/{id}")
async def check_show_bookmark(id: int) -> dict[str, str]:
    """Route and validate, and stop there."""
    return {"status": "ok"}


@app.get("/checked/api/bookmarks")
async def check_list_bookmarks(
    query: Annotated[BookmarkQuery, Query()],
) -> dict[str, str]:
    """Route and validate, and stop there."""
    return {"status": "ok"}


@app.post("/checked/api/bookmarks")
async def check_create_bookmark(fields: BookmarkFields) -> dict[str, str]:
    """Route and validate, and stop there."""
    return {"status": "ok"}


def get_current_user(
    request: Request,
    response: Response,
    session: SessionDep,
    credentials: Credentials,
) -> User:
    """Return the user whose token was sent."""
    query = select(Token).join(Token.user).options(contains_eager(Token.user))
    query = query.where(Token.digest == digest(credentials.credentials))
    query = query.where(Token.expires_at > datetime.now(UTC))
    user = session.scalars(query).one().user
    request.state.user_id = user.id
    response.headers["Cache-Control"] = "private, no-cache"
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


@app.get("/api/bookmarks/{id}", response_model=BookmarkDocument)
def show_bookmark(
    id: int, session: SessionDep, user: CurrentUser, response: Response
) -> Bookmark:
    """Show one bookmark."""
    query = select(Bookmark).filter_by(user_id=user.id, id=id)
    bookmark = session.scalars(query).one()
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@app.get("/api/bookmarks", response_model=PageDocument[BookmarkDocument])
def list_bookmarks(
    request: Request,
    response: Response,
    query: Annotated[BookmarkQuery, Query()],
    session: SessionDep,
    user: CurrentUser,
) -> PageDocument:
    """List one page of the user's bookmarks."""
    rows = select(Bookmark).where(Bookmark.user_id == user.id)
    total = session.scalar(select(func.count()).select_from(rows.subquery()))
    rows = rows.order_by(Bookmark.created_at.desc(), Bookmark.id.desc())
    rows = rows.limit(query.per_page)
    rows = rows.offset((query.page - 1) * query.per_page)
    page = PageDocument(
        items=session.scalars(rows).all(),
        page=query.page,
        per_page=query.per_page,
        total=total,
    )
    response.headers["Link"] = link_header(request, page)
    return page


@app.post("/api/bookmarks", status_code=201, response_model=BookmarkDocument)
def create_bookmark(
    fields: BookmarkFields,
    session: SessionDep,
    user: CurrentUser,
    response: Response,
) -> Bookmark:
    """Create a bookmark."""
    now = datetime.now(UTC)
    bookmark = Bookmark(
        user_id=user.id,
        url=fields.url,
        title=fields.title,
        notes=fields.notes,
        created_at=now,
        updated_at=now,
        folded=search_text(fields.title, fields.url, fields.notes),
        tag_rows={Tag(name=name) for name in fields.tags},
    )
    session.add(bookmark)
    session.flush()
    own = select(Bookmark.id).filter_by(user_id=bookmark.user_id)
    session.scalar(select(func.count()).select_from(own.subquery()))
    session.commit()
    response.headers["Location"] = f"/api/bookmarks/{bookmark.id}"
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


def make_floor() -> FastAPI:
    """Add what every answer has: its line in the log, its id, a header."""
    configure_logging()
    app.add_middleware(NoSniff)
    app.add_middleware(RequestLog)
    return app

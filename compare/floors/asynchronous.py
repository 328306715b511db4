"""FastAPI's implementation with an asynchronous driver, for two reads.

It is no floor: all is as in the implementation, and its own functions make
the queries; but the session is SQLAlchemy's asynchronous one, over aiosqlite,
and everything that the two operations depend on is `async def`, so that no
thread of FastAPI's pool is used. Source: "Asynchronous I/O (asyncio)" in
SQLAlchemy's documentation.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from app import permissions
from app.bookmarks import BookmarkDocument, bookmark_etag
from app.main import app, lifespan
from app.models import Bookmark, User
from app.pagination import PageDocument, link_header, order_by, paginate
from app.search import select_bookmarks
from app.settings import settings
from app.validation import BookmarkQuery
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine(
    settings.database_url.set(
        drivername="sqlite+aiosqlite",
        database=Path(settings.database_url.database).absolute().as_uri(),
        query={"mode": "rw", "uri": "true"},
    ),
    connect_args={"timeout": 5, "isolation_level": None},
)
routes = APIRouter()


@event.listens_for(engine.sync_engine, "connect")
def set_pragmas(connection: DBAPIConnection, record: object) -> None:
    """Set what the implementation sets."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


event.listen(
    engine.sync_engine,
    "begin",
    lambda connection: connection.exec_driver_sql("BEGIN"),
)


async def get_session() -> AsyncIterator[AsyncSession]:
    """Open a session, whose transaction begins with its first statement."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def authenticate(
    request: Request,
    response: Response,
    session: Session,
    credentials: permissions.Credentials,
) -> User:
    """Return the user who asks."""
    token = await session.run_sync(permissions.require_token, credentials)
    request.state.user_id = token.user_id
    return await permissions.authenticate(response, token)


CurrentUser = Annotated[User, Depends(authenticate)]


@routes.get("/api/bookmarks/{id}", response_model=BookmarkDocument)
async def show_bookmark(
    session: Session, user: CurrentUser, id: permissions.Id, response: Response
) -> Bookmark:
    """Show one bookmark."""
    bookmark = await session.run_sync(permissions.find_bookmark, user, id)
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@routes.get("/api/bookmarks", response_model=PageDocument[BookmarkDocument])
async def list_bookmarks(
    request: Request,
    session: Session,
    user: CurrentUser,
    query: Annotated[BookmarkQuery, Query()],
    response: Response,
) -> PageDocument:
    """List one page of the user's bookmarks."""
    bookmarks = select_bookmarks(user.id, query.q, query.tag)
    bookmarks = bookmarks.order_by(*order_by(Bookmark, query.sort))
    page = await session.run_sync(
        paginate, bookmarks, query.page, query.per_page
    )
    response.headers["Link"] = link_header(request, page)
    return page


@asynccontextmanager
async def closing(app: FastAPI) -> AsyncIterator[None]:
    """Close the connections, which belong to the event loop, at its end."""
    async with lifespan(app):
        yield
    await engine.dispose()


app.router.lifespan_context = closing
app.router.routes[:0] = routes.routes

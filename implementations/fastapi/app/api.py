"""The operations of the API."""

from typing import Annotated

from fastapi import (
    APIRouter,
    HTTPException,
    Query,
    Request,
    Response,
    UploadFile,
)
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from app.accounts import (
    HashingTurn,
    UserDocument,
    check_sign_in,
    get_password_hash,
    insert_user,
    remove_user,
    verify_password,
)
from app.bookmarks import (
    BookmarkDocument,
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
)
from app.caching import UnchangedBookmark
from app.exporting import TYPES, export_response
from app.health import StatusDocument, require_ready
from app.importing import ImportDocument, insert_entries, read_entries
from app.limits import check_limit, count_failure
from app.models import Bookmark, Tag, User
from app.pagination import PageDocument, link_header, order_by, paginate
from app.permissions import (
    AdminUser,
    Credentials,
    CurrentBookmark,
    CurrentToken,
    CurrentUser,
    Id,
    SeenToken,
    TokenRoute,
    require_token,
)
from app.search import select_bookmarks
from app.sessions import end_sessions
from app.settings import settings
from app.storage import SessionDep
from app.tags import TagDocument, select_tags
from app.tokens import TokenDocument, end_other_tokens, issue_token
from app.validation import (
    BookmarkChanges,
    BookmarkFields,
    BookmarkQuery,
    ExportFormat,
    PageQuery,
    PasswordChange,
    Registration,
    SignIn,
    require_other_than,
)

api = APIRouter(
    generate_unique_id_function=lambda route: route.name,
    max_body_size=settings.max_body_bytes,
)
# A router of its own: a file is read only for those who have a token.
uploads = APIRouter(
    generate_unique_id_function=lambda route: route.name,
    route_class=TokenRoute,
    max_body_size=settings.max_import_bytes,
)


@api.get("/healthz")
async def show_health() -> StatusDocument:
    """Say that the process is running."""
    return StatusDocument(status="ok")


@api.get("/readyz")
def show_readiness(session: SessionDep) -> StatusDocument:
    """Say whether the database is ready."""
    require_ready(session)
    return StatusDocument(status="ok")


@api.post(
    "/api/users",
    status_code=201,
    response_model=UserDocument,
    dependencies=[HashingTurn],
)
def register_user(
    session: SessionDep, fields: Registration, response: Response
) -> User:
    """Create an account."""
    password = get_password_hash(fields.password)
    user = insert_user(session, fields.username, password)
    session.commit()
    response.headers["Location"] = "/api/me"
    return user


@api.get("/api/me", response_model=UserDocument)
async def show_me(user: CurrentUser) -> User:
    """Show the signed-in user."""
    return user


@api.put("/api/me/password", status_code=204, dependencies=[HashingTurn])
def change_password(
    request: Request,
    session: SessionDep,
    token: SeenToken,
    credentials: Credentials,
    fields: PasswordChange,
) -> None:
    """Change the password and end all other sign-ins."""
    user = token.user
    require_other_than(fields.new_password, user.username)
    check_limit(request, session, user.username)
    stored = user.password
    session.commit()  # so that others write while the passwords are hashed
    if not verify_password(fields.current_password, stored):
        count_failure(request, session, user.username)
        raise HTTPException(403, "The current password is wrong.")
    password = get_password_hash(fields.new_password)
    require_token(session, credentials, lock=True)  # hashing took its time
    if user.password != stored:
        raise HTTPException(403, "The current password is wrong.")
    user.password = password
    end_other_tokens(session, user.id, token.digest)
    end_sessions(session, user.id)
    session.commit()


@api.delete("/api/me", status_code=204)
def delete_me(session: SessionDep, user: CurrentUser) -> None:
    """Delete the signed-in user, with all data."""
    remove_user(session, user.id)
    session.commit()


@api.post("/api/tokens", status_code=201, dependencies=[HashingTurn])
def create_token(
    request: Request, session: SessionDep, fields: SignIn, response: Response
) -> TokenDocument:
    """Sign in: exchange a name and a password for a token."""
    user = check_sign_in(request, session, fields.username, fields.password)
    request.state.user_id = user.id
    token = issue_token(session, user.id)
    session.commit()
    response.headers["Cache-Control"] = "no-store"
    return token


@api.delete("/api/tokens/current", status_code=204)
def delete_token(session: SessionDep, token: CurrentToken) -> None:
    """Sign out: revoke the token of this request."""
    session.delete(token)
    session.commit()


@api.get("/api/bookmarks", response_model=PageDocument[BookmarkDocument])
def list_bookmarks(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    query: Annotated[BookmarkQuery, Query()],
    response: Response,
) -> PageDocument:
    """List one page of the user's bookmarks."""
    bookmarks = select_bookmarks(user.id, query.q, query.tag)
    bookmarks = bookmarks.order_by(*order_by(Bookmark, query.sort))
    page = paginate(session, bookmarks, query.page, query.per_page)
    response.headers["Link"] = link_header(request, page)
    return page


@api.post("/api/bookmarks", status_code=201, response_model=BookmarkDocument)
def create_bookmark(
    session: SessionDep,
    user: CurrentUser,
    fields: BookmarkFields,
    response: Response,
) -> Bookmark:
    """Create a bookmark."""
    bookmark = insert_bookmark(session, user.id, fields.model_dump())
    session.commit()
    response.headers["Location"] = f"/api/bookmarks/{bookmark.id}"
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.get("/api/bookmarks/{id}", response_model=BookmarkDocument)
async def show_bookmark(
    bookmark: CurrentBookmark, response: Response
) -> Bookmark:
    """Show one bookmark."""
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.put("/api/bookmarks/{id}", response_model=BookmarkDocument)
def replace_bookmark(
    session: SessionDep,
    bookmark: UnchangedBookmark,
    fields: BookmarkFields,
    response: Response,
) -> Bookmark:
    """Replace all fields of a bookmark."""
    change_bookmark(session, bookmark, fields.model_dump())
    session.commit()
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.patch("/api/bookmarks/{id}", response_model=BookmarkDocument)
def update_bookmark(
    session: SessionDep,
    bookmark: UnchangedBookmark,
    fields: BookmarkChanges,
    response: Response,
) -> Bookmark:
    """Change some fields of a bookmark."""
    change_bookmark(session, bookmark, fields.model_dump())
    session.commit()
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.delete("/api/bookmarks/{id}", status_code=204)
def delete_bookmark(session: SessionDep, bookmark: UnchangedBookmark) -> None:
    """Delete a bookmark."""
    session.delete(bookmark)
    session.commit()


@api.get("/api/tags", response_model=PageDocument[TagDocument])
def list_tags(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    query: Annotated[PageQuery, Query()],
    response: Response,
) -> PageDocument:
    """List one page of the user's tags with their counts."""
    tags = select_tags(user.id).order_by(Tag.name)
    page = paginate(session, tags, query.page, query.per_page)
    response.headers["Link"] = link_header(request, page)
    return page


@uploads.post("/api/import")
def import_bookmarks(
    session: SessionDep,
    user: CurrentUser,
    credentials: Credentials,
    file: UploadFile,
) -> ImportDocument:
    """Import a browser's bookmark file."""
    session.commit()  # so that others write while the file is parsed
    entries, skipped = read_entries(file)
    require_token(session, credentials, lock=True)  # parsing took its time
    result = insert_entries(session, user.id, entries, skipped)
    session.commit()
    return result


@api.get(
    "/api/export",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in TYPES.values()}}},
)
async def export_bookmarks(
    user: CurrentUser, format: ExportFormat = "html"
) -> StreamingResponse:
    """Export all bookmarks as a file."""
    return export_response(user.id, format)


@api.get("/api/users", response_model=PageDocument[UserDocument])
def list_users(
    request: Request,
    session: SessionDep,
    admin: AdminUser,
    query: Annotated[PageQuery, Query()],
    response: Response,
) -> PageDocument:
    """List one page of all users."""
    users = select(User).order_by(User.id)
    page = paginate(session, users, query.page, query.per_page)
    response.headers["Link"] = link_header(request, page)
    return page


@api.delete("/api/users/{id}", status_code=204)
def delete_user(session: SessionDep, admin: AdminUser, id: Id) -> None:
    """Delete a user with all data."""
    if not remove_user(session, id):
        raise HTTPException(404, "There is no such user.")
    session.commit()

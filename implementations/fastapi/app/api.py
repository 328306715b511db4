"""The operations of the API."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import delete, select
from starlette.convertors import register_url_convertor

from app.accounts import (
    UserDocument,
    check_sign_in,
    confirm_password,
    delete_account,
    hash_password,
    insert_user,
    verify_password,
)
from app.bookmarks import (
    BookmarkDocument,
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
)
from app.caching import REVALIDATED, CachedRoute, IfMatch, check_if_match
from app.docs import (
    BODY,
    DATABASE,
    SIGNED_IN,
    OpenapiDocument,
    answers,
    multipart,
    text,
)
from app.exporting import TYPES, export_response
from app.health import StatusDocument, require_ready
from app.importing import (
    ImportDocument,
    Upload,
    choose_entries,
    insert_entries,
    read_entries,
)
from app.limits import check_limit, count_failure
from app.models import Bookmark, Token, User
from app.pagination import PageDocument, link_header, order_by, paginate
from app.permissions import (
    Account,
    Admin,
    OwnBookmark,
    SentToken,
    find_bookmark,
    writing_by_token,
)
from app.routing import IdConvertor
from app.search import select_bookmarks
from app.sessions import end_sessions
from app.storage import reading, writing
from app.tags import TagList, count_tags
from app.tokens import TokenDocument, digest, end_tokens, issue_token
from app.validation import (
    BookmarkChanges,
    BookmarkFields,
    BookmarkPage,
    ExportFormat,
    Page,
    PasswordChange,
    Registration,
    SignIn,
    require_other_than,
)

register_url_convertor("id", IdConvertor())
api = APIRouter(
    route_class=CachedRoute,
    generate_unique_id_function=lambda route: route.name,
)


@api.get("/healthz", responses=answers(400))
async def show_health() -> StatusDocument:
    """Say that the process is up."""
    return StatusDocument(status="ok")


@api.get("/readyz", responses=answers(*DATABASE))
def show_readiness() -> StatusDocument:
    """Say whether the database can serve."""
    with reading() as db:
        require_ready(db)
    return StatusDocument(status="ok")


@api.post(
    "/api/users",
    status_code=201,
    response_model=UserDocument,
    responses=answers(*DATABASE, *BODY, 409),
)
def register_user(fields: Registration, response: Response) -> User:
    """Create an account."""
    password = hash_password(fields.password)
    with writing() as db:
        user = insert_user(db, fields.username, password)
    response.headers["Location"] = "/api/me"
    return user


@api.get("/api/me", response_model=UserDocument, responses=answers(*SIGNED_IN))
def show_me(account: Account) -> User:
    """Show the account that asks."""
    return account


@api.put(
    "/api/me/password",
    status_code=204,
    responses=answers(*SIGNED_IN, *BODY, 403, 429),
)
def change_password(
    request: Request,
    account: Account,
    token: SentToken,
    fields: PasswordChange,
) -> None:
    """Change the password and end all other sign-ins."""
    require_other_than(fields.new_password, account.username)
    with reading() as db:
        check_limit(db, account.username, request.client.host)
    if not verify_password(fields.current_password, account.password):
        count_failure(account.username, request.client.host)
        raise HTTPException(403, "The current password is wrong.")
    password = hash_password(fields.new_password)
    with writing_by_token(token) as db:
        confirm_password(db, account).password = password
        end_tokens(db, account.id, but=digest(token))
        end_sessions(db, account.id)


@api.delete("/api/me", status_code=204, responses=answers(*SIGNED_IN))
def delete_me(account: Account, token: SentToken) -> None:
    """Delete the account that asks, with all its data."""
    with writing_by_token(token) as db:
        delete_account(db, account.id)


@api.post(
    "/api/tokens",
    status_code=201,
    responses=answers(*DATABASE, *BODY, 401, 429),
)
def create_token(
    request: Request, fields: SignIn, response: Response
) -> TokenDocument:
    """Sign in: trade a name and a password for a token."""
    user = check_sign_in(request, fields.username, fields.password)
    with writing() as db:
        confirm_password(db, user)
        token = issue_token(db, user.id)
    response.headers["Cache-Control"] = "no-store"
    return token


@api.delete(
    "/api/tokens/current", status_code=204, responses=answers(*SIGNED_IN)
)
def delete_token(account: Account, token: SentToken) -> None:
    """Sign out: end the token that asks."""
    with writing_by_token(token) as db:
        db.execute(delete(Token).where(Token.digest == digest(token)))


@api.get(
    "/api/bookmarks",
    response_model=PageDocument[BookmarkDocument],
    responses=answers(*SIGNED_IN, 304, 422),
    dependencies=[REVALIDATED],
)
def list_bookmarks(
    account: Account,
    wanted: Annotated[BookmarkPage, Query()],
    request: Request,
    response: Response,
) -> PageDocument:
    """List one page of the account's bookmarks."""
    query = select_bookmarks(account.id, wanted.q, wanted.tag)
    query = query.order_by(*order_by(Bookmark, wanted.sort))
    with reading() as db:
        page = paginate(db, query, wanted)
    response.headers["Link"] = link_header(request, page)
    return page


@api.post(
    "/api/bookmarks",
    status_code=201,
    response_model=BookmarkDocument,
    responses=answers(*SIGNED_IN, *BODY, 409),
)
def create_bookmark(
    account: Account,
    token: SentToken,
    fields: BookmarkFields,
    response: Response,
) -> Bookmark:
    """Create a bookmark."""
    with writing_by_token(token) as db:
        bookmark = insert_bookmark(db, account.id, fields.model_dump())
    response.headers["Location"] = f"/api/bookmarks/{bookmark.id}"
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.get(
    "/api/bookmarks/{id:id}",
    response_model=BookmarkDocument,
    responses=answers(*SIGNED_IN, 304, 404),
    dependencies=[REVALIDATED],
)
def show_bookmark(bookmark: OwnBookmark, response: Response) -> Bookmark:
    """Show one bookmark."""
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.put(
    "/api/bookmarks/{id:id}",
    response_model=BookmarkDocument,
    responses=answers(*SIGNED_IN, *BODY, 404, 409, 412),
)
def replace_bookmark(
    account: Account,
    token: SentToken,
    bookmark: OwnBookmark,
    if_match: IfMatch,
    fields: BookmarkFields,
    response: Response,
) -> Bookmark:
    """Replace all fields of a bookmark."""
    with writing_by_token(token) as db:
        bookmark = find_bookmark(db, account, bookmark.id)
        check_if_match(if_match, bookmark)
        change_bookmark(db, bookmark, fields.model_dump())
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.patch(
    "/api/bookmarks/{id:id}",
    response_model=BookmarkDocument,
    responses=answers(*SIGNED_IN, *BODY, 404, 409, 412),
)
def update_bookmark(
    account: Account,
    token: SentToken,
    bookmark: OwnBookmark,
    if_match: IfMatch,
    fields: BookmarkChanges,
    response: Response,
) -> Bookmark:
    """Change the named fields of a bookmark."""
    with writing_by_token(token) as db:
        bookmark = find_bookmark(db, account, bookmark.id)
        check_if_match(if_match, bookmark)
        change_bookmark(db, bookmark, fields.model_dump())
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.delete(
    "/api/bookmarks/{id:id}",
    status_code=204,
    responses=answers(*SIGNED_IN, 404, 412),
)
def delete_bookmark(
    account: Account, token: SentToken, if_match: IfMatch, id: int
) -> None:
    """Delete a bookmark."""
    with writing_by_token(token) as db:
        bookmark = find_bookmark(db, account, id)
        check_if_match(if_match, bookmark)
        db.delete(bookmark)


@api.get(
    "/api/tags",
    response_model=TagList,
    responses=answers(*SIGNED_IN, 304),
    dependencies=[REVALIDATED],
)
def list_tags(account: Account) -> dict[str, Any]:
    """List the account's tags with their counts."""
    with reading() as db:
        return {"items": count_tags(db, account.id)}


@api.post(
    "/api/import",
    responses=answers(*SIGNED_IN, *BODY),
    openapi_extra=multipart(file={"type": "string", "format": "binary"}),
)
def import_bookmarks(
    account: Account, token: SentToken, upload: Upload
) -> ImportDocument:
    """Import a browser's bookmark file."""
    entries = read_entries(upload)
    wanted = choose_entries(entries)  # while others may still write
    with writing_by_token(token) as db:
        created = insert_entries(db, account.id, wanted)
    return ImportDocument(created=created, skipped=len(entries) - created)


@api.head("/api/export", include_in_schema=False)
@api.get(
    "/api/export",
    response_class=StreamingResponse,
    responses=answers(*SIGNED_IN, 422) | text(*TYPES.values()),
)
def export_bookmarks(
    request: Request, account: Account, format: ExportFormat = "html"
) -> Response:
    """Export all bookmarks as a file."""
    return export_response(account.id, format, request.method)


@api.get(
    "/api/users",
    response_model=PageDocument[UserDocument],
    responses=answers(*SIGNED_IN, 304, 403, 422),
    dependencies=[REVALIDATED],
)
def list_users(
    admin: Admin,
    wanted: Annotated[Page, Query()],
    request: Request,
    response: Response,
) -> PageDocument:
    """List one page of all accounts."""
    with reading() as db:
        page = paginate(db, select(User).order_by(User.id), wanted)
    response.headers["Link"] = link_header(request, page)
    return page


@api.delete(
    "/api/users/{id:id}",
    status_code=204,
    responses=answers(*SIGNED_IN, 403, 404),
)
def delete_user(admin: Admin, token: SentToken, id: int) -> None:
    """Delete an account, with all its data."""
    with writing_by_token(token) as db:
        if not delete_account(db, id):
            raise HTTPException(404, "There is no such account.")


@api.get(
    "/api/openapi.json",
    response_model=OpenapiDocument,
    responses=answers(400),
)
async def show_openapi(request: Request) -> Response:
    """Describe this API."""
    return JSONResponse(request.app.openapi())

"""The operations of the API."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
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
from app.bodies import JSONRoute
from app.bookmarks import (
    BookmarkDocument,
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
)
from app.health import require_ready
from app.models import Bookmark, Token, User
from app.pagination import PageDocument, link_header, order_by, paginate
from app.permissions import (
    Account,
    Admin,
    OwnBookmark,
    SentToken,
    find_bookmark,
    writing_as,
)
from app.routing import IdConvertor
from app.search import select_bookmarks
from app.storage import reading, writing
from app.tags import TagList, count_tags
from app.tokens import TokenDocument, digest, end_tokens, issue_token
from app.validation import (
    BookmarkChanges,
    BookmarkFields,
    BookmarkPage,
    Page,
    PasswordChange,
    Registration,
    SignIn,
    require_other_than,
)

register_url_convertor("id", IdConvertor())
api = APIRouter(route_class=JSONRoute)


@api.get("/healthz")
def show_health() -> dict[str, str]:
    """Say that the process is up."""
    return {"status": "ok"}


@api.get("/readyz")
def show_readiness() -> dict[str, str]:
    """Say whether the database can serve."""
    with reading() as db:
        require_ready(db)
    return {"status": "ok"}


@api.post("/api/users", status_code=201, response_model=UserDocument)
def register_user(fields: Registration, response: Response) -> User:
    """Create an account."""
    password = hash_password(fields.password)
    with writing() as db:
        user = insert_user(db, fields.username, password)
    response.headers["Location"] = "/api/me"
    return user


@api.get("/api/me", response_model=UserDocument)
def show_me(account: Account) -> User:
    """Show the account that asks."""
    return account


@api.put("/api/me/password", status_code=204)
def change_password(
    account: Account, token: SentToken, fields: PasswordChange
) -> None:
    """Change the password and end all other sign-ins."""
    require_other_than(fields.new_password, account.username)
    if not verify_password(fields.current_password, account.password):
        raise HTTPException(403, "The current password is wrong.")
    password = hash_password(fields.new_password)
    with writing() as db:
        confirm_password(db, account).password = password
        end_tokens(db, account.id, but=digest(token))


@api.delete("/api/me", status_code=204)
def delete_me(account: Account) -> None:
    """Delete the account that asks, with all its data."""
    with writing_as(account) as db:
        delete_account(db, account.id)


@api.post("/api/tokens", status_code=201)
def create_token(fields: SignIn, response: Response) -> TokenDocument:
    """Sign in: trade a name and a password for a token."""
    user = check_sign_in(fields.username, fields.password)
    with writing() as db:
        confirm_password(db, user)
        token = issue_token(db, user.id)
    response.headers["Cache-Control"] = "no-store"
    return token


@api.delete("/api/tokens/current", status_code=204)
def delete_token(account: Account, token: SentToken) -> None:
    """Sign out: end the token that asks."""
    with writing_as(account) as db:
        db.execute(delete(Token).where(Token.digest == digest(token)))


@api.get("/api/bookmarks", response_model=PageDocument[BookmarkDocument])
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


@api.post("/api/bookmarks", status_code=201, response_model=BookmarkDocument)
def create_bookmark(
    account: Account, fields: BookmarkFields, response: Response
) -> Bookmark:
    """Create a bookmark."""
    with writing_as(account) as db:
        bookmark = insert_bookmark(db, account.id, fields.model_dump())
    response.headers["Location"] = f"/api/bookmarks/{bookmark.id}"
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.get("/api/bookmarks/{id:id}", response_model=BookmarkDocument)
def show_bookmark(bookmark: OwnBookmark, response: Response) -> Bookmark:
    """Show one bookmark."""
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.put("/api/bookmarks/{id:id}", response_model=BookmarkDocument)
def replace_bookmark(
    account: Account,
    bookmark: OwnBookmark,
    fields: BookmarkFields,
    response: Response,
) -> Bookmark:
    """Replace all fields of a bookmark."""
    with writing_as(account) as db:
        bookmark = find_bookmark(db, account, bookmark.id)
        change_bookmark(db, bookmark, fields.model_dump())
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.patch("/api/bookmarks/{id:id}", response_model=BookmarkDocument)
def update_bookmark(
    account: Account,
    bookmark: OwnBookmark,
    fields: BookmarkChanges,
    response: Response,
) -> Bookmark:
    """Change the named fields of a bookmark."""
    with writing_as(account) as db:
        bookmark = find_bookmark(db, account, bookmark.id)
        change_bookmark(db, bookmark, fields.model_dump())
    response.headers["ETag"] = bookmark_etag(bookmark)
    return bookmark


@api.delete("/api/bookmarks/{id:id}", status_code=204)
def delete_bookmark(account: Account, id: int) -> None:
    """Delete a bookmark."""
    with writing_as(account) as db:
        db.delete(find_bookmark(db, account, id))


@api.get("/api/tags", response_model=TagList)
def list_tags(account: Account) -> dict[str, Any]:
    """List the account's tags with their counts."""
    with reading() as db:
        return {"items": count_tags(db, account.id)}


@api.get("/api/users", response_model=PageDocument[UserDocument])
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


@api.delete("/api/users/{id:id}", status_code=204)
def delete_user(admin: Admin, id: int) -> None:
    """Delete an account, with all its data."""
    with writing_as(admin) as db:
        if not delete_account(db, id):
            raise HTTPException(404, "There is no such account.")

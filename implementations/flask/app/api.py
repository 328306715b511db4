"""The operations of the API."""

from flask import (
    Blueprint,
    abort,
    current_app,
    g,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.accounts import (
    check_sign_in,
    confirm_password,
    delete_account,
    hash_password,
    insert_user,
    represent_user,
)
from app.bodies import read_json, read_upload
from app.bookmarks import (
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
    represent_bookmark,
)
from app.caching import allow_keeping, answer_unchanged, check_if_match
from app.exporting import export_response
from app.health import require_ready
from app.importing import choose_entries, insert_entries, read_entries
from app.limits import check_limit, count_failure
from app.models import Bookmark, User
from app.pagination import order_by, page_response, paginate
from app.permissions import authenticate, find_bookmark, require_admin
from app.search import select_bookmarks
from app.sessions import end_sessions
from app.storage import reading, writing
from app.tags import count_tags
from app.tokens import end_tokens, issue_token
from app.validation import (
    BookmarkChanges,
    BookmarkFields,
    BookmarkPage,
    Export,
    Page,
    PasswordChange,
    Registration,
    SignIn,
    validate,
    validate_query,
)

api = Blueprint("api", __name__)
api.after_request(answer_unchanged)
api.after_request(allow_keeping)  # runs before the one above


@api.get("/healthz")
def show_health() -> ResponseReturnValue:
    """Say that the process is up."""
    return {"status": "ok"}


@api.get("/readyz")
def show_readiness() -> ResponseReturnValue:
    """Say whether the database can serve."""
    with reading() as db:
        require_ready(db)
    return {"status": "ok"}


@api.post("/api/users")
def register_user() -> ResponseReturnValue:
    """Create an account."""
    fields = validate(Registration, read_json())
    password = hash_password(fields.password)
    with writing() as db:
        user = insert_user(db, fields.username, password)
    return represent_user(user), 201, {"Location": "/api/me"}


@api.get("/api/me")
def show_me() -> ResponseReturnValue:
    """Show the account that asks."""
    with reading() as db:
        user = authenticate(db)
    return represent_user(user)


@api.put("/api/me/password")
def change_password() -> ResponseReturnValue:
    """Change the password and end all other sign-ins."""
    body = read_json()
    with reading() as db:
        user = authenticate(db)
        fields = validate(PasswordChange, body, user.username)
        check_limit(db, user.username)
    if not check_password_hash(user.password, fields.current_password):
        count_failure(user.username)
        abort(403, "The current password is wrong.")
    password = hash_password(fields.new_password)
    with writing() as db:
        authenticate(db)  # again, for hashing took its time
        confirm_password(db, user).password = password
        end_tokens(db, user.id, but=g.token.digest)
        end_sessions(db, user.id)
    return "", 204


@api.delete("/api/me")
def delete_me() -> ResponseReturnValue:
    """Delete the account that asks, with all its data."""
    with writing() as db:
        user = authenticate(db)
        delete_account(db, user.id)
    return "", 204


@api.post("/api/tokens")
def create_token() -> ResponseReturnValue:
    """Sign in: trade a name and a password for a token."""
    fields = validate(SignIn, read_json())
    user = check_sign_in(fields.username, fields.password)
    with writing() as db:
        confirm_password(db, user)
        token = issue_token(db, user.id)
    return token, 201, {"Cache-Control": "no-store"}


@api.delete("/api/tokens/current")
def delete_token() -> ResponseReturnValue:
    """Sign out: end the token that asks."""
    with writing() as db:
        authenticate(db)
        db.delete(g.token)
    return "", 204


@api.get("/api/bookmarks")
def list_bookmarks() -> ResponseReturnValue:
    """List one page of the account's bookmarks."""
    with reading() as db:
        user = authenticate(db)
        wanted = validate_query(BookmarkPage)
        query = select_bookmarks(user.id, wanted.q, wanted.tag)
        query = query.order_by(*order_by(Bookmark, wanted.sort))
        page = paginate(db, query, wanted)
    return page_response(page, represent_bookmark)


@api.post("/api/bookmarks")
def create_bookmark() -> ResponseReturnValue:
    """Create a bookmark."""
    body = read_json()
    with writing() as db:
        user = authenticate(db)
        fields = validate(BookmarkFields, body)
        bookmark = insert_bookmark(db, user.id, fields.model_dump())
    location = f"/api/bookmarks/{bookmark.id}"
    return bookmark_response(201, bookmark, {"Location": location})


@api.get("/api/bookmarks/<id:id>")
def show_bookmark(id: int) -> ResponseReturnValue:
    """Show one bookmark."""
    with reading() as db:
        user = authenticate(db)
        bookmark = find_bookmark(db, user, id)
    return bookmark_response(200, bookmark)


@api.put("/api/bookmarks/<id:id>")
def replace_bookmark(id: int) -> ResponseReturnValue:
    """Replace all fields of a bookmark."""
    body = read_json()
    with writing() as db:
        user = authenticate(db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(bookmark_etag(bookmark))
        fields = validate(BookmarkFields, body)
        change_bookmark(db, bookmark, fields.model_dump())
    return bookmark_response(200, bookmark)


@api.patch("/api/bookmarks/<id:id>")
def update_bookmark(id: int) -> ResponseReturnValue:
    """Change the named fields of a bookmark."""
    body = read_json()
    with writing() as db:
        user = authenticate(db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(bookmark_etag(bookmark))
        fields = validate(BookmarkChanges, body)
        change_bookmark(db, bookmark, fields.model_dump())
    return bookmark_response(200, bookmark)


@api.delete("/api/bookmarks/<id:id>")
def delete_bookmark(id: int) -> ResponseReturnValue:
    """Delete a bookmark."""
    with writing() as db:
        user = authenticate(db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(bookmark_etag(bookmark))
        db.delete(bookmark)
    return "", 204


@api.get("/api/tags")
def list_tags() -> ResponseReturnValue:
    """List the account's tags with their counts."""
    with reading() as db:
        user = authenticate(db)
        tags = count_tags(db, user.id)
    return {"items": tags}


@api.post("/api/import")
def import_bookmarks() -> ResponseReturnValue:
    """Import a browser's bookmark file."""
    with reading() as db:
        authenticate(db)  # before the body, which may be large
    read_upload()
    entries = read_entries(request.files.getlist("file"))
    wanted = choose_entries(entries)  # while others may still write
    with writing() as db:
        user = authenticate(db)
        created = insert_entries(db, user.id, wanted)
    return {"created": created, "skipped": len(entries) - created}


@api.get("/api/export")
def export_bookmarks() -> ResponseReturnValue:
    """Export all bookmarks as a file."""
    with reading() as db:
        user = authenticate(db)
    wanted = validate_query(Export)
    return export_response(user.id, wanted.format)


@api.get("/api/users")
def list_users() -> ResponseReturnValue:
    """List one page of all accounts."""
    with reading() as db:
        require_admin(authenticate(db))
        wanted = validate_query(Page)
        page = paginate(db, select(User).order_by(User.id), wanted)
    return page_response(page, represent_user)


@api.delete("/api/users/<id:id>")
def delete_user(id: int) -> ResponseReturnValue:
    """Delete an account, with all its data."""
    with writing() as db:
        require_admin(authenticate(db))
        if not delete_account(db, id):
            abort(404, "There is no such account.")
    return "", 204


@api.get("/api/openapi.json")
def show_openapi() -> ResponseReturnValue:
    """Describe this API."""
    return send_from_directory(current_app.root_path, "openapi.json")


def bookmark_response(
    status: int, bookmark: Bookmark, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """Answer with one bookmark and its entity tag."""
    headers = {"ETag": bookmark_etag(bookmark), **(headers or {})}
    return represent_bookmark(bookmark), status, headers

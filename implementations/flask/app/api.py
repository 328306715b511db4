"""The operations of the API."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.accounts import (
    check_sign_in,
    hash_password,
    insert_user,
    remove_user,
    represent_user,
    verify_password,
)
from app.bookmarks import (
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
    represent_bookmark,
)
from app.caching import allow_caching, check_if_match, revalidated
from app.exporting import export_response
from app.extensions import compress, csrf
from app.health import require_ready
from app.importing import insert_entries, read_entries
from app.limits import check_limit, count_failure
from app.models import Bookmark, Tag, User
from app.pagination import order_by, page_response, paginate
from app.permissions import (
    find_bookmark,
    lock_token,
    require_admin,
    token_required,
)
from app.search import select_bookmarks
from app.sessions import end_sessions
from app.storage import begin_writing, db
from app.tags import represent_tag, select_tags
from app.tokens import end_other_tokens, issue_token
from app.validation import (
    ID,
    BookmarkChanges,
    BookmarkFields,
    BookmarkQuery,
    ExportQuery,
    PageQuery,
    PasswordChange,
    Registration,
    SignIn,
    validate_query,
)

api = Blueprint("api", __name__)
api.after_request(allow_caching)
csrf.exempt(api)


@api.get("/healthz")
def show_health() -> ResponseReturnValue:
    """Say that the process is running."""
    return {"status": "ok"}


@api.get("/readyz")
def show_readiness() -> ResponseReturnValue:
    """Say whether the database is ready."""
    require_ready()
    return {"status": "ok"}


@api.post("/api/users")
def register_user() -> ResponseReturnValue:
    """Create an account."""
    fields = Registration.model_validate(request.get_json())
    password = hash_password(fields.password)
    begin_writing()
    user = insert_user(fields.username, password)
    db.commit()
    return represent_user(user), 201, {"Location": url_for(".show_me")}


@api.get("/api/me")
@token_required
def show_me() -> ResponseReturnValue:
    """Show the signed-in user."""
    return represent_user(g.user)


@api.put("/api/me/password")
@token_required
def change_password() -> ResponseReturnValue:
    """Change the password and end all other sign-ins."""
    name, stored = g.user.username, g.user.password
    fields = PasswordChange.model_validate(request.get_json(), context=name)
    check_limit(name)
    if not verify_password(fields.current_password, stored):
        count_failure(name)
        abort(403, "The current password is wrong.")
    password = hash_password(fields.new_password)
    lock_token()  # hashing took its time
    if g.user.password != stored:
        abort(403, "The current password is wrong.")
    g.user.password = password
    end_other_tokens(g.user.id, g.token.digest)
    end_sessions(g.user.id)
    db.commit()
    return "", 204


@api.delete("/api/me")
def delete_me() -> ResponseReturnValue:
    """Delete the signed-in user, with all data."""
    lock_token()
    remove_user(g.user.id)
    db.commit()
    return "", 204


@api.post("/api/tokens")
def create_token() -> ResponseReturnValue:
    """Sign in: exchange a name and a password for a token."""
    fields = SignIn.model_validate(request.get_json())
    user = check_sign_in(fields.username, fields.password)
    token = issue_token(user.id)
    db.commit()
    return token, 201, {"Cache-Control": "no-store"}


@api.delete("/api/tokens/current")
def delete_token() -> ResponseReturnValue:
    """Sign out: revoke the token of this request."""
    lock_token()
    db.delete(g.token)
    db.commit()
    return "", 204


@api.get("/api/bookmarks")
@compress.compressed()
@token_required
def list_bookmarks() -> ResponseReturnValue:
    """List one page of the user's bookmarks."""
    query = validate_query(BookmarkQuery)
    bookmarks = select_bookmarks(g.user.id, query.q, query.tag)
    bookmarks = bookmarks.order_by(*order_by(Bookmark, query.sort))
    page = paginate(bookmarks, query.page, query.per_page)
    return page_response(page, represent_bookmark)


@api.post("/api/bookmarks")
def create_bookmark() -> ResponseReturnValue:
    """Create a bookmark."""
    document = request.get_json()
    lock_token()
    fields = BookmarkFields.model_validate(document)
    bookmark = insert_bookmark(g.user.id, fields.model_dump())
    db.commit()
    response = bookmark_response(bookmark)
    response.location = url_for(".show_bookmark", id=bookmark.id)
    return response, 201


@api.get(f"/api/bookmarks/{ID}")
@token_required
def show_bookmark(id: int) -> ResponseReturnValue:
    """Show one bookmark."""
    return revalidated(bookmark_response(find_bookmark(g.user, id)))


@api.put(f"/api/bookmarks/{ID}")
def replace_bookmark(id: int) -> ResponseReturnValue:
    """Replace all fields of a bookmark."""
    document = request.get_json()
    lock_token()
    bookmark = find_bookmark(g.user, id)
    check_if_match(bookmark_etag(bookmark))
    fields = BookmarkFields.model_validate(document)
    change_bookmark(bookmark, fields.model_dump())
    db.commit()
    return bookmark_response(bookmark)


@api.patch(f"/api/bookmarks/{ID}")
def update_bookmark(id: int) -> ResponseReturnValue:
    """Change some fields of a bookmark."""
    document = request.get_json()
    lock_token()
    bookmark = find_bookmark(g.user, id)
    check_if_match(bookmark_etag(bookmark))
    fields = BookmarkChanges.model_validate(document)
    change_bookmark(bookmark, fields.model_dump(exclude_unset=True))
    db.commit()
    return bookmark_response(bookmark)


@api.delete(f"/api/bookmarks/{ID}")
def delete_bookmark(id: int) -> ResponseReturnValue:
    """Delete a bookmark."""
    lock_token()
    bookmark = find_bookmark(g.user, id)
    check_if_match(bookmark_etag(bookmark))
    db.delete(bookmark)
    db.commit()
    return "", 204


@api.get("/api/tags")
@compress.compressed()
@token_required
def list_tags() -> ResponseReturnValue:
    """List one page of the user's tags with their counts."""
    query = validate_query(PageQuery)
    tags = select_tags(g.user.id).order_by(Tag.name)
    page = paginate(tags, query.page, query.per_page)
    return page_response(page, represent_tag)


@api.post("/api/import")
@token_required
def import_bookmarks() -> ResponseReturnValue:
    """Import a browser's bookmark file."""
    found = read_entries(request.files.get("file"))
    lock_token()
    result = insert_entries(g.user.id, *found)
    db.commit()
    return result


@api.get("/api/export")
@token_required
def export_bookmarks() -> ResponseReturnValue:
    """Export all bookmarks as a file."""
    query = validate_query(ExportQuery)
    return export_response(g.user.id, query.format)


@api.get("/api/users")
@compress.compressed()
@token_required
def list_users() -> ResponseReturnValue:
    """List one page of all users."""
    require_admin(g.user)
    query = validate_query(PageQuery)
    users = select(User).order_by(User.id)
    page = paginate(users, query.page, query.per_page)
    return page_response(page, represent_user)


@api.delete(f"/api/users/{ID}")
def delete_user(id: int) -> ResponseReturnValue:
    """Delete a user with all data."""
    lock_token()
    require_admin(g.user)
    if not remove_user(id):
        abort(404, "There is no such user.")
    db.commit()
    return "", 204


@api.get("/api/openapi.json")
def show_openapi() -> ResponseReturnValue:
    """Describe this API."""
    return send_from_directory(current_app.root_path, "openapi.json")


def bookmark_response(bookmark: Bookmark) -> Response:
    """Answer with one bookmark and its entity tag."""
    response = make_response(represent_bookmark(bookmark))
    response.set_etag(bookmark_etag(bookmark))
    return response

"""The operations of the API."""

import sqlite3

from app.accounts import (
    check_sign_in,
    confirm_password,
    hash_password,
    insert_user,
    page_of_users,
    remove_user,
    replace_password,
    represent_user,
    verify_password,
)
from app.bookmarks import (
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
    page_of_bookmarks,
    remove_bookmark,
    represent_bookmark,
)
from app.caching import check_if_match
from app.docs import OPENAPI
from app.exporting import export_response
from app.framework.bodies import read_json, read_multipart
from app.framework.errors import Problem
from app.framework.messages import Request, Response, json_response
from app.framework.routing import Router
from app.framework.validation import validate, validate_query
from app.health import require_ready
from app.importing import insert_entries, read_entries
from app.limits import check_limit, count_failure
from app.pagination import page_response
from app.permissions import authenticate, find_bookmark, require_admin
from app.sessions import end_sessions
from app.settings import settings
from app.storage import reading, writing
from app.tags import page_of_tags, represent_tag
from app.tokens import end_other_tokens, end_token, issue_token
from app.validation import (
    BOOKMARK,
    BOOKMARK_QUERY,
    EXPORT_QUERY,
    PAGE_QUERY,
    SIGN_IN,
    validate_password_change,
    validate_registration,
)

api = Router()


@api.get("/healthz")
def show_health(request: Request) -> Response:
    """Say that the process is running."""
    return json_response(200, {"status": "ok"})


@api.get("/readyz")
def show_readiness(request: Request) -> Response:
    """Say whether the database is ready."""
    with reading() as db:
        require_ready(db)
    return json_response(200, {"status": "ok"})


@api.post("/api/users")
def register_user(request: Request) -> Response:
    """Create an account."""
    fields = validate_registration(read_json(request))
    password = hash_password(fields["password"])
    with writing() as db:
        user = insert_user(db, fields["username"], password)
    headers = {"Location": "/api/me"}
    return json_response(201, represent_user(user), headers)


@api.get("/api/me")
def show_me(request: Request) -> Response:
    """Show the signed-in user."""
    with reading() as db:
        user = authenticate(request, db)
    return json_response(200, represent_user(user))


@api.put("/api/me/password")
def change_password(request: Request) -> Response:
    """Change the password and end all other sign-ins."""
    document = read_json(request)
    with reading() as db:
        user = authenticate(request, db)
        fields = validate_password_change(document, user["username"])
        check_limit(request, db, user["username"])
    if not verify_password(fields["current_password"], user["password"]):
        count_failure(request, user["username"])
        raise Problem(403, "The current password is wrong.")
    password = hash_password(fields["new_password"])
    with writing() as db:
        current = authenticate(request, db)  # hashing took its time
        if current["password"] != user["password"]:
            raise Problem(403, "The current password is wrong.")
        replace_password(db, user["id"], password)
        end_other_tokens(db, user["id"], user["digest"])
        end_sessions(db, user["id"])
    return Response(204)


@api.delete("/api/me")
def delete_me(request: Request) -> Response:
    """Delete the signed-in user, with all data."""
    with writing() as db:
        user = authenticate(request, db)
        remove_user(db, user["id"])
    return Response(204)


@api.post("/api/tokens")
def create_token(request: Request) -> Response:
    """Sign in: exchange a name and a password for a token."""
    fields = validate(read_json(request), SIGN_IN)
    user = check_sign_in(request, fields["username"], fields["password"])
    with writing() as db:
        confirm_password(db, user)
        token = issue_token(db, user["id"])
    return json_response(201, token, {"Cache-Control": "no-store"})


@api.delete("/api/tokens/current")
def delete_token(request: Request) -> Response:
    """Sign out: revoke the token of this request."""
    with writing() as db:
        user = authenticate(request, db)
        end_token(db, user["digest"])
    return Response(204)


@api.get("/api/bookmarks")
def list_bookmarks(request: Request) -> Response:
    """List one page of the user's bookmarks."""
    with reading() as db:
        user = authenticate(request, db)
        query = validate_query(request.query, BOOKMARK_QUERY)
        page = page_of_bookmarks(db, user["id"], query)
    return page_response(request, page, represent_bookmark)


@api.post("/api/bookmarks")
def create_bookmark(request: Request) -> Response:
    """Create a bookmark."""
    document = read_json(request)
    with writing() as db:
        user = authenticate(request, db)
        fields = validate(document, BOOKMARK)
        bookmark = insert_bookmark(db, user["id"], fields)
    location = f"/api/bookmarks/{bookmark['id']}"
    return bookmark_response(201, bookmark, {"Location": location})


@api.get("/api/bookmarks/{id}")
def show_bookmark(request: Request, id: int) -> Response:
    """Show one bookmark."""
    with reading() as db:
        user = authenticate(request, db)
        bookmark = find_bookmark(db, user, id)
    return bookmark_response(200, bookmark)


@api.put("/api/bookmarks/{id}")
def replace_bookmark(request: Request, id: int) -> Response:
    """Replace all fields of a bookmark."""
    document = read_json(request)
    with writing() as db:
        user = authenticate(request, db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(request, bookmark_etag(bookmark))
        fields = validate(document, BOOKMARK)
        bookmark = change_bookmark(db, bookmark, fields)
    return bookmark_response(200, bookmark)


@api.patch("/api/bookmarks/{id}")
def update_bookmark(request: Request, id: int) -> Response:
    """Change some fields of a bookmark."""
    document = read_json(request)
    with writing() as db:
        user = authenticate(request, db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(request, bookmark_etag(bookmark))
        fields = validate(document, BOOKMARK, partial=True)
        bookmark = change_bookmark(db, bookmark, fields)
    return bookmark_response(200, bookmark)


@api.delete("/api/bookmarks/{id}")
def delete_bookmark(request: Request, id: int) -> Response:
    """Delete a bookmark."""
    with writing() as db:
        user = authenticate(request, db)
        bookmark = find_bookmark(db, user, id)
        check_if_match(request, bookmark_etag(bookmark))
        remove_bookmark(db, bookmark)
    return Response(204)


@api.get("/api/tags")
def list_tags(request: Request) -> Response:
    """List one page of the user's tags with their counts."""
    with reading() as db:
        user = authenticate(request, db)
        query = validate_query(request.query, PAGE_QUERY)
        page = page_of_tags(db, user["id"], query)
    return page_response(request, page, represent_tag)


@api.post("/api/import")
def import_bookmarks(request: Request) -> Response:
    """Import a browser's bookmark file."""
    with reading() as db:
        authenticate(request, db)  # before the body, which may be large
    _, files = read_multipart(request, settings.max_import_bytes)
    found = read_entries(files)  # while others may still write
    with writing() as db:
        user = authenticate(request, db)
        result = insert_entries(db, user["id"], *found)
    return json_response(200, result)


@api.get("/api/export")
def export_bookmarks(request: Request) -> Response:
    """Export all bookmarks as a file."""
    with reading() as db:
        user = authenticate(request, db)
    query = validate_query(request.query, EXPORT_QUERY)
    return export_response(user["id"], query["format"])


@api.get("/api/users")
def list_users(request: Request) -> Response:
    """List one page of all users."""
    with reading() as db:
        require_admin(authenticate(request, db))
        query = validate_query(request.query, PAGE_QUERY)
        page = page_of_users(db, query)
    return page_response(request, page, represent_user)


@api.delete("/api/users/{id}")
def delete_user(request: Request, id: int) -> Response:
    """Delete a user with all data."""
    with writing() as db:
        require_admin(authenticate(request, db))
        if not remove_user(db, id):
            raise Problem(404, "There is no such user.")
    return Response(204)


@api.get("/api/openapi.json")
def show_openapi(request: Request) -> Response:
    """Describe this API."""
    return Response(200, {"Content-Type": "application/json"}, OPENAPI)


def bookmark_response(
    status: int, bookmark: sqlite3.Row, headers: dict[str, str] | None = None
) -> Response:
    """Answer with one bookmark and its entity tag."""
    headers = {"ETag": bookmark_etag(bookmark), **(headers or {})}
    return json_response(status, represent_bookmark(bookmark), headers)

"""The pages: the service for people."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import ValidationError

from app.accounts import (
    check_sign_in,
    confirm_password,
    hash_password,
    insert_user,
)
from app.bookmarks import (
    BookmarkDocument,
    change_bookmark,
    insert_bookmark,
)
from app.csrf import OwnForm, OwnUpload
from app.exporting import export_response
from app.importing import choose_entries, insert_entries, read_entries
from app.models import Bookmark
from app.pagination import order_by, paginate
from app.permissions import find_bookmark
from app.rendering import (
    account_fields,
    bookmark_fields,
    bookmark_page,
    home_page,
    import_page,
    login_page,
    redirect,
    register_page,
)
from app.search import select_bookmarks
from app.sessions import (
    SignedIn,
    Visitor,
    end_session,
    is_own_path,
    start_session,
    writing_by_session,
)
from app.storage import reading, writing
from app.tags import count_tags
from app.validation import ExportFormat, HomePage, Registration, SignIn

pages = APIRouter(include_in_schema=False)


@pages.get("/")
def show_home(
    request: Request, user: SignedIn, wanted: Annotated[HomePage, Query()]
) -> Response:
    """Show one page of the account's bookmarks."""
    query = select_bookmarks(user.id, wanted.q, wanted.tag)
    query = query.order_by(*order_by(Bookmark, "-created_at"))
    with reading() as db:
        page = paginate(db, query, wanted)
        tags = count_tags(db, user.id)
    return home_page(request, user, wanted, page, tags)


@pages.get("/login")
def show_login(request: Request, visitor: Visitor) -> Response:
    """Show the form to sign in."""
    return login_page(request, visitor, request.query_params)


@pages.post("/login")
def submit_login(
    request: Request, form: OwnForm, visitor: Visitor
) -> Response:
    """Sign in, and go on to where the visitor was going."""
    try:
        fields = SignIn(**account_fields(form))
        user = check_sign_in(request, fields.username, fields.password)
        with writing() as db:
            confirm_password(db, user)
            start_session(request, db, user.id)
    except (HTTPException, ValidationError) as refusal:
        return login_page(request, visitor, form, refusal)
    path = form.get("next", "")
    return redirect(path if is_own_path(path) else "/")


@pages.post("/logout")
def submit_logout(
    request: Request, form: OwnForm, visitor: Visitor
) -> Response:
    """Sign out."""
    with writing() as db:
        end_session(request, db)
    return redirect("/login")


@pages.get("/register")
def show_register(request: Request, visitor: Visitor) -> Response:
    """Show the form to sign up."""
    return register_page(request, visitor, {})


@pages.post("/register")
def submit_register(
    request: Request, form: OwnForm, visitor: Visitor
) -> Response:
    """Sign up."""
    try:
        fields = Registration(**account_fields(form))
        password = hash_password(fields.password)
        with writing() as db:
            user = insert_user(db, fields.username, password)
            start_session(request, db, user.id)
    except (HTTPException, ValidationError) as refusal:
        return register_page(request, visitor, form, refusal)
    return redirect("/")


@pages.post("/bookmarks")
def submit_bookmark(
    request: Request, form: OwnForm, user: SignedIn
) -> Response:
    """Add a bookmark."""
    try:
        fields = bookmark_fields(form)
        with writing_by_session(request) as db:
            insert_bookmark(db, user.id, fields.model_dump())
    except (HTTPException, ValidationError) as refusal:
        return bookmark_page(request, user, form, refusal)
    return redirect("/")


@pages.get("/bookmarks/{id:id}/edit")
def show_edit(request: Request, user: SignedIn, id: int) -> Response:
    """Show a bookmark in a form."""
    with reading() as db:
        bookmark = find_bookmark(db, user, id)
    values = BookmarkDocument.model_validate(bookmark).model_dump()
    values["tags"] = ", ".join(values["tags"])
    return bookmark_page(request, user, values)


@pages.post("/bookmarks/{id:id}/edit")
def submit_edit(
    request: Request, form: OwnForm, user: SignedIn, id: int
) -> Response:
    """Change a bookmark."""
    with reading() as db:
        find_bookmark(db, user, id)  # missing comes before invalid
    try:
        fields = bookmark_fields(form)
        with writing_by_session(request) as db:
            bookmark = find_bookmark(db, user, id)
            change_bookmark(db, bookmark, fields.model_dump())
    except (HTTPException, ValidationError) as refusal:
        return bookmark_page(request, user, form, refusal)
    return redirect("/")


@pages.post("/bookmarks/{id:id}/delete")
def submit_delete(
    request: Request, form: OwnForm, user: SignedIn, id: int
) -> Response:
    """Delete a bookmark."""
    with writing_by_session(request) as db:
        db.delete(find_bookmark(db, user, id))
    return redirect("/")


@pages.get("/import")
def show_import(request: Request, user: SignedIn) -> Response:
    """Show the form to import a file."""
    return import_page(request, user)


@pages.post("/import")
def submit_import(
    request: Request, upload: OwnUpload, user: SignedIn
) -> Response:
    """Import a file."""
    if isinstance(upload, HTTPException):
        return import_page(request, user, upload)
    try:
        entries = read_entries(upload)
    except HTTPException as refusal:
        return import_page(request, user, refusal)
    wanted = choose_entries(entries)  # while others may still write
    with writing_by_session(request) as db:
        created = insert_entries(db, user.id, wanted)
    counts = {"created": created, "skipped": len(entries) - created}
    return redirect("/import?" + urlencode(counts))


@pages.get("/export")
@pages.head("/export")
def show_export(
    request: Request, user: SignedIn, format: ExportFormat = "html"
) -> Response:
    """Export all bookmarks as a file."""
    return export_response(user.id, format, request.method)

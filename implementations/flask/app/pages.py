"""The pages: the service for people."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import (
    Conflict,
    RequestEntityTooLarge,
    TooManyRequests,
    Unauthorized,
)

from app.accounts import (
    check_sign_in,
    confirm_password,
    hash_password,
    insert_user,
)
from app.bodies import read_body
from app.bookmarks import (
    change_bookmark,
    insert_bookmark,
    represent_bookmark,
)
from app.csrf import check_csrf
from app.errors import Invalid
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
    register_page,
)
from app.search import select_bookmarks
from app.sessions import (
    end_session,
    find_session,
    is_own_path,
    require_session,
    start_session,
)
from app.settings import settings
from app.storage import reading, writing
from app.tags import count_tags
from app.validation import (
    BookmarkFields,
    Export,
    HomePage,
    Registration,
    SignIn,
    validate_form,
    validate_query,
)

pages = Blueprint("pages", __name__)


@pages.get("/")
def show_home() -> ResponseReturnValue:
    """Show one page of the account's bookmarks."""
    with reading() as db:
        user = require_session(db)
        wanted = validate_query(HomePage)
        query = select_bookmarks(user.id, wanted.q, wanted.tag)
        query = query.order_by(*order_by(Bookmark, wanted.sort))
        page = paginate(db, query, wanted)
        tags = count_tags(db, user.id)
    return home_page(wanted, page, tags)


@pages.get("/login")
def show_login() -> ResponseReturnValue:
    """Show the form to sign in."""
    return login_page(request.args)


@pages.post("/login")
def submit_login() -> ResponseReturnValue:
    """Sign in, and go on to where the visitor was going."""
    try:
        fields = validate_form(SignIn, account_fields())
        user = check_sign_in(fields.username, fields.password)
        with writing() as db:
            confirm_password(db, user)
            start_session(db, user.id)
    except (Invalid, Unauthorized, TooManyRequests) as error:
        return login_page(request.form, error)
    path = request.form.get("next", "")
    return redirect(path if is_own_path(path) else "/", 303)


@pages.post("/logout")
def submit_logout() -> ResponseReturnValue:
    """Sign out."""
    with writing() as db:
        find_session(db)  # for the log
        end_session(db)
    return redirect("/login", 303)


@pages.get("/register")
def show_register() -> ResponseReturnValue:
    """Show the form to sign up."""
    return register_page()


@pages.post("/register")
def submit_register() -> ResponseReturnValue:
    """Sign up."""
    try:
        fields = validate_form(Registration, account_fields())
        password = hash_password(fields.password)
        with writing() as db:
            user = insert_user(db, fields.username, password)
            start_session(db, user.id)
    except (Invalid, Conflict) as error:
        return register_page(error)
    return redirect("/", 303)


@pages.post("/bookmarks")
def submit_bookmark() -> ResponseReturnValue:
    """Add a bookmark."""
    try:
        with writing() as db:
            user = require_session(db)
            fields = validate_form(BookmarkFields, bookmark_fields())
            insert_bookmark(db, user.id, fields.model_dump())
    except (Invalid, Conflict) as error:
        return bookmark_page(request.form, error)
    return redirect("/", 303)


@pages.get("/bookmarks/<id:id>/edit")
def show_edit(id: int) -> ResponseReturnValue:
    """Show a bookmark in a form."""
    with reading() as db:
        user = require_session(db)
        bookmark = represent_bookmark(find_bookmark(db, user, id))
    values = {**bookmark, "tags": ", ".join(bookmark["tags"])}
    return bookmark_page(values)


@pages.post("/bookmarks/<id:id>/edit")
def submit_edit(id: int) -> ResponseReturnValue:
    """Change a bookmark."""
    try:
        with writing() as db:
            user = require_session(db)
            bookmark = find_bookmark(db, user, id)
            fields = validate_form(BookmarkFields, bookmark_fields())
            change_bookmark(db, bookmark, fields.model_dump())
    except (Invalid, Conflict) as error:
        return bookmark_page(request.form, error)
    return redirect("/", 303)


@pages.post("/bookmarks/<id:id>/delete")
def submit_delete(id: int) -> ResponseReturnValue:
    """Delete a bookmark."""
    with writing() as db:
        user = require_session(db)
        db.delete(find_bookmark(db, user, id))
    return redirect("/", 303)


@pages.get("/import")
def show_import() -> ResponseReturnValue:
    """Show the form to import a file."""
    return import_page()


@pages.post("/import")
def submit_import() -> ResponseReturnValue:
    """Import a file."""
    try:
        read_own_form(settings.max_import_bytes)
        with reading() as db:
            require_session(db)  # before the file, which may be large
        entries = read_entries(request.files.getlist("file"))
    except (Invalid, RequestEntityTooLarge) as error:
        return import_page(error)
    wanted = choose_entries(entries)  # while others may still write
    with writing() as db:
        user = require_session(db)
        created = insert_entries(db, user.id, wanted)
    counts = {"created": created, "skipped": len(entries) - created}
    return redirect("/import?" + urlencode(counts), 303)


@pages.get("/export")
def show_export() -> ResponseReturnValue:
    """Export all bookmarks as a file."""
    with reading() as db:
        user = require_session(db)
    wanted = validate_query(Export)
    return export_response(user.id, wanted.format)


@pages.before_request
def check_form() -> None:
    """Refuse a form that is too large, or not ours."""
    upload = request.endpoint == "pages.submit_import"
    if request.method == "POST" and not upload:
        read_own_form(settings.max_body_bytes)


def read_own_form(limit: int) -> None:
    """Read a form, unless it is too large or not ours."""
    read_body(limit)
    check_csrf()

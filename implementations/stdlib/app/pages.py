"""The pages: the service for people."""

import sqlite3
from urllib.parse import urlencode

from app.accounts import (
    check_sign_in,
    confirm_password,
    hash_password,
    insert_user,
)
from app.bookmarks import (
    change_bookmark,
    insert_bookmark,
    page_of_bookmarks,
    remove_bookmark,
    represent_bookmark,
)
from app.csrf import check_csrf, expired_form, read_checked_form
from app.exporting import export_response
from app.fields import account_fields, bookmark_fields
from app.framework.bodies import read_multipart
from app.framework.errors import Problem
from app.framework.messages import Request, Response, redirect
from app.framework.routing import Router
from app.framework.validation import validate, validate_query
from app.importing import (
    insert_entries,
    read_entries,
    read_result,
    write_result,
)
from app.permissions import find_bookmark
from app.rendering import (
    bookmark_page,
    delete_page,
    home_page,
    import_page,
    login_page,
    register_page,
)
from app.sessions import (
    end_session,
    find_session,
    next_path,
    require_session,
    session_cookie,
    start_session,
)
from app.settings import settings
from app.storage import reading, writing
from app.tags import top_tags
from app.validation import (
    BOOKMARK,
    EXPORT_QUERY,
    HOME_QUERY,
    SIGN_IN,
    validate_registration,
)

pages = Router()
FORM_PROBLEMS = (409, 422)  # which the form is shown again for


@pages.get("/")
def show_home(request: Request) -> Response:
    """Show one page of the user's bookmarks."""
    with reading() as db:
        user = require_session(request, db)
        query = validate_query(request.query, HOME_QUERY)
        page = page_of_bookmarks(
            db,
            user["id"],
            {**query, "per_page": 20, "sort": "-created_at"},
        )
        tags = top_tags(db, user["id"])
    return home_page(request, query, page, tags)


@pages.get("/login")
def show_login(request: Request) -> Response:
    """Show the sign-in form."""
    find_visitor(request)
    return login_page(request, {}, next_path(request.parameter("next")))


@pages.post("/login")
def submit_login(request: Request) -> Response:
    """Sign in and go on to the page that was asked for."""
    form = read_checked_form(request)
    next = next_path(form.get("next", ""))
    try:
        fields = validate(account_fields(form), SIGN_IN)
        user = check_sign_in(request, fields["username"], fields["password"])
        with writing() as db:
            confirm_password(db, user)
            cookie = start_session(request, db, user["id"])
    except Problem as problem:
        find_visitor(request)
        return login_page(request, form, next, problem)
    return redirect(next, cookie)


@pages.post("/logout")
def submit_logout(request: Request) -> Response:
    """Sign out."""
    read_checked_form(request)
    with writing() as db:
        find_session(request, db)  # for the log
        end_session(request, db)
    return redirect("/login", session_cookie("", 0))


@pages.get("/register")
def show_register(request: Request) -> Response:
    """Show the sign-up form."""
    find_visitor(request)
    return register_page(request, {})


@pages.post("/register")
def submit_register(request: Request) -> Response:
    """Create an account and sign in."""
    form = read_checked_form(request)
    try:
        fields = validate_registration(account_fields(form))
        password = hash_password(fields["password"])
        with writing() as db:
            user = insert_user(db, fields["username"], password)
            cookie = start_session(request, db, user["id"])
    except Problem as problem:
        find_visitor(request)
        return register_page(request, form, problem)
    return redirect("/", cookie)


@pages.post("/bookmarks")
def submit_bookmark(request: Request) -> Response:
    """Create a bookmark."""
    form = read_checked_form(request)
    try:
        with writing() as db:
            user = require_session(request, db)
            fields = validate(bookmark_fields(form), BOOKMARK)
            insert_bookmark(db, user["id"], fields)
    except Problem as problem:
        if problem.status not in FORM_PROBLEMS:
            raise
        return bookmark_page(request, "Add a bookmark", form, "/", problem)
    return redirect("/")


@pages.get("/bookmarks/{id}/edit")
def show_edit(request: Request, id: int) -> Response:
    """Show a bookmark in a form."""
    with reading() as db:
        user = require_session(request, db)
        bookmark = represent_bookmark(find_bookmark(db, user, id))
    form = {**bookmark, "tags": ", ".join(bookmark["tags"])}
    next = next_path(request.parameter("next"))
    return bookmark_page(request, "Edit bookmark", form, next)


@pages.post("/bookmarks/{id}/edit")
def submit_edit(request: Request, id: int) -> Response:
    """Change a bookmark."""
    form = read_checked_form(request)
    next = next_path(form.get("next", ""))
    try:
        with writing() as db:
            user = require_session(request, db)
            bookmark = find_bookmark(db, user, id)
            fields = validate(bookmark_fields(form), BOOKMARK)
            change_bookmark(db, bookmark, fields)
    except Problem as problem:
        if problem.status not in FORM_PROBLEMS:
            raise
        return bookmark_page(request, "Edit bookmark", form, next, problem)
    return redirect(next)


@pages.get("/bookmarks/{id}/delete")
def show_delete(request: Request, id: int) -> Response:
    """Ask whether to delete a bookmark."""
    with reading() as db:
        user = require_session(request, db)
        bookmark = find_bookmark(db, user, id)
    next = next_path(request.parameter("next"))
    return delete_page(request, bookmark, next)


@pages.post("/bookmarks/{id}/delete")
def submit_delete(request: Request, id: int) -> Response:
    """Delete a bookmark."""
    form = read_checked_form(request)
    with writing() as db:
        user = require_session(request, db)
        remove_bookmark(db, find_bookmark(db, user, id))
    return redirect(next_path(form.get("next", "")))


@pages.get("/import")
def show_import(request: Request) -> Response:
    """Show the import form."""
    with reading() as db:
        require_session(request, db)
    return import_page(request, read_result(request.query))


@pages.post("/import")
def submit_import(request: Request) -> Response:
    """Import a bookmark file."""
    user = find_visitor(request)
    # Only for users a large body is read.
    limit = settings.max_import_bytes if user else settings.max_body_bytes
    try:
        form, files = read_multipart(request, limit)
        check_csrf(request, form)
        found = read_entries(files)
    except Problem as problem:
        if not user or problem.status in (400, 403, 415):
            # A body that cannot be read holds no token (CSRF-5).
            raise expired_form() from problem
        return import_page(request, problem=problem)
    try:
        with writing() as db:
            user = require_session(request, db)
            result = insert_entries(db, user["id"], *found)
    except Problem as problem:
        if problem.status not in FORM_PROBLEMS:
            raise
        return import_page(request, problem=problem)
    query = urlencode(write_result(result), safe=",")
    return redirect(f"/import?{query}")


@pages.get("/export")
def show_export(request: Request) -> Response:
    """Export all bookmarks as a file."""
    with reading() as db:
        user = require_session(request, db)
    query = validate_query(request.query, EXPORT_QUERY)
    return export_response(user["id"], query["format"])


def find_visitor(request: Request) -> sqlite3.Row | None:
    """Find the user who signed in with this browser, if there is one."""
    with reading() as db:
        return find_session(request, db)

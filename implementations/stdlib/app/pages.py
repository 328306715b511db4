"""The pages: the service for people."""

from urllib.parse import urlencode

from app.accounts import (
    check_sign_in,
    confirm_password,
    hash_password,
    insert_user,
)
from app.bodies import is_small, read_form, read_multipart
from app.bookmarks import (
    COLUMNS,
    change_bookmark,
    insert_bookmark,
    represent_bookmark,
)
from app.csrf import check_csrf, expired_form
from app.errors import Problem
from app.exporting import export_response
from app.importing import choose_entries, insert_entries, read_entries
from app.messages import Request, Response
from app.pagination import paginate
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
from app.routing import Router
from app.search import select_bookmarks
from app.sessions import (
    end_session,
    find_session,
    is_own_path,
    require_session,
    session_cookie,
    start_session,
)
from app.storage import reading, writing
from app.tags import count_tags
from app.validation import (
    BOOKMARK,
    EXPORT,
    HOME,
    SIGN_IN,
    validate,
    validate_query,
    validate_registration,
)

pages = Router()


@pages.get("/")
def show_home(request: Request) -> Response:
    """Show one page of the account's bookmarks."""
    with reading() as db:
        user = require_session(request, db)
        query = validate_query(request.query, HOME)
        condition, values = select_bookmarks(
            user["id"], query["q"], query["tag"]
        )
        page = paginate(
            db,
            COLUMNS,
            f"bookmarks WHERE {condition}",
            values,
            {**query, "per_page": 20, "sort": "-created_at"},
        )
        tags = count_tags(db, user["id"])
    return home_page(request, user, query, page, tags)


@pages.get("/login")
def show_login(request: Request) -> Response:
    """Show the form to sign in."""
    path = dict(request.query).get("next", "")
    return login_page(request, {"next": path})


@pages.post("/login")
def submit_login(request: Request) -> Response:
    """Sign in, and go on to where the visitor was going."""
    form = read_form(request)
    check_csrf(request, form)
    try:
        fields = validate(account_fields(form), SIGN_IN)
        user = check_sign_in(request, fields["username"], fields["password"])
        with writing() as db:
            confirm_password(db, user)
            cookie = start_session(request, db, user["id"])
    except Problem as problem:
        return login_page(request, form, problem)
    path = form.get("next", "")
    return redirect(path if is_own_path(path) else "/", cookie)


@pages.post("/logout")
def submit_logout(request: Request) -> Response:
    """Sign out."""
    check_csrf(request, read_form(request))
    with writing() as db:
        find_session(request, db)  # for the log
        end_session(request, db)
    return redirect("/login", session_cookie("", 0))


@pages.get("/register")
def show_register(request: Request) -> Response:
    """Show the form to sign up."""
    return register_page(request, {})


@pages.post("/register")
def submit_register(request: Request) -> Response:
    """Sign up."""
    form = read_form(request)
    check_csrf(request, form)
    try:
        fields = validate_registration(account_fields(form))
        password = hash_password(fields["password"])
        with writing() as db:
            user = insert_user(db, fields["username"], password)
            cookie = start_session(request, db, user["id"])
    except Problem as problem:
        return register_page(request, form, problem)
    return redirect("/", cookie)


@pages.post("/bookmarks")
def submit_bookmark(request: Request) -> Response:
    """Add a bookmark."""
    form = read_form(request)
    check_csrf(request, form)
    with writing() as db:
        user = require_session(request, db)
        try:
            fields = validate(bookmark_fields(form), BOOKMARK)
            insert_bookmark(db, user["id"], fields)
        except Problem as problem:
            return bookmark_page(request, user, form, problem)
    return redirect("/")


@pages.get("/bookmarks/{id}/edit")
def show_edit(request: Request, id: int) -> Response:
    """Show a bookmark in a form."""
    with reading() as db:
        user = require_session(request, db)
        bookmark = represent_bookmark(find_bookmark(db, user, id))
    values = {**bookmark, "tags": ", ".join(bookmark["tags"])}
    return bookmark_page(request, user, values)


@pages.post("/bookmarks/{id}/edit")
def submit_edit(request: Request, id: int) -> Response:
    """Change a bookmark."""
    form = read_form(request)
    check_csrf(request, form)
    with writing() as db:
        user = require_session(request, db)
        bookmark = find_bookmark(db, user, id)
        try:
            fields = validate(bookmark_fields(form), BOOKMARK)
            change_bookmark(db, bookmark, fields)
        except Problem as problem:
            return bookmark_page(request, user, form, problem)
    return redirect("/")


@pages.post("/bookmarks/{id}/delete")
def submit_delete(request: Request, id: int) -> Response:
    """Delete a bookmark."""
    check_csrf(request, read_form(request))
    with writing() as db:
        user = require_session(request, db)
        bookmark = find_bookmark(db, user, id)
        db.execute("DELETE FROM bookmarks WHERE id = ?", [bookmark["id"]])
    return redirect("/")


@pages.get("/import")
def show_import(request: Request) -> Response:
    """Show the form to import a file."""
    return import_page(request)


@pages.post("/import")
def submit_import(request: Request) -> Response:
    """Import a file."""
    with reading() as db:
        user = find_session(request, db)
    if not user and not is_small(request):  # the body is not worth reading
        raise expired_form()
    try:
        form, files = read_multipart(request)
        check_csrf(request, form)
        entries = read_entries(files)
    except Problem as problem:
        if problem.status not in (413, 422):  # PAGES-12 shows these two
            raise expired_form() from problem
        return import_page(request, problem)
    wanted = choose_entries(entries)  # while others may still write
    with writing() as db:
        user = require_session(request, db)
        created = insert_entries(db, user["id"], wanted)
    counts = {"created": created, "skipped": len(entries) - created}
    return redirect("/import?" + urlencode(counts))


@pages.get("/export")
def show_export(request: Request) -> Response:
    """Export all bookmarks as a file."""
    with reading() as db:
        user = require_session(request, db)
    query = validate_query(request.query, EXPORT)
    return export_response(user["id"], query["format"])

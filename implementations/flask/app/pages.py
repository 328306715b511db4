"""The pages: the service for people."""

import re
from typing import Any

from flask import (
    Blueprint,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    TooManyRequests,
    Unauthorized,
)

from app.accounts import check_sign_in, hash_password, insert_user
from app.bookmarks import change_bookmark, insert_bookmark
from app.errors import Invalid
from app.exporting import export_response
from app.extensions import compress
from app.importing import insert_entries, read_entries
from app.models import Bookmark
from app.pagination import neighbours, order_by, paginate
from app.permissions import find_bookmark
from app.search import select_bookmarks
from app.sessions import (
    end_session,
    find_session,
    full_path,
    lock_session,
    login_required,
    next_path,
    start_session,
)
from app.storage import begin_writing, db
from app.tags import top_tags
from app.validation import (
    ID,
    BookmarkFields,
    ExportQuery,
    HomeQuery,
    Registration,
    SignIn,
    list_faults,
    validate_query,
)

pages = Blueprint("pages", __name__)
pages.before_request(find_session)
pages.add_app_template_global(full_path)
pages.add_app_template_global(next_path)


@pages.get("/")
@compress.compressed()
@login_required
def show_home() -> ResponseReturnValue:
    """Show one page of the user's bookmarks."""
    query = validate_query(HomeQuery)
    bookmarks = select_bookmarks(g.user.id, query.q, query.tag)
    bookmarks = bookmarks.order_by(*order_by(Bookmark, "-created_at"))
    page = paginate(bookmarks, query.page, 20)
    return render_template(
        "home.html",
        query=query,
        page=page,
        numbers=neighbours(page),
        tags=top_tags(g.user.id),
    )


@pages.get("/login")
def show_login() -> ResponseReturnValue:
    """Show the sign-in form."""
    return render_template("login.html")


@pages.post("/login")
def submit_login() -> ResponseReturnValue:
    """Sign in and go on to the page that was asked for."""
    form = request.form.to_dict()
    try:
        fields = SignIn.model_validate(form, extra="ignore")
        user = check_sign_in(fields.username, fields.password)
    except (ValidationError, Unauthorized, TooManyRequests) as error:
        return show_again("login.html", error)
    start_session(user.id)
    db.commit()
    return redirect(next_path())


@pages.post("/logout")
def submit_logout() -> ResponseReturnValue:
    """Sign out."""
    begin_writing()
    end_session()
    db.commit()
    return redirect(url_for(".show_login"))


@pages.get("/register")
def show_register() -> ResponseReturnValue:
    """Show the sign-up form."""
    return render_template("register.html")


@pages.post("/register")
def submit_register() -> ResponseReturnValue:
    """Create an account and sign in."""
    form = request.form.to_dict()
    try:
        fields = Registration.model_validate(form, extra="ignore")
        password = hash_password(fields.password)
        begin_writing()
        user = insert_user(fields.username, password)
    except (ValidationError, Conflict) as error:
        return show_again("register.html", error, field="username")
    start_session(user.id)
    db.commit()
    return redirect(url_for(".show_home"))


@pages.post("/bookmarks")
@login_required
def submit_bookmark() -> ResponseReturnValue:
    """Create a bookmark."""
    try:
        fields = BookmarkFields.model_validate(bookmark_fields())
        lock_session()
        insert_bookmark(g.user.id, fields.model_dump())
    except (ValidationError, Conflict) as error:
        return show_again(
            "bookmark.html", error, field="url", heading="Add a bookmark"
        )
    db.commit()
    return redirect(url_for(".show_home"))


@pages.get(f"/bookmarks/{ID}/edit")
@login_required
def show_edit(id: int) -> ResponseReturnValue:
    """Show a bookmark in a form."""
    bookmark = find_bookmark(g.user, id)
    values = {
        "url": bookmark.url,
        "title": bookmark.title,
        "tags": ", ".join(sorted(bookmark.tags)),
        "notes": bookmark.notes,
    }
    return render_template(
        "bookmark.html", heading="Edit bookmark", values=values
    )


@pages.post(f"/bookmarks/{ID}/edit")
@login_required
def submit_edit(id: int) -> ResponseReturnValue:
    """Change a bookmark."""
    find_bookmark(g.user, id)
    try:
        fields = BookmarkFields.model_validate(bookmark_fields())
        lock_session()
        bookmark = find_bookmark(g.user, id)
        change_bookmark(bookmark, fields.model_dump())
    except (ValidationError, Conflict) as error:
        return show_again(
            "bookmark.html", error, field="url", heading="Edit bookmark"
        )
    db.commit()
    return redirect(next_path())


@pages.get(f"/bookmarks/{ID}/delete")
@login_required
def show_delete(id: int) -> ResponseReturnValue:
    """Ask whether to delete a bookmark."""
    return render_template("delete.html", bookmark=find_bookmark(g.user, id))


@pages.post(f"/bookmarks/{ID}/delete")
@login_required
def submit_delete(id: int) -> ResponseReturnValue:
    """Delete a bookmark."""
    lock_session()
    db.delete(find_bookmark(g.user, id))
    db.commit()
    return redirect(next_path())


@pages.get("/import")
@login_required
def show_import() -> ResponseReturnValue:
    """Show the import form."""
    created = request.args.get("created", type=int)
    skipped = request.args.get("skipped", type=int)
    lines = {
        code: text.replace(",", ", ")
        for code in ("invalid", "repeated", "existing")
        if re.fullmatch("[0-9,]{1,200}", text := request.args.get(code, ""))
    }
    return render_template(
        "import.html", created=created, skipped=skipped, lines=lines
    )


@pages.post("/import")
@login_required
def submit_import() -> ResponseReturnValue:
    """Import a bookmark file."""
    try:
        found = read_entries(request.files.get("file"))
        lock_session()
        result = insert_entries(g.user.id, *found)
    except (Invalid, Conflict) as error:
        return show_again("import.html", error, field="file")
    db.commit()
    lines: dict[str, list[str]] = {}
    for reason in result.pop("reasons"):
        lines.setdefault(reason["code"], []).append(str(reason["line"]))
    texts = {code: ",".join(numbers) for code, numbers in lines.items()}
    return redirect(url_for(".show_import", **result, **texts))


@pages.get("/export")
@login_required
def show_export() -> ResponseReturnValue:
    """Export all bookmarks as a file."""
    query = validate_query(ExportQuery)
    return export_response(g.user.id, query.format)


def bookmark_fields() -> dict[str, Any]:
    """Take a bookmark from a form, in which the tags are one text."""
    form = request.form
    return {
        "url": form.get("url", ""),
        "title": form.get("title", ""),
        "notes": form.get("notes", "").replace("\r\n", "\n"),
        "tags": [t for t in form.get("tags", "").split(",") if t.strip()],
    }


def show_again(
    template: str,
    error: ValidationError | HTTPException,
    field: str = "",
    **context: str,
) -> ResponseReturnValue:
    """Show a form again, with what was sent and what is wrong with it."""
    db.rollback()  # so that no lock is held while the page is made
    find_session()  # the rollback expired g.user, who may be gone
    if isinstance(error, ValidationError):
        error = Invalid(list_faults(error))
    errors = {field: error.description}
    if isinstance(error, Invalid):
        errors = {fault["field"]: fault["message"] for fault in error.errors}
    page = render_template(
        template, values=request.form, errors=errors, **context
    )
    # 401 needs a challenge that a browser's form cannot answer.
    response = make_response(page, 422 if error.code == 401 else error.code)
    if isinstance(error, TooManyRequests):
        response.retry_after = error.retry_after
    return response

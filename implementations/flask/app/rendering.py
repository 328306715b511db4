"""What the pages show."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from app.bookmarks import represent_bookmark
from app.errors import Invalid
from app.models import Bookmark
from app.pagination import Page, neighbours
from app.sessions import find_session, require_session
from app.storage import reading
from app.validation import HomePage


def home_page(
    wanted: HomePage, page: Page, tags: list[dict[str, Any]]
) -> Response:
    """Show bookmarks, and around them what finds others."""
    asked = [("q", wanted.q)] if wanted.q else []
    asked += [("tag", name) for name in wanted.tag]
    numbers = neighbours(page)
    return render_page(
        "home.html",
        q=wanted.q,
        chosen=wanted.tag,
        tags=tags,
        action="/bookmarks",
        bookmarks=[show_bookmark(row) for row in page.rows],
        total=page.total,
        page=page.number,
        last=numbers["last"],
        links={
            rel: "/?" + urlencode([*asked, ("page", number)])
            for rel, number in numbers.items()
        },
    )


def show_bookmark(row: Bookmark) -> dict[str, Any]:
    """Add to a bookmark what a template needs to show it."""
    bookmark = represent_bookmark(row)
    # The row may be older than the rule for URLs; javascript: is code.
    linked = re.match("(?i)https?://", bookmark["url"])
    return {**bookmark, "linked": linked}


def login_page(
    form: Mapping[str, str], error: HTTPException | None = None
) -> Response:
    """Show the form to sign in, with what went wrong."""
    with reading() as db:
        find_session(db)
    errors = faults_of(error)
    return render_page(
        "login.html",
        error,
        values=form,
        errors=errors,
        alert=None if errors or not error else error.description,
    )


def register_page(error: HTTPException | None = None) -> Response:
    """Show the form to sign up, with what went wrong."""
    with reading() as db:
        find_session(db)
    errors = faults_of(error, "username")
    return render_page(
        "register.html", error, values=request.form, errors=errors
    )


def bookmark_page(
    form: Mapping[str, Any], error: HTTPException | None = None
) -> Response:
    """Show the form of a bookmark, with what went wrong."""
    new = request.path == "/bookmarks"
    return render_page(
        "bookmark.html",
        error,
        heading="Add a bookmark" if new else "Edit bookmark",
        action=request.path,
        values=form,
        errors=faults_of(error, "url"),
    )


def import_page(error: HTTPException | None = None) -> Response:
    """Show the form to import a file, with how the last one went."""
    with reading() as db:
        require_session(db)
    counts = {
        name: request.args.get(name, "") for name in ("created", "skipped")
    }
    told = all(re.fullmatch("[0-9]+", count) for count in counts.values())
    return render_page(
        "import.html",
        error,
        counts=counts if told else None,
        errors=faults_of(error, "file"),
    )


def account_fields() -> dict[str, str]:
    """Take the name and the password from a form."""
    form = request.form
    return {name: form.get(name, "") for name in ("username", "password")}


def bookmark_fields() -> dict[str, Any]:
    """Take a bookmark from a form, in which the tags are one text."""
    form = request.form
    return {
        "url": form.get("url", ""),
        "title": form.get("title", ""),
        "notes": form.get("notes", "").replace("\r\n", "\n"),
        "tags": [t for t in form.get("tags", "").split(",") if t.strip()],
    }


def faults_of(error: HTTPException | None, field: str = "") -> dict[str, str]:
    """Return the message for each field; one for all belongs to `field`."""
    if isinstance(error, Invalid):
        return {fault["field"]: fault["message"] for fault in error.errors}
    return {field: error.description} if error and field else {}


def render_page(
    template: str, error: HTTPException | None = None, **context: Any
) -> Response:
    """Make a page, in whose forms there is a token for this browser."""
    context = {"values": {}, "errors": {}, **context}
    response = make_response(render_template(template, **context))
    if error:
        # To a page a failed sign-in is a fault like others.
        response.status_code = 422 if error.code == 401 else error.code
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = error.retry_after
    return response

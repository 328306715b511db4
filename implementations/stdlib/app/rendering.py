"""What the pages show."""

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from app.bookmarks import represent_bookmark
from app.csrf import csrf_token
from app.fields import BOOKMARK_FORM, IMPORT_FORM, LOGIN_FORM, REGISTER_FORM
from app.framework.errors import Problem
from app.framework.fields import fill
from app.framework.messages import Request, Response, html_response
from app.framework.templating import Templates
from app.pagination import Page, neighbours
from app.sessions import new_session_id, session_cookie, session_id

templates = Templates(Path(__file__).with_name("templates"))


def home_page(
    request: Request,
    query: dict[str, Any],
    page: Page,
    tags: list[dict[str, Any]],
) -> Response:
    """Show one page of bookmarks, with search and tags."""
    filters = [("q", query["q"])] if query["q"] else []
    filters += [("tag", name) for name in query["tag"]]
    return render_page(
        request,
        "home.html",
        "Bookmarks",
        q=query["q"],
        chosen=query["tag"],
        filters=filters,
        tags=[show_tag(tag, query["tag"]) for tag in tags],
        action="/bookmarks",
        button="Save",
        fields=fill(BOOKMARK_FORM, {}, {}),
        bookmarks=[show_bookmark(row) for row in page.rows],
        here=quote(request.full_path(), safe=""),
        total=page.total,
        found=page.total or filters,
        **show_neighbours(page, filters),
    )


def show_tag(tag: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Add to a tag what a template needs to link to it."""
    address = "/?" + urlencode({"tag": tag["name"]}, quote_via=quote)
    return {**tag, "address": address, "chosen": tag["name"] in chosen}


def show_bookmark(row: sqlite3.Row) -> dict[str, Any]:
    """Add to a bookmark what a template needs to show it."""
    bookmark = represent_bookmark(row)
    return {
        **bookmark,
        # The row may be older than the rule for URLs; javascript: is code.
        "linked": re.match("(?i)https?://", bookmark["url"]),
        "tags": [show_tag({"name": name}, []) for name in bookmark["tags"]],
        "created_on": bookmark["created_at"][:10],
    }


def show_neighbours(
    page: Page, filters: list[tuple[str, str]]
) -> dict[str, Any]:
    """Say which page this is, and link to those beside it."""
    numbers = neighbours(page)
    links = {
        rel: "/?" + urlencode([*filters, ("page", number)])
        for rel, number in numbers.items()
    }
    return {
        "page": page.number,
        "last_page": numbers["last"],
        "paged": numbers["last"] > 1,
        "previous_page": links.get("prev"),
        "next_page": links.get("next"),
    }


def login_page(
    request: Request,
    form: Mapping[str, str],
    next: str,
    problem: Problem | None = None,
) -> Response:
    """Show the form to sign in, with what went wrong."""
    if problem and problem.status == 401:  # which is for the API
        problem = Problem(422, problem.detail)
    faults = faults_of(problem)
    return render_page(
        request,
        "login.html",
        "Sign in",
        problem,
        error=None if faults or not problem else problem.detail,
        button="Sign in",
        next=next,
        fields=fill(LOGIN_FORM, form, faults),
    )


def register_page(
    request: Request, form: Mapping[str, str], problem: Problem | None = None
) -> Response:
    """Show the form to sign up, with what went wrong."""
    return render_page(
        request,
        "register.html",
        "Sign up",
        problem,
        button="Sign up",
        fields=fill(REGISTER_FORM, form, faults_of(problem, "username")),
    )


def bookmark_page(
    request: Request,
    heading: str,
    form: Mapping[str, str],
    next: str,
    problem: Problem | None = None,
) -> Response:
    """Show the form of a bookmark, with what went wrong."""
    return render_page(
        request,
        "bookmark.html",
        heading,
        problem,
        button="Save",
        next=next,
        fields=fill(BOOKMARK_FORM, form, faults_of(problem, "url")),
    )


def delete_page(
    request: Request, bookmark: sqlite3.Row, next: str
) -> Response:
    """Ask whether to delete a bookmark."""
    return render_page(
        request,
        "delete.html",
        "Delete bookmark",
        next=next,
        bookmark=bookmark,
    )


def import_page(
    request: Request,
    result: dict[str, Any] | None = None,
    problem: Problem | None = None,
) -> Response:
    """Show the form to import a file, with how the last one went."""
    return render_page(
        request,
        "import.html",
        "Import bookmarks",
        problem,
        result=result,
        button="Import",
        multipart=True,
        fields=fill(IMPORT_FORM, {}, faults_of(problem, "file")),
    )


def faults_of(problem: Problem | None, field: str = "") -> dict[str, str]:
    """Return the message for each field; one for all belongs to `field`."""
    if problem and problem.errors:
        return {fault["field"]: fault["message"] for fault in problem.errors}
    return {field: problem.detail} if problem and field else {}


def render_page(
    request: Request,
    template: str,
    heading: str,
    problem: Problem | None = None,
    **context: Any,
) -> Response:
    """Make a page that no cache keeps, with a token for its forms."""
    id = session_id(request) or new_session_id()
    defaults = {"action": request.path, "multipart": False, "next": "/"}
    context = {**defaults, **context, "csrf_token": csrf_token(id)}
    page = templates.render(
        template, heading=heading, user=request.user, **context
    )
    status = problem.status if problem else 200
    headers = problem.headers if problem else {}
    headers = {"Cache-Control": "no-store", **headers}
    response = html_response(status, page, headers)
    if id != session_id(request):
        response.headers["Set-Cookie"] = session_cookie(id)
    return response

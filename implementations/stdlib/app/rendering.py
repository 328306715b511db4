"""What the pages show."""

import re
import sqlite3
from collections.abc import Mapping
from string import punctuation
from typing import Any
from urllib.parse import quote, urlencode

from app.bookmarks import represent_bookmark
from app.csrf import csrf_token
from app.errors import Problem
from app.fields import (
    BOOKMARK_FORM,
    IMPORT_FORM,
    LOGIN_FORM,
    REGISTER_FORM,
    fill,
)
from app.messages import Request, Response, html_response
from app.pagination import Page, neighbours
from app.sessions import (
    find_session,
    new_session_id,
    require_session,
    session_cookie,
    session_id,
)
from app.storage import reading
from app.templating import render


def home_page(
    request: Request,
    user: sqlite3.Row,
    query: dict[str, Any],
    page: Page,
    tags: list[dict[str, Any]],
) -> Response:
    """Show bookmarks, and around them what finds others."""
    asked = [("q", query["q"])] if query["q"] else []
    asked += [("tag", name) for name in query["tag"]]
    return render_page(
        request,
        user,
        "home.html",
        "Bookmarks",
        q=query["q"],
        chosen=query["tag"],
        filtered=asked,
        tags=[show_tag(tag, query["tag"]) for tag in tags],
        action="/bookmarks",
        fields=fill(BOOKMARK_FORM, {}, {}),
        bookmarks=[show_bookmark(row) for row in page.rows],
        total=page.total,
        **show_neighbours(page, asked),
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
    page: Page, asked: list[tuple[str, str]]
) -> dict[str, Any]:
    """Say which page this is, and link to those beside it."""
    numbers = neighbours(page)
    links = {
        rel: "/?" + urlencode([*asked, ("page", number)])
        for rel, number in numbers.items()
    }
    return {
        "page": page.number,
        "last": numbers["last"],
        "paged": numbers["last"] > 1,
        "previous": links.get("prev"),
        "next": links.get("next"),
    }


def login_page(
    request: Request, form: Mapping[str, str], problem: Problem | None = None
) -> Response:
    """Show the form to sign in, with what went wrong."""
    with reading() as db:
        user = find_session(request, db)
    if problem and problem.status == 401:  # which is the API's word
        problem = Problem(422, problem.detail)
    faults = faults_of(problem)
    return render_page(
        request,
        user,
        "login.html",
        "Sign in",
        problem,
        error=None if faults or not problem else problem.detail,
        next=form.get("next", ""),
        fields=fill(LOGIN_FORM, form, faults),
    )


def register_page(
    request: Request, form: Mapping[str, str], problem: Problem | None = None
) -> Response:
    """Show the form to sign up, with what went wrong."""
    with reading() as db:
        user = find_session(request, db)
    fields = fill(REGISTER_FORM, form, faults_of(problem, "username"))
    return render_page(
        request, user, "register.html", "Sign up", problem, fields=fields
    )


def bookmark_page(
    request: Request,
    user: sqlite3.Row,
    form: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    """Show the form of a bookmark, with what went wrong."""
    new = request.path == "/bookmarks"
    return render_page(
        request,
        user,
        "bookmark.html",
        "Add a bookmark" if new else "Edit bookmark",
        problem,
        action=request.path,
        fields=fill(BOOKMARK_FORM, form, faults_of(problem, "url")),
    )


def import_page(request: Request, problem: Problem | None = None) -> Response:
    """Show the form to import a file, with how the last one went."""
    with reading() as db:
        user = require_session(request, db)
    counts = dict(request.query)
    told = all(
        re.fullmatch("[0-9]+", counts.get(name, ""))
        for name in ("created", "skipped")
    )
    return render_page(
        request,
        user,
        "import.html",
        "Import",
        problem,
        created=counts["created"] if told else None,
        skipped=counts["skipped"] if told else None,
        fields=fill(IMPORT_FORM, {}, faults_of(problem, "file")),
    )


def account_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Take the name and the password from a form."""
    return {name: form.get(name, "") for name in ("username", "password")}


def bookmark_fields(form: Mapping[str, str]) -> dict[str, Any]:
    """Take a bookmark from a form, in which the tags are one text."""
    return {
        "url": form.get("url", ""),
        "title": form.get("title", ""),
        "notes": form.get("notes", "").replace("\r\n", "\n"),
        "tags": [t for t in form.get("tags", "").split(",") if t.strip()],
    }


def faults_of(problem: Problem | None, field: str = "") -> dict[str, str]:
    """Return the message for each field; one for all belongs to `field`."""
    if problem and problem.errors:
        return {fault["field"]: fault["message"] for fault in problem.errors}
    return {field: problem.detail} if problem and field else {}


def render_page(
    request: Request,
    user: sqlite3.Row | None,
    template: str,
    heading: str,
    problem: Problem | None = None,
    **context: Any,
) -> Response:
    """Make a page, in whose forms there is a token for this browser."""
    session = session_id(request) or new_session_id()
    context |= {"heading": heading, "user": user, "csrf": csrf_token(session)}
    headers = problem.headers if problem else {}
    response = html_response(
        problem.status if problem else 200,
        render(template, **context),
        headers,
    )
    if session != session_id(request):
        response.headers["Set-Cookie"] = session_cookie(session)
    return response


def redirect(path: str, cookie: str | None = None) -> Response:
    """Lead to another page (RFC 9110 §15.4.4)."""
    headers = {"Location": quote(path, safe=punctuation)}
    if cookie:
        headers["Set-Cookie"] = cookie
    return Response(303, {**headers, "Cache-Control": "no-store"})

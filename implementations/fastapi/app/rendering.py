"""What the pages show."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from app.bookmarks import BookmarkDocument
from app.models import Bookmark, User
from app.pagination import PageDocument, neighbours
from app.templating import templates
from app.validation import BookmarkFields, HomePage, list_faults

Refusal = HTTPException | ValidationError
# The refusals that a form shows, with the status that it then has.
SHOWN = {400: 422, 409: 409, 413: 413, 429: 429}


def home_page(
    request: Request,
    user: User,
    wanted: HomePage,
    page: PageDocument,
    tags: list[dict[str, Any]],
) -> Response:
    """Show bookmarks, and around them what finds others."""
    asked = [("q", wanted.q)] if wanted.q else []
    asked += [("tag", name) for name in wanted.tag]
    numbers = neighbours(page)
    return render_page(
        request,
        user,
        "home.html",
        q=wanted.q,
        chosen=wanted.tag,
        tags=tags,
        action="/bookmarks",
        bookmarks=[show_bookmark(bookmark) for bookmark in page.items],
        total=page.total,
        page=page.page,
        last=numbers["last"],
        links={
            rel: "/?" + urlencode([*asked, ("page", number)])
            for rel, number in numbers.items()
        },
        values={},
        errors={},
    )


def show_bookmark(bookmark: Bookmark) -> dict[str, Any]:
    """Add to a bookmark what a template needs to show it."""
    document = BookmarkDocument.model_validate(bookmark)
    # The row may be older than the rule for URLs; javascript: is code.
    linked = bool(re.match("(?i)https?://", bookmark.url))
    return {**document.model_dump(mode="json"), "linked": linked}


def login_page(
    request: Request,
    visitor: User | None,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    """Show the form to sign in, with what went wrong."""
    if isinstance(refusal, HTTPException) and refusal.status_code == 401:
        refusal = HTTPException(400, refusal.detail)  # 401 is the API's word
    error = getattr(refusal, "detail", None)
    next = form.get("next", "")
    return form_page(
        request,
        visitor,
        "login.html",
        form,
        refusal,
        error=error,
        next=next,
    )


def register_page(
    request: Request,
    visitor: User | None,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    """Show the form to sign up, with what went wrong."""
    return form_page(
        request, visitor, "register.html", form, refusal, "username"
    )


def bookmark_page(
    request: Request,
    user: User,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    """Show the form of a bookmark, with what went wrong."""
    path = request.url.path
    heading = "Add a bookmark" if path == "/bookmarks" else "Edit bookmark"
    return form_page(
        request,
        user,
        "bookmark.html",
        form,
        refusal,
        "url",
        action=path,
        heading=heading,
    )


def import_page(
    request: Request, user: User, refusal: Refusal | None = None
) -> Response:
    """Show the form to import a file, with how the last one went."""
    given = request.query_params
    counts = {name: given.get(name, "") for name in ("created", "skipped")}
    told = all(re.fullmatch("[0-9]+", text) for text in counts.values())
    return form_page(
        request,
        user,
        "import.html",
        {},
        refusal,
        "file",
        counts=counts if told else None,
    )


def account_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Take the name and the password from a form."""
    return {name: form.get(name, "") for name in ("username", "password")}


def bookmark_fields(form: Mapping[str, str]) -> BookmarkFields:
    """Take a bookmark from a form, in which the tags are one text."""
    return BookmarkFields(
        url=form.get("url", ""),
        title=form.get("title", ""),
        notes=form.get("notes", "").replace("\r\n", "\n"),
        tags=[t for t in form.get("tags", "").split(",") if t.strip()],
    )


def form_page(
    request: Request,
    user: User | None,
    template: str,
    form: Mapping[str, str],
    refusal: Refusal | None,
    field: str = "",
    **context: Any,
) -> Response:
    """Show a form again, with what was sent and what is wrong with it."""
    response = render_page(
        request,
        user,
        template,
        values=form,
        errors=faults_of(refusal, field),
        **context,
    )
    if isinstance(refusal, ValidationError):
        response.status_code = 422
    elif refusal:
        response.status_code = SHOWN[refusal.status_code]
        response.headers.update(refusal.headers or {})
    return response


def faults_of(refusal: Refusal | None, field: str) -> dict[str, str]:
    """Return the message for each field; one for all belongs to `field`."""
    if isinstance(refusal, ValidationError):
        faults = list_faults(refusal.errors())
        return {fault["field"]: fault["message"] for fault in faults}
    if refusal and refusal.status_code not in SHOWN:
        raise refusal
    return {field: refusal.detail} if refusal else {}


def render_page(
    request: Request, user: User | None, template: str, **context: Any
) -> Response:
    """Make a page, in whose forms there is a token for this browser."""
    return templates.TemplateResponse(
        request, template, {"user": user, **context}
    )


def redirect(path: str) -> Response:
    """Lead to another page (RFC 9110 §15.4.4)."""
    return RedirectResponse(path, 303)

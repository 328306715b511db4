"""What the pages show."""

import re
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from app.bookmarks import represent_bookmark
from app.errors import Problem
from app.forms import (
    BookmarkPageForm,
    Form,
    ImportForm,
    RegistrationForm,
    SignInForm,
)
from app.models import Bookmark
from app.pagination import neighbours
from app.sessions import find_session, session_required


def home_page(
    request: HttpRequest,
    query: dict[str, Any],
    page: Page,
    tags: list[dict[str, Any]],
) -> HttpResponse:
    """Show bookmarks, and around them what finds others."""
    context = {
        "heading": "Bookmarks",
        "q": query["q"],
        "chosen": query["tag"],
        "tags": tags,
        "action": "/bookmarks",
        "form": BookmarkPageForm(),
        "bookmarks": [show_bookmark(bookmark) for bookmark in page],
        "page": page,
        **show_neighbours(page, query),
    }
    return render(request, "home.html", context)


def show_bookmark(bookmark: Bookmark) -> dict[str, Any]:
    """Add to a bookmark what a template needs to show it."""
    # The row may be older than the rule for URLs; javascript: is code.
    linked = re.match("(?i)https?://", bookmark.url)
    return {**represent_bookmark(bookmark), "linked": linked}


def show_neighbours(page: Page, query: dict[str, Any]) -> dict[str, Any]:
    """Say which page this is, and link to those beside it."""
    asked = [("q", query["q"])] if query["q"] else []
    asked += [("tag", name) for name in query["tag"]]
    numbers = neighbours(page)
    links = {
        rel: "/?" + urlencode([*asked, ("page", number)])
        for rel, number in numbers.items()
    }
    return {
        "last": numbers["last"],
        "previous": links.get("prev"),
        "next": links.get("next"),
    }


def login_page(
    request: HttpRequest,
    form: SignInForm,
    path: str,
    status: int = 200,
    problem: Problem | None = None,
) -> HttpResponse:
    """Show the form to sign in, with what went wrong."""
    find_session(request)
    status = problem.status if problem else status
    context = {
        "heading": "Sign in",
        "form": form,
        "next": path,
        "error": problem and problem.detail,
    }
    # 401 is not for pages: browsers would ask for a password themselves.
    response = render(
        request, "login.html", context, status=422 if status == 401 else status
    )
    if status == 429:
        response.headers["Retry-After"] = problem.headers["Retry-After"]
    return response


def register_page(
    request: HttpRequest, form: RegistrationForm, status: int = 200
) -> HttpResponse:
    """Show the form to sign up, with what went wrong."""
    find_session(request)
    context = {"heading": "Sign up", "form": form}
    return render(request, "register.html", context, status=status)


def bookmark_page(
    request: HttpRequest, form: Form, status: int = 200
) -> HttpResponse:
    """Show the form of a bookmark, with what went wrong."""
    new = request.path == "/bookmarks"
    context = {
        "heading": "Add a bookmark" if new else "Edit bookmark",
        "action": request.path,
        "form": form,
    }
    return render(request, "bookmark.html", context, status=status)


@session_required
def import_page(
    request: HttpRequest, problem: Problem | None = None
) -> HttpResponse:
    """Show the form to import a file, with how the last one went."""
    form, status = ImportForm(), 200
    if problem:
        if problem.status not in (413, 422):
            raise problem
        form, status = ImportForm({}, {}), problem.status
        form.errors["file"] = form.error_class([problem.detail])
    counts = {
        name: request.GET.get(name, "") for name in ("created", "skipped")
    }
    if not all(re.fullmatch("[0-9]+", text) for text in counts.values()):
        counts = {}
    context = {"heading": "Import", "form": form, **counts}
    return render(request, "import.html", context, status=status)

"""The floor of Django: addresses and views."""

import json
from collections.abc import Callable
from typing import Any

from app.bookmarks import bookmark_etag, represent_bookmark
from app.forms import BookmarkForm, BookmarkQuery
from app.headers import POLICY
from app.models import Bookmark, Token, User
from app.pagination import link_header
from app.tokens import digest
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.cache import patch_vary_headers, set_response_etag
from django.utils.timezone import now

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
}
DEFAULTS = {"page": 1, "per_page": 20, "sort": "-created_at"}


def hello(request: HttpRequest, **kwargs: Any) -> JsonResponse:
    """Answer without looking at anything."""
    return JsonResponse({"status": "ok"})


def check_bookmarks(request: HttpRequest) -> JsonResponse:
    """Route and validate, and stop there."""
    if request.method == "POST":
        BookmarkForm(json.loads(request.body), instance=Bookmark()).is_valid()
    else:
        read_query(request)
    return JsonResponse({"status": "ok"})


def show_bookmark(request: HttpRequest, id: int) -> JsonResponse:
    """Show one bookmark."""
    bookmark = find_user(request).bookmarks.get(pk=id)
    headers = {"ETag": bookmark_etag(bookmark), "Cache-Control": "private"}
    return JsonResponse(represent_bookmark(bookmark), headers=headers)


def bookmarks(request: HttpRequest) -> JsonResponse:
    """Choose by the method."""
    if request.method == "POST":
        return create_bookmark(request)
    return list_bookmarks(request)


def list_bookmarks(request: HttpRequest) -> JsonResponse:
    """List one page of the user's bookmarks."""
    query = read_query(request)
    rows = find_user(request).bookmarks.prefetch_related("tags")
    rows = rows.order_by(query["sort"], "-id")
    page = Paginator(rows, query["per_page"]).page(query["page"])
    content = {
        "items": [represent_bookmark(row) for row in page],
        "page": page.number,
        "per_page": page.paginator.per_page,
        "total": page.paginator.count,
    }
    headers = {
        "Link": link_header(request, page),
        "Cache-Control": "private",
        "Vary": "Accept-Encoding",
    }
    return set_response_etag(JsonResponse(content, headers=headers))


def create_bookmark(request: HttpRequest) -> JsonResponse:
    """Create a bookmark."""
    with transaction.atomic():
        bookmark = Bookmark(user=find_user(request))
        form = BookmarkForm(json.loads(request.body), instance=bookmark)
        if form.is_valid() and not form.is_taken():
            form.save()
        bookmark.user.bookmarks.count()
    headers = {
        "ETag": bookmark_etag(bookmark),
        "Location": f"/api/bookmarks/{bookmark.pk}",
        "Cache-Control": "private",
    }
    content = represent_bookmark(bookmark)
    return JsonResponse(content, status=201, headers=headers)


def read_query(request: HttpRequest) -> dict[str, Any]:
    """Return the checked query parameters."""
    values = request.GET.copy()
    for name, value in DEFAULTS.items():
        values.setdefault(name, value)
    form = BookmarkQuery(values)
    form.is_valid()
    return form.cleaned_data


def find_user(request: HttpRequest) -> User:
    """Return the user whose token was sent."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    tokens = Token.objects.select_related("user")
    request.user = tokens.get(digest=digest(token), expires_at__gt=now()).user
    return request.user


def add_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Tell browsers what to forbid."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["origin"])
        response.headers["Content-Length"] = str(len(response.content))
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return middleware


urlpatterns = [
    path("healthz", hello),
    path("checked/api/bookmarks/<int:id>", hello),
    path("checked/api/bookmarks", check_bookmarks),
    path("api/bookmarks/<int:id>", show_bookmark),
    path("api/bookmarks", bookmarks),
]

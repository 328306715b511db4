"""Lists, one page at a time."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse


class OpenPaginator(Paginator):
    """Has empty pages past the last one."""

    def validate_number(self, number: int) -> int:
        """Take any number."""
        return number


def paginate(rows: QuerySet, query: dict[str, Any]) -> Page:
    """Read one page."""
    return OpenPaginator(rows, query["per_page"]).page(query["page"])


def order_by(sort: str) -> list[str]:
    """Write the order of a list; ties go by id in the same direction."""
    return [sort, "-id" if sort.startswith("-") else "id"]


def page_response(
    request: HttpRequest, page: Page, represent: Callable[[Any], Any]
) -> JsonResponse:
    """Answer with one page and the links around it."""
    content = {
        "items": [represent(row) for row in page],
        "page": page.number,
        "per_page": page.paginator.per_page,
        "total": page.paginator.count,
    }
    return JsonResponse(content, headers={"Link": link_header(request, page)})


def link_header(request: HttpRequest, page: Page) -> str:
    """Link to the first, last, previous and next page (RFC 8288)."""
    query = request.GET.copy()
    links = []
    for rel, number in neighbours(page).items():
        query["page"] = number
        links.append(f'<{request.path}?{query.urlencode()}>; rel="{rel}"')
    return ", ".join(links)


def neighbours(page: Page) -> dict[str, int]:
    """Number the first, last, previous and next page."""
    last = page.paginator.num_pages
    numbers = {"first": 1, "last": last}
    if page.has_previous():
        numbers["prev"] = min(page.number - 1, last)
    if page.has_next():
        numbers["next"] = page.number + 1
    return numbers

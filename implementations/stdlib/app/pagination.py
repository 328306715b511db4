"""Lists, one page at a time."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.framework.messages import Request, Response, json_response


@dataclass
class Page:
    """Hold the rows of one page, its number and size, and the total."""

    rows: list[sqlite3.Row]
    number: int
    size: int
    total: int


def paginate(
    db: sqlite3.Connection,
    columns: str,
    source: str,
    values: list[Any],
    order: str,
    query: dict[str, Any],
) -> Page:
    """Read one page."""
    number, size = query["page"], query["per_page"]
    total = db.execute(f"SELECT count(*) FROM {source}", values).fetchone()[0]
    rows = db.execute(
        f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT ? OFFSET ?",
        [*values, size, (number - 1) * size],
    )
    return Page(rows.fetchall(), number, size, total)


def order_by(sort: str) -> str:
    """Write the order of a list; ties go by id in the same direction."""
    # validation.py lets nothing pass but the names of two columns.
    column, direction = sort.removeprefix("-"), "ASC"
    if sort.startswith("-"):
        direction = "DESC"
    return f"{column} {direction}, id {direction}"


def page_response(
    request: Request, page: Page, represent: Callable[[sqlite3.Row], Any]
) -> Response:
    """Answer with one page and the links around it."""
    content = {
        "items": [represent(row) for row in page.rows],
        "page": page.number,
        "per_page": page.size,
        "total": page.total,
    }
    return json_response(200, content, {"Link": link_header(request, page)})


def link_header(request: Request, page: Page) -> str:
    """Link to the first, last, previous and next page (RFC 8288)."""
    kept = [pair for pair in request.query if pair[0] != "page"]
    return ", ".join(
        f'<{request.path}?{urlencode([*kept, ("page", number)])}>; rel="{rel}"'
        for rel, number in neighbours(page).items()
    )


def neighbours(page: Page) -> dict[str, int]:
    """Number the first, last, previous and next page."""
    last = max(1, -(-page.total // page.size))
    numbers = {"first": 1, "last": last}
    if page.number > 1:
        numbers["prev"] = min(page.number - 1, last)
    if page.number < last:
        numbers["next"] = page.number + 1
    return numbers

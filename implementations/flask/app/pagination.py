"""Lists, one page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    func,
    literal,
    select,
)

from app.caching import revalidated
from app.models import Base
from app.storage import db


@dataclass
class Page:
    """Hold the rows of one page, its number and size, and the total."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int


def paginate(query: Select[Any], number: int, size: int) -> Page:
    """Read one page."""
    offset = literal((number - 1) * size, BigInteger)
    rows = db.scalars(query.limit(size).offset(offset))
    return Page(rows.all(), number, size, count_rows(query))


def count_rows(query: Select[Any]) -> int:
    """Count what a query selects."""
    rows = query.order_by(None).subquery()
    return db.scalar(select(func.count()).select_from(rows))


def order_by(model: type[Base], sort: str) -> list[ColumnElement[Any]]:
    """Write the order of a list; ties go by id in the same direction."""
    columns = getattr(model, sort.removeprefix("-")), model.id
    if sort.startswith("-"):
        return [column.desc() for column in columns]
    return [column.asc() for column in columns]


def page_response(page: Page, represent: Callable[[Any], Any]) -> Response:
    """Answer with one page and the links around it."""
    response = jsonify(
        items=[represent(row) for row in page.rows],
        page=page.number,
        per_page=page.size,
        total=page.total,
    )
    response.headers["Link"] = link_header(page)
    return revalidated(response)


def link_header(page: Page) -> str:
    """Link to the first, last, previous and next page (RFC 8288)."""
    given = request.args.items(multi=True)
    kept = [pair for pair in given if pair[0] != "page"]
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

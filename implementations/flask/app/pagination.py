"""Lists that come a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import BigInteger, ColumnElement, Select, func, literal
from sqlalchemy.orm import Session

from app import validation
from app.models import Base


@dataclass
class Page:
    """The rows of one page, its number, its size, the number of all rows."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int


def paginate(db: Session, query: Select[Any], wanted: validation.Page) -> Page:
    """Read one page."""
    number, size = wanted.page, wanted.per_page
    total = db.scalar(
        query.order_by(None).with_only_columns(
            func.count(), maintain_column_froms=True
        )
    )
    offset = literal((number - 1) * size, BigInteger)
    rows = db.scalars(query.limit(size).offset(offset))
    return Page(rows.all(), number, size, total)


def order_by(model: type[Base], sort: str) -> list[ColumnElement[Any]]:
    """Write the order of a list; ties go by id in the same direction."""
    columns = getattr(model, sort.removeprefix("-")), model.id
    if sort.startswith("-"):
        return [column.desc() for column in columns]
    return [column.asc() for column in columns]


def page_response(
    page: Page, represent: Callable[[Any], Any]
) -> ResponseReturnValue:
    """Answer with one page and the links around it."""
    content = {
        "items": [represent(row) for row in page.rows],
        "page": page.number,
        "per_page": page.size,
        "total": page.total,
    }
    return content, {"Link": link_header(page)}


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

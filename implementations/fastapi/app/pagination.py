"""Lists, one page at a time."""

from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from app.models import Base

Item = TypeVar("Item")


class PageDocument(BaseModel, Generic[Item]):
    """The items of one page, its number, its size, the number of all."""

    items: list[Item]
    page: int
    per_page: int
    total: int


def paginate(
    session: Session, query: Select[Any], page: int, per_page: int
) -> PageDocument:
    """Read one page."""
    total = count_rows(session, query)
    offset = literal((page - 1) * per_page, BigInteger)
    rows = session.scalars(query.limit(per_page).offset(offset)).all()
    return PageDocument(items=rows, page=page, per_page=per_page, total=total)


def count_rows(session: Session, query: Select[Any]) -> int:
    """Count what a query selects."""
    rows = query.order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows))


def order_by(model: type[Base], sort: str) -> list[ColumnElement[Any]]:
    """Write the order of a list; ties go by id in the same direction."""
    columns = getattr(model, sort.removeprefix("-")), model.id
    if sort.startswith("-"):
        return [column.desc() for column in columns]
    return [column.asc() for column in columns]


def link_header(request: Request, document: PageDocument) -> str:
    """Link to the first, last, previous and next page (RFC 8288)."""
    path = request.url.path
    return ", ".join(
        f'<{path}?{page_query(request, number)}>; rel="{rel}"'
        for rel, number in neighbours(document).items()
    )


def page_query(request: Request, page: int) -> str:
    """Write the query of this request for another page."""
    given = request.query_params.multi_items()
    kept = [pair for pair in given if pair[0] != "page"]
    return urlencode([*kept, ("page", page)])


def neighbours(document: PageDocument) -> dict[str, int]:
    """Number the first, last, previous and next page."""
    last = max(1, -(-document.total // document.per_page))
    numbers = {"first": 1, "last": last}
    if document.page > 1:
        numbers["prev"] = min(document.page - 1, last)
    if document.page < last:
        numbers["next"] = document.page + 1
    return numbers

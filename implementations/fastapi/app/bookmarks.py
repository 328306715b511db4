"""Bookmarks as rows and as documents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BaseModel, BeforeValidator, ConfigDict
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.limits import refuse_excess
from app.models import Bookmark, Tag
from app.search import search_text
from app.settings import settings
from app.storage import Timestamp, timestamp


class BookmarkDocument(BaseModel):
    """A bookmark as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    url: str
    title: str
    notes: str
    tags: Annotated[list[str], BeforeValidator(sorted)]
    created_at: Timestamp
    updated_at: Timestamp


def bookmark_etag(bookmark: Bookmark) -> str:
    """Make the entity tag, new with each change (RFC 9110 §8.8.3)."""
    return f'"{bookmark.id}-{timestamp(bookmark.updated_at)}"'


def insert_bookmark(
    session: Session, user_id: int, fields: dict[str, Any]
) -> Bookmark:
    """Store a new bookmark."""
    row = make_row(user_id, fields, datetime.now(UTC))
    # Without the empty set "no tags" would mean "not loaded yet".
    bookmark = Bookmark(**row, tag_rows=set(), tags=fields["tags"])
    session.add(bookmark)
    flush(session)
    refuse_more_bookmarks(session, user_id)
    return bookmark


def change_bookmark(
    session: Session, bookmark: Bookmark, fields: dict[str, Any]
) -> None:
    """Store what differs, if anything does."""
    for name, value in fields.items():
        setattr(bookmark, name, value)
    if session.is_modified(bookmark):
        texts = bookmark.title, bookmark.url, bookmark.notes
        bookmark.folded = search_text(*texts)
        bookmark.updated_at = next_instant(bookmark.updated_at)
        flush(session)


def get_bookmark(
    session: Session, user_id: int, bookmark_id: int
) -> Bookmark | None:
    """Read one bookmark of a user."""
    query = select(Bookmark).filter_by(user_id=user_id, id=bookmark_id)
    return session.scalar(query)


def insert_bookmarks(
    session: Session,
    user_id: int,
    bookmarks: list[tuple[dict[str, Any], datetime]],
) -> None:
    """Store many new bookmarks, without making an object of each."""
    if not bookmarks:
        return
    # Into the tables themselves, which takes half the time.
    rows = session.execute(
        insert(Bookmark.__table__).returning(Bookmark.url, Bookmark.id),
        [make_row(user_id, *bookmark) for bookmark in bookmarks],
    )
    ids = dict(rows.all())
    tags = [
        {"bookmark_id": ids[fields["url"]], "name": name}
        for fields, _ in bookmarks
        for name in fields["tags"]
    ]
    if tags:
        session.execute(insert(Tag.__table__), tags)


def make_row(
    user_id: int, fields: dict[str, Any], created_at: datetime
) -> dict[str, Any]:
    """Make the row of a bookmark that is not stored yet."""
    return {
        "user_id": user_id,
        "url": fields["url"],
        "title": fields["title"],
        "notes": fields["notes"],
        "created_at": created_at,
        "updated_at": created_at,
        "folded": search_text(fields["title"], fields["url"], fields["notes"]),
    }


def refuse_more_bookmarks(session: Session, user_id: int) -> None:
    """Refuse to keep more bookmarks than an account may have."""
    query = select(Bookmark.id).where(Bookmark.user_id == user_id)
    refuse_excess(session, query, settings.max_bookmarks, "bookmarks")


def flush(session: Session) -> None:
    """Send what is new to the database, which keeps URLs unique."""
    try:
        session.flush()
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        session.rollback()
        detail = "You already have a bookmark with this URL."
        raise HTTPException(409, detail) from error


def next_instant(previous: datetime) -> datetime:
    """Return the time, but always later than the previous change."""
    return max(datetime.now(UTC), previous + timedelta(microseconds=1))

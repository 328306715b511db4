"""Bookmarks as rows and as documents."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.timezone import now

from app.errors import Problem
from app.models import Bookmark, User
from app.search import fold
from app.storage import timestamp
from app.tags import replace_tags


def represent_bookmark(bookmark: Bookmark) -> dict[str, Any]:
    """Show a bookmark as its owner sees it."""
    return {
        "id": bookmark.id,
        "url": bookmark.url,
        "title": bookmark.title,
        "notes": bookmark.notes,
        "tags": sorted(tag.name for tag in bookmark.tags.all()),
        "created_at": timestamp(bookmark.created_at),
        "updated_at": timestamp(bookmark.updated_at),
    }


def bookmark_etag(bookmark: Bookmark) -> str:
    """Make the entity tag, new with each change (RFC 9110 §8.8.3)."""
    return f'"{bookmark.id}-{timestamp(bookmark.updated_at)}"'


def insert_bookmark(user: User, fields: dict[str, Any]) -> Bookmark:
    """Store a new bookmark."""
    created_at = now()
    bookmark = Bookmark(
        user=user, created_at=created_at, updated_at=created_at
    )
    return store_bookmark(bookmark, fields)


def change_bookmark(bookmark: Bookmark, fields: dict[str, Any]) -> Bookmark:
    """Store what differs, if anything does."""
    old = represent_bookmark(bookmark)
    if {**old, **fields} == old:
        return bookmark
    bookmark.updated_at = next_instant(bookmark.updated_at)
    return store_bookmark(bookmark, fields)


def store_bookmark(bookmark: Bookmark, fields: dict[str, Any]) -> Bookmark:
    """Store a bookmark with these fields and its tags."""
    for name in fields.keys() - {"tags"}:
        setattr(bookmark, name, fields[name])
    bookmark.folded = fold(bookmark.title, bookmark.url, bookmark.notes)
    try:
        bookmark.save()
    except IntegrityError as error:
        raise duplicate() from error
    if "tags" in fields:
        replace_tags(bookmark, fields["tags"])
    return bookmark


def next_instant(previous: datetime) -> datetime:
    """Return the time, but always later than the previous change."""
    return max(now(), previous + timedelta(microseconds=1))


def duplicate() -> Problem:
    """Make the problem of an address that the account has already."""
    return Problem(409, "You have a bookmark with this URL already.")

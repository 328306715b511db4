"""Bookmarks as documents."""

from typing import Any

from django.conf import settings

from app.errors import Problem
from app.limits import refuse_excess
from app.models import Bookmark, User
from app.storage import timestamp


def represent_bookmark(bookmark: Bookmark) -> dict[str, Any]:
    """Show a bookmark as the API does."""
    return {
        "id": bookmark.pk,
        "url": bookmark.url,
        "title": bookmark.title,
        "notes": bookmark.notes,
        "tags": bookmark.tag_names,
        "created_at": timestamp(bookmark.created_at),
        "updated_at": timestamp(bookmark.updated_at),
    }


def bookmark_etag(bookmark: Bookmark) -> str:
    """Make the entity tag, new with each change (RFC 9110 §8.8.3)."""
    return f'"{bookmark.pk}-{timestamp(bookmark.updated_at)}"'


def refuse_more_bookmarks(user: User) -> None:
    """Refuse to keep more bookmarks than an account may have."""
    refuse_excess(user.bookmarks, settings.MAX_BOOKMARKS, "bookmarks")


def duplicate() -> Problem:
    """Make the problem of a URL that the user already has."""
    return Problem(409, "You already have a bookmark with this URL.")

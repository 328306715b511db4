"""The tags of bookmarks."""

from typing import Any

from sqlalchemy import func, select

from app.models import Bookmark, Tag
from app.storage import db


def count_tags(user_id: int) -> list[dict[str, Any]]:
    """Count a user's bookmarks for each tag."""
    rows = db.execute(
        select(Tag.name, func.count().label("bookmarks"))
        .join(Bookmark)
        .where(Bookmark.user_id == user_id)
        .group_by(Tag.name)
        .order_by(Tag.name)
    )
    return [dict(row) for row in rows.mappings()]

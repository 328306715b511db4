"""The tags of bookmarks."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Bookmark, Tag


def count_tags(db: Session, user_id: int) -> list[dict[str, Any]]:
    """Count an account's bookmarks for each of its tags."""
    rows = db.execute(
        select(Tag.name, func.count().label("bookmarks"))
        .join(Bookmark)
        .where(Bookmark.user_id == user_id)
        .group_by(Tag.name)
        .order_by(Tag.name)
    )
    return [dict(row) for row in rows.mappings()]

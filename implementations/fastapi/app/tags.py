"""The tags of bookmarks."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import Bookmark, Tag


class TagDocument(BaseModel):
    """A tag with the number of its bookmarks."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    bookmarks: int


class TagList(BaseModel):
    """All tags of a user."""

    items: list[TagDocument]


def count_tags(
    session: Session, user_id: int
) -> Sequence[Row[tuple[str, int]]]:
    """Count a user's bookmarks for each tag."""
    return session.execute(
        select(Tag.name, func.count().label("bookmarks"))
        .join(Bookmark, Bookmark.id == Tag.bookmark_id)
        .where(Bookmark.user_id == user_id)
        .group_by(Tag.name)
        .order_by(Tag.name)
    ).all()

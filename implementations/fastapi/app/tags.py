"""The tags of bookmarks."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Bundle, Session

from app.models import Bookmark, Tag


class TagDocument(BaseModel):
    """A tag with the number of its bookmarks."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    bookmarks: int


def select_tags(user_id: int) -> Select[Any]:
    """Select a user's tags with the number of bookmarks of each."""
    # A bundle, so that scalars() returns whole rows.
    return (
        select(Bundle("tag", Tag.name, func.count().label("bookmarks")))
        .join(Bookmark)
        .where(Bookmark.user_id == user_id)
        .group_by(Tag.name)
    )


def top_tags(session: Session, user_id: int) -> Sequence[Row[tuple[str, int]]]:
    """Read the twenty tags that most bookmarks have."""
    tags = select_tags(user_id).order_by(func.count().desc(), Tag.name)
    return session.scalars(tags.limit(20)).all()

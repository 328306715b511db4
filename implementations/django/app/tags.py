"""The tags of bookmarks."""

from operator import itemgetter
from typing import Any

from django.db.models import Count

from app.models import Bookmark, Tag, User


def count_tags(user: User) -> list[dict[str, Any]]:
    """Count a user's bookmarks for each tag."""
    tags = Tag.objects.filter(bookmark__user=user).values("name")
    counted = tags.annotate(bookmarks=Count("bookmark"))
    # In Python, for databases do not agree on the order of letters.
    return sorted(counted, key=itemgetter("name"))


def replace_tags(bookmark: Bookmark, names: list[str]) -> None:
    """Replace the tags of a bookmark."""
    bookmark.tags.all().delete()
    Tag.objects.bulk_create(Tag(bookmark=bookmark, name=n) for n in names)

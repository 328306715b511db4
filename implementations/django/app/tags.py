"""The tags of bookmarks."""

from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import Collate

from app.models import Bookmark, Tag, User

# By code points: otherwise databases do not agree on the order of letters.
BY_NAME = Collate("name", "C" if connection.vendor != "sqlite" else "BINARY")


def select_tags(user: User) -> QuerySet:
    """Select a user's tags with the number of bookmarks of each."""
    tags = Tag.objects.filter(bookmark__user=user).values("name")
    return tags.annotate(bookmarks=Count("bookmark")).order_by(BY_NAME)


def top_tags(user: User) -> QuerySet:
    """Read the twenty tags that most bookmarks have."""
    return select_tags(user).order_by("-bookmarks", BY_NAME)[:20]


def replace_tags(bookmark: Bookmark, names: list[str]) -> None:
    """Replace the tags of a bookmark."""
    bookmark.tags.all().delete()
    Tag.objects.bulk_create(Tag(bookmark=bookmark, name=n) for n in names)

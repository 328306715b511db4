"""Finding bookmarks by a phrase and by tags."""

from django.db.models import QuerySet

from app.models import Bookmark, User

SEPARATOR = "\x1f"  # so that no phrase is found across two fields


def fold(title: str, url: str, notes: str) -> str:
    """Make the text in which a bookmark is searched."""
    # In Python, for databases do not agree on upper and lower case.
    return SEPARATOR.join((title, url, notes)).casefold()


def select_bookmarks(
    user: User, phrase: str, tags: list[str]
) -> QuerySet[Bookmark]:
    """Select an account's bookmarks with a phrase and with all the tags."""
    bookmarks = user.bookmarks.prefetch_related("tags")
    if phrase:
        bookmarks = bookmarks.filter(folded__contains=phrase.casefold())
    for tag in tags:
        bookmarks = bookmarks.filter(tags__name=tag)
    return bookmarks

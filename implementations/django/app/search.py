"""Finding bookmarks by a phrase and by tags."""

from django.db.models import QuerySet

SEPARATOR = "\x1f"  # so that no phrase is found across two fields


def fold(title: str, url: str, notes: str) -> str:
    """Make the text in which a bookmark is found."""
    # In Python, for databases do not agree on upper and lower case.
    return SEPARATOR.join((title, url, notes)).casefold()


class BookmarkQuerySet(QuerySet):
    """Bookmarks, which can be searched."""

    def search(self, phrase: str, tags: list[str]) -> "BookmarkQuerySet":
        """Select bookmarks with a phrase and with all the tags."""
        found = self.prefetch_related("tags")
        if phrase:
            found = found.filter(folded__contains=phrase.casefold())
        for tag in tags:
            found = found.filter(tags__name=tag)
        return found

"""Finding bookmarks by a phrase and by tags."""

from unicodedata import normalize

from django.db.models import QuerySet

SEPARATOR = "\x1f"  # so that no phrase is found across two fields


def fold(text: str) -> str:
    """Fold a text for comparison: case, and the two ways to write é."""
    # In Python, for SQLite's lower() and LIKE know only ASCII.
    return normalize("NFC", text.casefold())


def search_text(title: str, url: str, notes: str) -> str:
    """Make the text in which a bookmark is found."""
    fields = (text.replace(SEPARATOR, " ") for text in (title, url, notes))
    return fold(SEPARATOR.join(fields))


class BookmarkQuerySet(QuerySet):
    """Bookmarks, which can be searched."""

    def search(self, phrase: str, tags: list[str]) -> "BookmarkQuerySet":
        """Select bookmarks with a phrase and with all the tags."""
        found = self.prefetch_related("tags")
        if phrase:
            phrase = fold(phrase.replace(SEPARATOR, " "))
            found = found.filter(folded__contains=phrase)
        for tag in tags:
            found = found.filter(tags__name=tag)
        return found

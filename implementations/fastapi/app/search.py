"""Finding bookmarks by a phrase and by tags."""

from unicodedata import normalize

from sqlalchemy import Select, select

from app.models import Bookmark, Tag

SEPARATOR = "\x1f"  # so that no phrase is found across two fields


def fold(text: str) -> str:
    """Fold a text for comparison: case, and the two ways to write é."""
    # In Python, for SQLite's lower() and LIKE know only ASCII.
    return normalize("NFC", text.casefold())


def search_text(title: str, url: str, notes: str) -> str:
    """Make the text in which a bookmark is found."""
    fields = (text.replace(SEPARATOR, " ") for text in (title, url, notes))
    return fold(SEPARATOR.join(fields))


def select_bookmarks(
    user_id: int, phrase: str, tags: list[str]
) -> Select[tuple[Bookmark]]:
    """Select a user's bookmarks with a phrase and with all the tags."""
    query = select(Bookmark).where(Bookmark.user_id == user_id)
    if phrase:
        folded = fold(phrase.replace(SEPARATOR, " "))
        query = query.where(Bookmark.folded.contains(folded, autoescape=True))
    for tag in tags:
        query = query.where(Bookmark.tag_rows.any(Tag.name == tag))
    return query

"""Finding bookmarks by a phrase and by tags."""

from typing import Any
from unicodedata import normalize

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
) -> tuple[str, list[Any]]:
    """Select a user's bookmarks with a phrase and with all the tags."""
    # Values never stand in the text of the statement (CWE-89).
    conditions, values = ["user_id = ?"], [user_id]
    if phrase:
        conditions.append("instr(folded, ?)")
        values.append(fold(phrase.replace(SEPARATOR, " ")))
    for tag in tags:
        conditions.append(
            "EXISTS (SELECT 1 FROM tags WHERE bookmark_id = bookmarks.id"
            " AND name = ?)"
        )
        values.append(tag)
    return " AND ".join(conditions), values

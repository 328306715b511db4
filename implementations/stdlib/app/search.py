"""Finding bookmarks by a phrase and by tags."""

from typing import Any

SEPARATOR = "\x1f"  # so that no phrase is found across two fields


def fold(title: str, url: str, notes: str) -> str:
    """Make the text in which a bookmark is found."""
    # In Python, for SQLite's lower() and LIKE know only ASCII.
    return SEPARATOR.join((title, url, notes)).casefold()


def select_bookmarks(
    user_id: int, phrase: str, tags: list[str]
) -> tuple[str, list[Any]]:
    """Select a user's bookmarks with a phrase and with all the tags."""
    # Values never stand in the text of the statement (CWE-89).
    conditions, values = ["user_id = ?"], [user_id]
    if phrase:
        conditions.append("instr(folded, ?)")
        values.append(phrase.casefold())
    for tag in tags:
        conditions.append(
            "id IN (SELECT bookmark_id FROM tags WHERE name = ?)"
        )
        values.append(tag)
    return " AND ".join(conditions), values

"""The tags of bookmarks."""

import sqlite3
from typing import Any

from app.pagination import Page, paginate

TAGS = """SELECT name, count(*) AS bookmarks
    FROM tags JOIN bookmarks ON bookmarks.id = bookmark_id
    WHERE user_id = ? GROUP BY name"""  # of one user


def represent_tag(tag: sqlite3.Row) -> dict[str, Any]:
    """Show a tag with the number of its bookmarks."""
    return dict(tag)


def page_of_tags(
    db: sqlite3.Connection, user_id: int, query: dict[str, Any]
) -> Page:
    """Read one page of a user's tags."""
    return paginate(db, "*", f"({TAGS})", [user_id], "name", query)


def top_tags(db: sqlite3.Connection, user_id: int) -> list[dict[str, Any]]:
    """Read the twenty tags that most bookmarks have."""
    order = "ORDER BY bookmarks DESC, name LIMIT 20"
    rows = db.execute(f"{TAGS} {order}", [user_id])
    return [represent_tag(row) for row in rows]


def replace_tags(
    db: sqlite3.Connection, bookmark_id: int, names: list[str]
) -> None:
    """Replace the tags of a bookmark."""
    db.execute("DELETE FROM tags WHERE bookmark_id = ?", [bookmark_id])
    db.executemany(
        "INSERT INTO tags (bookmark_id, name) VALUES (?, ?)",
        [(bookmark_id, name) for name in names],
    )

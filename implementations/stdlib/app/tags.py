"""The tags of bookmarks."""

import sqlite3
from typing import Any


def count_tags(db: sqlite3.Connection, user_id: int) -> list[dict[str, Any]]:
    """Count a user's bookmarks for each tag."""
    rows = db.execute(
        """SELECT name, count(*) AS bookmarks
        FROM tags JOIN bookmarks ON bookmarks.id = bookmark_id
        WHERE user_id = ? GROUP BY name ORDER BY name""",
        [user_id],
    )
    return [dict(row) for row in rows]


def replace_tags(
    db: sqlite3.Connection, bookmark_id: int, names: list[str]
) -> None:
    """Replace the tags of a bookmark."""
    db.execute("DELETE FROM tags WHERE bookmark_id = ?", [bookmark_id])
    db.executemany(
        "INSERT INTO tags (bookmark_id, name) VALUES (?, ?)",
        [(bookmark_id, name) for name in names],
    )

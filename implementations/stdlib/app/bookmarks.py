"""Bookmarks as rows and as documents."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from app.framework.errors import Problem
from app.limits import refuse_excess
from app.pagination import Page, order_by, paginate
from app.search import search_text, select_bookmarks
from app.settings import settings
from app.storage import timestamp
from app.tags import replace_tags

COLUMNS = """id, user_id, url, title, notes, created_at, updated_at,
    (SELECT json_group_array(name) FROM tags
     WHERE bookmark_id = bookmarks.id) AS tags"""


def represent_bookmark(bookmark: sqlite3.Row) -> dict[str, Any]:
    """Show a bookmark as the API does."""
    return {
        "id": bookmark["id"],
        "url": bookmark["url"],
        "title": bookmark["title"],
        "notes": bookmark["notes"],
        "tags": sorted(json.loads(bookmark["tags"])),
        "created_at": bookmark["created_at"],
        "updated_at": bookmark["updated_at"],
    }


def bookmark_etag(bookmark: sqlite3.Row) -> str:
    """Make the entity tag, new with each change (RFC 9110 §8.8.3)."""
    return f'"{bookmark["id"]}-{bookmark["updated_at"]}"'


def insert_bookmark(
    db: sqlite3.Connection, user_id: int, fields: dict[str, Any]
) -> sqlite3.Row:
    """Store a new bookmark."""
    bookmark_id = insert_row(db, user_id, fields, datetime.now(UTC))
    if not bookmark_id:
        raise duplicate()
    refuse_more_bookmarks(db, user_id)
    return get_bookmark(db, user_id, bookmark_id)


def change_bookmark(
    db: sqlite3.Connection, bookmark: sqlite3.Row, fields: dict[str, Any]
) -> sqlite3.Row:
    """Store what differs, if anything does."""
    old = represent_bookmark(bookmark)
    new = {**old, **fields}
    if new == old:
        return bookmark
    new["updated_at"] = next_instant(old["updated_at"])
    try:
        db.execute(
            """UPDATE bookmarks SET url = :url, title = :title,
            notes = :notes, updated_at = :updated_at, folded = :folded
            WHERE id = :id""",
            {**new, "folded": folded(new)},
        )
    except sqlite3.IntegrityError as error:
        raise duplicate() from error
    replace_tags(db, old["id"], new["tags"])
    return get_bookmark(db, bookmark["user_id"], old["id"])


def remove_bookmark(db: sqlite3.Connection, bookmark: sqlite3.Row) -> None:
    """Delete one bookmark; its tags go as well."""
    db.execute("DELETE FROM bookmarks WHERE id = ?", [bookmark["id"]])


def get_bookmark(
    db: sqlite3.Connection, user_id: int, bookmark_id: int
) -> sqlite3.Row | None:
    """Read one bookmark of a user."""
    return db.execute(
        f"SELECT {COLUMNS} FROM bookmarks WHERE user_id = ? AND id = ?",
        [user_id, bookmark_id],
    ).fetchone()


def page_of_bookmarks(
    db: sqlite3.Connection, user_id: int, query: dict[str, Any]
) -> Page:
    """Read one page of those of a user's bookmarks that a query selects."""
    condition, values = select_bookmarks(user_id, query["q"], query["tag"])
    source, order = f"bookmarks WHERE {condition}", order_by(query["sort"])
    return paginate(db, COLUMNS, source, values, order, query)


def bookmarks_after(
    db: sqlite3.Connection, user_id: int, place: tuple[str, int], most: int
) -> list[sqlite3.Row]:
    """Read some bookmarks of a user, the oldest first, behind a place."""
    return db.execute(
        f"""SELECT {COLUMNS} FROM bookmarks
        WHERE user_id = ? AND (created_at, id) > (?, ?)
        ORDER BY created_at, id LIMIT ?""",
        [user_id, *place, most],
    ).fetchall()


def insert_row(
    db: sqlite3.Connection,
    user_id: int,
    fields: dict[str, Any],
    created_at: datetime,
) -> int | None:
    """Store a bookmark unless the user already has its URL."""
    cursor = db.execute(
        """INSERT INTO bookmarks
        (user_id, url, title, notes, created_at, updated_at, folded)
        VALUES (:user_id, :url, :title, :notes, :now, :now, :folded)
        ON CONFLICT (user_id, url) DO NOTHING""",
        {
            **fields,
            "user_id": user_id,
            "now": timestamp(created_at),
            "folded": folded(fields),
        },
    )
    if not cursor.rowcount:
        return None
    replace_tags(db, cursor.lastrowid, fields["tags"])
    return cursor.lastrowid


def folded(fields: dict[str, Any]) -> str:
    """Make the text in which a bookmark with these fields is found."""
    return search_text(fields["title"], fields["url"], fields["notes"])


def refuse_more_bookmarks(db: sqlite3.Connection, user_id: int) -> None:
    """Refuse to keep more bookmarks than an account may have."""
    rows = "SELECT 1 FROM bookmarks WHERE user_id = ?"
    refuse_excess(db, rows, [user_id], settings.max_bookmarks, "bookmarks")


def next_instant(previous: str) -> str:
    """Return the time, but always later than the previous change."""
    after = datetime.fromisoformat(previous) + timedelta(microseconds=1)
    return timestamp(max(datetime.now(UTC), after))


def duplicate() -> Problem:
    """Make the problem of a URL that the user already has."""
    return Problem(409, "You already have a bookmark with this URL.")

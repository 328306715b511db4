"""Bookmarks as rows and as documents."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from app.framework.errors import Problem
from app.pagination import Page, paginate
from app.search import fold, select_bookmarks
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
    db: sqlite3.Connection,
    user_id: int,
    fields: dict[str, Any],
    created_at: str | None = None,
) -> sqlite3.Row:
    """Store a new bookmark."""
    row = {
        **fields,
        "user_id": user_id,
        "now": created_at or timestamp(datetime.now(UTC)),
        "folded": folded(fields),
    }
    try:
        bookmark_id = db.execute(
            """INSERT INTO bookmarks
            (user_id, url, title, notes, created_at, updated_at, folded)
            VALUES
            (:user_id, :url, :title, :notes, :now, :now, :folded)""",
            row,
        ).lastrowid
    except sqlite3.IntegrityError as error:
        raise duplicate() from error
    replace_tags(db, bookmark_id, fields["tags"])
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
    return paginate(db, COLUMNS, f"bookmarks WHERE {condition}", values, query)


def all_bookmarks(db: sqlite3.Connection, user_id: int) -> sqlite3.Cursor:
    """Select all bookmarks of a user, the oldest first."""
    return db.execute(
        f"""SELECT {COLUMNS} FROM bookmarks WHERE user_id = ?
        ORDER BY created_at, id""",
        [user_id],
    )


def folded(fields: dict[str, Any]) -> str:
    """Make the text in which a bookmark with these fields is found."""
    return fold(fields["title"], fields["url"], fields["notes"])


def next_instant(previous: str) -> str:
    """Return the time, but always later than the previous change."""
    after = datetime.fromisoformat(previous) + timedelta(microseconds=1)
    return timestamp(max(datetime.now(UTC), after))


def duplicate() -> Problem:
    """Make the problem of a URL that the user already has."""
    return Problem(409, "You already have a bookmark with this URL.")

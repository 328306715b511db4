"""Importing the bookmark file of a browser."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmark
from app.errors import Problem
from app.storage import timestamp
from app.validation import BOOKMARK, validate


def read_entries(files: list[bytes]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        raise bad_file("A form with one file in the field file is needed.")
    try:
        return read_bookmarks(files[0].decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is no bookmark file.") from error


def bad_file(message: str) -> Problem:
    """Make the problem of a file that cannot be imported."""
    fault = {"field": "file", "code": "invalid", "message": message}
    return Problem(422, message, errors=[fault])


def insert_entries(
    db: sqlite3.Connection, user_id: int, entries: list[Entry]
) -> dict[str, int]:
    """Store the entries of a file, but for those that cannot be."""
    created = 0
    for entry in entries:
        created_at = timestamp(entry.created_at or datetime.now(UTC))
        try:
            fields = validate(entry_fields(entry), BOOKMARK)
            insert_bookmark(db, user_id, fields, created_at)
            created += 1
        except Problem:  # a URL that is not valid, or is there already
            continue
    return {"created": created, "skipped": len(entries) - created}


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Take the fields of a bookmark from an entry."""
    return {name: getattr(entry, name) for name in BOOKMARK}

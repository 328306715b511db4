"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.errors import Invalid
from app.models import Bookmark
from app.validation import is_url


def read_entries(files: list[FileStorage]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        raise refused("A form with one file in the field file is needed.")
    try:
        return read_bookmarks(files[0].read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refused("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise refused("This is no bookmark file.") from error


def refused(message: str) -> Invalid:
    """Make the problem of a file that cannot be imported."""
    return Invalid([{"field": "file", "code": "invalid", "message": message}])


def insert_entries(
    db: Session, user_id: int, entries: list[Entry]
) -> dict[str, int]:
    """Store the entries of a file, but for those that cannot be."""
    known = set(
        db.scalars(select(Bookmark.url).where(Bookmark.user_id == user_id))
    )
    new = {}
    for entry in entries:
        if entry.url not in known and is_url(entry.url):
            new.setdefault(entry.url, entry)
    now = datetime.now(UTC)
    insert_bookmarks(
        db, user_id, [(asdict(e), e.created_at or now) for e in new.values()]
    )
    return {"created": len(new), "skipped": len(entries) - len(new)}

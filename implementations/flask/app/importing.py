"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.errors import Invalid
from app.models import Bookmark
from app.storage import db
from app.validation import Url

URL = TypeAdapter(Url)


def read_entries(file: FileStorage | None) -> list[Entry]:
    """Read the entries of a bookmark file."""
    if not file:
        raise bad_file("Send a file in the field file.")
    try:
        return read_bookmarks(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error


def bad_file(message: str) -> Invalid:
    """Make the problem of a file that cannot be imported."""
    return Invalid([{"field": "file", "code": "invalid", "message": message}])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each URL that a bookmark may have."""
    chosen: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in chosen and is_url(entry.url):
            chosen[entry.url] = entry
    return list(chosen.values())


def insert_entries(user_id: int, entries: list[Entry]) -> int:
    """Store the entries whose URL is new, and count them."""
    known = set(
        db.scalars(select(Bookmark.url).where(Bookmark.user_id == user_id))
    )
    new = [entry for entry in entries if entry.url not in known]
    now = datetime.now(UTC)
    insert_bookmarks(user_id, [(asdict(e), e.created_at or now) for e in new])
    return len(new)


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(URL.validate_python(address))
    except ValidationError:
        return False

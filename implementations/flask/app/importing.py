"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.errors import Invalid
from app.models import Bookmark
from app.validation import Url

URL = TypeAdapter(Url)


def read_entries(files: list[FileStorage]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        raise bad_file("A form with one file in the field file is needed.")
    try:
        return read_bookmarks(files[0].read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is no bookmark file.") from error


def bad_file(message: str) -> Invalid:
    """Make the problem of a file that cannot be imported."""
    return Invalid([{"field": "file", "code": "invalid", "message": message}])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each address that a bookmark may have."""
    wanted: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in wanted and is_url(entry.url):
            wanted[entry.url] = entry
    return list(wanted.values())


def insert_entries(db: Session, user_id: int, entries: list[Entry]) -> int:
    """Store the entries whose address is new, and count them."""
    known = set(
        db.scalars(select(Bookmark.url).where(Bookmark.user_id == user_id))
    )
    new = [entry for entry in entries if entry.url not in known]
    now = datetime.now(UTC)
    insert_bookmarks(
        db, user_id, [(asdict(e), e.created_at or now) for e in new]
    )
    return len(new)


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this address."""
    try:
        return bool(URL.validate_python(address))
    except ValidationError:
        return False

"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.models import Bookmark
from app.validation import Url

URL = TypeAdapter(Url)


class ImportDocument(BaseModel):
    """How many bookmarks of a file are stored, and how many are not."""

    created: int
    skipped: int


def read_entries(file: UploadFile) -> list[Entry]:
    """Read the entries of a bookmark file."""
    try:
        return read_bookmarks(file.file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error


def bad_file(message: str) -> RequestValidationError:
    """Make the problem of a file that cannot be imported."""
    error = {"loc": ("body", "file"), "type": "invalid", "msg": message}
    return RequestValidationError([error])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each URL that a bookmark may have."""
    chosen: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in chosen and is_url(entry.url):
            chosen[entry.url] = entry
    return list(chosen.values())


def insert_entries(
    session: Session, user_id: int, entries: list[Entry]
) -> int:
    """Store the entries whose URL is new, and count them."""
    query = select(Bookmark.url).where(Bookmark.user_id == user_id)
    known = set(session.scalars(query))
    new = [entry for entry in entries if entry.url not in known]
    now = datetime.now(UTC)
    rows = [(asdict(entry), entry.created_at or now) for entry in new]
    insert_bookmarks(session, user_id, rows)
    return len(new)


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(URL.validate_python(address))
    except ValidationError:
        return False

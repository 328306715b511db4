"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import HTTPException, UploadFile
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.models import Bookmark
from app.validation import Url

URL = TypeAdapter(Url)


class ImportDocument(BaseModel):
    """Say how many bookmarks of a file are stored, and how many are not."""

    created: int
    skipped: int


def read_entries(file: UploadFile) -> list[Entry]:
    """Read the entries of a bookmark file."""
    try:
        return read_bookmarks(file.file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise HTTPException(422, "The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise HTTPException(422, "This is not a bookmark file.") from error


def insert_entries(
    session: Session, user_id: int, entries: list[Entry]
) -> ImportDocument:
    """Store the entries whose URL is new, and count them."""
    query = select(Bookmark.url).where(Bookmark.user_id == user_id)
    known = set(session.scalars(query))
    now = datetime.now(UTC)
    new = []
    for entry in entries:
        if entry.url not in known and is_url(entry.url):
            known.add(entry.url)
            new.append((asdict(entry), entry.created_at or now))
    insert_bookmarks(session, user_id, new)
    return ImportDocument(created=len(new), skipped=len(entries) - len(new))


def is_url(text: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(URL.validate_python(text))
    except ValidationError:
        return False

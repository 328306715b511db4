"""Importing the bookmark file of a browser."""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookmark_file import (
    Entry,
    NotABookmarkFile,
    TooManyEntries,
    read_bookmarks,
)
from app.bookmarks import insert_bookmarks, refuse_more_bookmarks
from app.limits import refuse_excess
from app.models import Bookmark
from app.settings import settings
from app.tags import select_tags
from app.validation import Url

URL = TypeAdapter(Url)
BATCH = 500  # entries to hold as rows


class Reason(BaseModel):
    """Why the entry of a line is not stored."""

    line: int
    code: Literal["invalid", "repeated", "existing"]


class ImportDocument(BaseModel):
    """How many bookmarks of a file are stored, how many not, and why."""

    created: int
    skipped: int
    reasons: list[Reason]


def read_entries(file: UploadFile) -> tuple[list[Entry], list[Reason]]:
    """Read a bookmark file: what to store, and the lines of all else."""
    most = settings.max_import_entries
    try:
        found = read_bookmarks(file.file, most)
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error
    except TooManyEntries as error:
        message = f"The file has more than {most} entries."
        raise bad_file(message, "too_many") from error
    entries = []
    skipped = [Reason(line=n, code="repeated") for n in found.repeated]
    for entry in found.entries:
        if is_url(entry.url):
            entries.append(entry)
        else:
            skipped.append(Reason(line=entry.line, code="invalid"))
    return entries, skipped


def bad_file(message: str, code: str = "invalid") -> RequestValidationError:
    """Make the problem of a file that cannot be imported."""
    error = {"loc": ("body", "file"), "type": code, "msg": message}
    return RequestValidationError([error])


def insert_entries(
    session: Session, user_id: int, entries: list[Entry], skipped: list[Reason]
) -> ImportDocument:
    """Store the entries whose URL is new, and say what was skipped."""
    existing = []
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        known = find_urls(session, user_id, [entry.url for entry in batch])
        existing += [
            Reason(line=entry.line, code="existing")
            for entry in batch
            if entry.url in known
        ]
        new = [entry for entry in batch if entry.url not in known]
        insert_bookmarks(session, user_id, [make_bookmark(e) for e in new])
    refuse_more_bookmarks(session, user_id)
    most = settings.max_tags
    refuse_excess(session, select_tags(user_id), most, "different tags")
    skipped = sorted(skipped + existing, key=lambda reason: reason.line)
    return ImportDocument(
        created=len(entries) - len(existing),
        skipped=len(skipped),
        reasons=skipped[:20],
    )


def find_urls(session: Session, user_id: int, urls: list[str]) -> set[str]:
    """Find those URLs that a user has bookmarks of."""
    query = select(Bookmark.url).where(Bookmark.user_id == user_id)
    return set(session.scalars(query.where(Bookmark.url.in_(urls))))


def make_bookmark(entry: Entry) -> tuple[dict[str, Any], datetime]:
    """Return the fields and the time of a bookmark."""
    fields = {
        "url": entry.url,
        "title": entry.title,
        "notes": entry.notes,
        "tags": entry.tags,
    }
    return fields, entry.created_at or datetime.now(UTC)


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(URL.validate_python(address))
    except ValidationError:
        return False

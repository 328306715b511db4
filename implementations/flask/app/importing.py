"""Importing the bookmark file of a browser."""

from datetime import UTC, datetime
from typing import Any

from flask import current_app, g, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.bookmark_file import (
    Entry,
    NotABookmarkFile,
    TooManyEntries,
    read_bookmarks,
)
from app.bookmarks import insert_bookmarks, refuse_more_bookmarks
from app.errors import Invalid
from app.limits import refuse_excess
from app.models import Bookmark
from app.sessions import find_session
from app.storage import db
from app.tags import select_tags
from app.validation import Url

URL = TypeAdapter(Url)
BATCH = 500  # entries to hold as rows


def read_entries(
    file: FileStorage | None,
) -> tuple[list[Entry], list[tuple[int, str]]]:
    """Read a bookmark file: what to store, and the lines of all else."""
    if not file:
        raise bad_file("Send a file in the field file.")
    most = current_app.config["MAX_IMPORT_ENTRIES"]
    try:
        found = read_bookmarks(file.stream, most)
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error
    except TooManyEntries as error:
        message = f"The file has more than {most} entries."
        raise bad_file(message, "too_many") from error
    entries = []
    skipped = [(line, "repeated") for line in found.repeated]
    for entry in found.entries:
        if is_url(entry.url):
            entries.append(entry)
        else:
            skipped.append((entry.line, "invalid"))
    return entries, skipped


def bad_file(message: str, code: str = "invalid") -> Invalid:
    """Make the problem of a file that cannot be imported."""
    return Invalid([{"field": "file", "code": code, "message": message}])


def insert_entries(
    user_id: int, entries: list[Entry], skipped: list[tuple[int, str]]
) -> dict[str, Any]:
    """Store the entries whose URL is new, and say what was skipped."""
    existing = []
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        known = find_urls(user_id, [entry.url for entry in batch])
        existing += [(e.line, "existing") for e in batch if e.url in known]
        new = [entry for entry in batch if entry.url not in known]
        insert_bookmarks(user_id, [make_bookmark(entry) for entry in new])
    refuse_more_bookmarks(user_id)
    most = current_app.config["MAX_TAGS"]
    refuse_excess(select_tags(user_id), most, "different tags")
    skipped = sorted(skipped + existing)
    return {
        "created": len(entries) - len(existing),
        "skipped": len(skipped),
        "reasons": [
            {"line": line, "code": code} for line, code in skipped[:20]
        ],
    }


def find_urls(user_id: int, urls: list[str]) -> set[str]:
    """Find those URLs that a user has bookmarks of."""
    query = select(Bookmark.url).where(Bookmark.user_id == user_id)
    return set(db.scalars(query.where(Bookmark.url.in_(urls))))


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


def allow_uploads() -> None:
    """Let a bookmark file be larger than other bodies, of those we know."""
    # The API knows them before it reads; of a page CSRFProtect reads the form.
    known = request.endpoint == "api.import_bookmarks"
    if request.endpoint == "pages.submit_import":
        find_session()
        known = g.user and request.mimetype == "multipart/form-data"
    if known:
        request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]

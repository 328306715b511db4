"""Importing the bookmark file of a browser."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadhandler import FileUploadHandler
from django.db import connection
from django.utils import timezone

from app.bookmark_file import BookmarkFile, Entry
from app.bookmarks import refuse_more_bookmarks
from app.forms import BookmarkForm
from app.limits import refuse_excess
from app.models import Bookmark, User
from app.search import search_text
from app.tags import select_tags

BATCH = 500  # entries to hold as rows


def choose_entries(
    file: BookmarkFile,
) -> tuple[list[Entry], list[tuple[int, str]]]:
    """Tell what to store, and the lines of all else."""
    entries = []
    skipped = [(line, "repeated") for line in file.repeated]
    for entry in file.entries:
        if is_url(entry.url):
            entries.append(entry)
        else:
            skipped.append((entry.line, "invalid"))
    return entries, skipped


def insert_entries(
    user: User, entries: list[Entry], skipped: list[tuple[int, str]]
) -> dict[str, Any]:
    """Store the entries whose URL is new, and say what was skipped."""
    existing = []
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        found = user.bookmarks.filter(url__in=[entry.url for entry in batch])
        known = set(found.values_list("url", flat=True))
        existing += [(e.line, "existing") for e in batch if e.url in known]
        insert_batch(user, [e for e in batch if e.url not in known])
    refuse_more_bookmarks(user)
    refuse_excess(select_tags(user), settings.MAX_TAGS, "different tags")
    skipped = sorted(skipped + existing)
    return {
        "created": len(entries) - len(existing),
        "skipped": len(skipped),
        "reasons": [
            {"line": line, "code": code} for line, code in skipped[:20]
        ],
    }


def insert_batch(user: User, entries: list[Entry]) -> None:
    """Store entries with their tags."""
    bookmarks = Bookmark.objects.bulk_create(
        make_row(user, entry) for entry in entries
    )
    rows = [
        (bookmark.pk, name)
        for bookmark, entry in zip(bookmarks, entries, strict=True)
        for name in entry.tags
    ]
    insert = "INSERT INTO tags (bookmark_id, name) VALUES (%s, %s)"
    # Objects would take too long while others wait for the lock.
    with connection.cursor() as cursor:
        cursor.executemany(insert, rows)


def make_row(user: User, entry: Entry) -> Bookmark:
    """Make the row of an entry."""
    created_at = entry.created_at or timezone.now()
    return Bookmark(
        user=user,
        url=entry.url,
        title=entry.title,
        notes=entry.notes,
        created_at=created_at,
        updated_at=created_at,
        folded=search_text(entry.title, entry.url, entry.notes),
    )


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        BookmarkForm.base_fields["url"].clean(address)
    except ValidationError:
        return False
    return True


class LimitedUploadHandler(FileUploadHandler):
    """Refuses an upload by its length, before it is read."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  so Django calls it
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        """Check the length."""
        if content_length > settings.MAX_IMPORT_BYTES:
            raise RequestDataTooBig("The upload is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the file to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""

"""Importing the bookmark file of a browser."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.timezone import now

from app.bookmark_file import Entry
from app.forms import BookmarkForm
from app.models import Bookmark, Tag, User
from app.search import fold


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each URL that a bookmark may have."""
    chosen = {}
    for entry in entries:
        if entry.url not in chosen and is_url(entry.url):
            chosen[entry.url] = entry
    return list(chosen.values())


def insert_entries(user: User, entries: list[Entry]) -> int:
    """Store the entries whose URL is new, and count them."""
    known = set(user.bookmarks.values_list("url", flat=True))
    new = [entry for entry in entries if entry.url not in known]
    bookmarks = Bookmark.objects.bulk_create(
        make_bookmark(user, entry) for entry in new
    )
    Tag.objects.bulk_create(
        Tag(bookmark=bookmark, name=name)
        for bookmark, entry in zip(bookmarks, new, strict=True)
        for name in entry.tags
    )
    return len(new)


def make_bookmark(user: User, entry: Entry) -> Bookmark:
    """Make the row of an entry."""
    created_at = entry.created_at or now()
    return Bookmark(
        user=user,
        url=entry.url,
        title=entry.title,
        notes=entry.notes,
        created_at=created_at,
        updated_at=created_at,
        folded=fold(entry.title, entry.url, entry.notes),
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

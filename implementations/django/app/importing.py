"""Importing the bookmark file of a browser."""

import secrets
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
)
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import now

from app.bodies import check_length
from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.errors import Problem, too_large
from app.forms import BookmarkForm
from app.models import Bookmark, Tag, User
from app.search import fold

MAX_PARTS = 1000


def read_entries(files: list[UploadedFile]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        raise bad_file("A form with one file in the field file is needed.")
    try:
        return read_bookmarks(files[0].read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is no bookmark file.") from error


def bad_file(detail: str) -> Problem:
    """Make the problem of a file that cannot be imported."""
    fault = {"field": "file", "code": "invalid", "message": detail}
    return Problem(422, detail, errors=[fault])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each address that a bookmark may have."""
    wanted = {}
    for entry in entries:
        if entry.url not in wanted and is_url(entry.url):
            wanted[entry.url] = entry
    return list(wanted.values())


def insert_entries(user: User, entries: list[Entry]) -> int:
    """Store the entries whose address is new, and count them."""
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
    """Tell whether a bookmark may have this address."""
    try:
        BookmarkForm.base_fields["url"].clean(address)
    except ValidationError:
        return False
    return True


def find_files(request: HttpRequest) -> list[UploadedFile]:
    """Return the files of a form, unless one is in another field."""
    if (
        request.content_type != "multipart/form-data"
        or "Content-Encoding" in request.headers
    ):
        raise Problem(415, "The body must be multipart/form-data.")
    check_length(request)
    if set(request.FILES) - {"file"}:
        return []
    return request.FILES.getlist("file")


class WholeUpload(FileUploadHandler):
    """Reads a form whole or not at all; Django takes what is there of it."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  so Django calls it
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict]:
        """Check the size and the end of a form before it is taken apart."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if self.request.path.endswith("/import"):
            limit = settings.MAX_IMPORT_BYTES
        if content_length > limit:
            raise too_large(limit)
        body = input_data.read(content_length)
        if not body.rstrip(b"\r\n").endswith(b"--" + boundary + b"--"):
            raise Problem(400, "The form is cut short.")
        # Django finds a boundary within lines, too (RFC 2046 §5.1.1 only at
        # their start): one that is made now stands nowhere in the file.
        own = secrets.token_hex()
        line = b"\r\n--"
        body = b"\r\n" + body
        if body.count(line + boundary) > MAX_PARTS:
            raise Problem(400, "The form has too many parts.")
        body = body.replace(line + boundary, line + own.encode())
        kind = {"CONTENT_TYPE": f"multipart/form-data; boundary={own}"}
        handlers = [MemoryFileUploadHandler(self.request)]
        parser = MultiPartParser(
            {**META, **kind}, BytesIO(body), handlers, encoding
        )
        try:
            return parser.parse()
        except TypeError as error:  # Python's, for a parameter in odd pieces
            raise Problem(400, "The form is malformed.") from error

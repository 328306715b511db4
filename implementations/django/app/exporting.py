"""Exporting bookmarks, written while they are read."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import represent_bookmark
from app.models import User

TYPES = {"html": "text/html; charset=utf-8", "ndjson": "application/x-ndjson"}
BATCH = 100  # rows to hold in memory


def export_response(user: User, kind: str) -> StreamingHttpResponse:
    """Answer with a file of all the user's bookmarks."""
    return StreamingHttpResponse(
        export_lines(user, kind),
        content_type=TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="bookmarks.{kind}"',
        },
    )


def export_lines(user: User, kind: str) -> Iterator[str]:
    """Write the file piece by piece."""
    write = write_bookmark if kind == "html" else write_json
    if kind == "html":
        yield write_start()
    bookmarks = user.bookmarks.order_by("created_at", "id")
    rows = bookmarks.prefetch_related("tags").iterator(chunk_size=BATCH)
    lines = (write(represent_bookmark(bookmark)) for bookmark in rows)
    while batch := "".join(islice(lines, BATCH)):
        yield batch
    if kind == "html":
        yield write_end()


def write_json(bookmark: dict[str, Any]) -> str:
    """Write a bookmark as a line of JSON."""
    return json.dumps(bookmark, ensure_ascii=False) + "\n"

"""Exporting bookmarks, written while they are read."""

import json
from collections.abc import Iterator
from typing import Any

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import all_bookmarks, represent_bookmark
from app.framework.messages import Response
from app.storage import reading

TYPES = {
    "html": "text/html; charset=utf-8",
    "ndjson": "application/x-ndjson",
}
BATCH = 100  # rows to hold in memory


def export_response(user_id: int, kind: str) -> Response:
    """Answer with a file of all the user's bookmarks."""
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="bookmarks.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(200, headers, export_lines(user_id, kind))


def export_lines(user_id: int, kind: str) -> Iterator[bytes]:
    """Write the file piece by piece."""
    # One snapshot of the database, whatever is written meanwhile. If the
    # client leaves, the server closes this generator where it stands, and
    # with it the transaction (PEP 3333).
    start, write, end = WRITERS[kind]
    with reading() as db:
        yield start().encode()
        cursor = all_bookmarks(db, user_id)
        while rows := cursor.fetchmany(BATCH):
            lines = [write(represent_bookmark(row)) for row in rows]
            yield "".join(lines).encode()
        yield end().encode()


def write_json(bookmark: dict[str, Any]) -> str:
    """Write a bookmark as a line of JSON."""
    return json.dumps(bookmark, ensure_ascii=False) + "\n"


WRITERS = {
    "html": (write_start, write_bookmark, write_end),
    "ndjson": (str, write_json, str),
}

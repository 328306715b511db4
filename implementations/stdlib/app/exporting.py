"""Exporting bookmarks, written while they are read."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import bookmarks_after, represent_bookmark
from app.framework.messages import Response
from app.storage import reading

TYPES = {"html": "text/html; charset=utf-8", "ndjson": "application/x-ndjson"}
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
    write = write_bookmark if kind == "html" else write_json
    if kind == "html":
        yield write_start().encode()
    for rows in read_batches(user_id):
        lines = [write(represent_bookmark(row)) for row in rows]
        yield "".join(lines).encode()
    if kind == "html":
        yield write_end().encode()


def read_batches(user_id: int) -> Iterator[list[sqlite3.Row]]:
    """Read a user's bookmarks, the oldest first, some at a time."""
    # Each in a transaction of its own, for the client may read slowly.
    place = ("", 0)
    while True:
        with reading() as db:
            rows = bookmarks_after(db, user_id, place, BATCH)
        if not rows:
            return
        yield rows
        place = (rows[-1]["created_at"], rows[-1]["id"])


def write_json(bookmark: dict[str, Any]) -> str:
    """Write a bookmark as a line of JSON."""
    return json.dumps(bookmark, ensure_ascii=False) + "\n"

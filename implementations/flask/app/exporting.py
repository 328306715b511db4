"""Exporting bookmarks, written while they are read."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import select

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import represent_bookmark
from app.models import Bookmark
from app.storage import db

TYPES = {"html": "text/html", "ndjson": "application/x-ndjson"}
BATCH = 100  # rows to hold in memory


def export_response(user_id: int, kind: str) -> Response:
    """Answer with a file of all the user's bookmarks."""
    # The session is closed with the stream, also when the client leaves.
    lines = stream_with_context(export_lines(user_id, kind))
    response = Response(lines, mimetype=TYPES[kind])
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"bookmarks.{kind}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def export_lines(user_id: int, kind: str) -> Iterator[str]:
    """Write the file piece by piece."""
    write = write_bookmark if kind == "html" else write_json
    if kind == "html":
        yield write_start()
    query = (
        select(Bookmark)
        .where(Bookmark.user_id == user_id)
        .order_by(Bookmark.created_at, Bookmark.id)
        .execution_options(yield_per=BATCH)
    )
    for batch in db.scalars(query).partitions():
        yield "".join(write(represent_bookmark(row)) for row in batch)
    if kind == "html":
        yield write_end()


def write_json(bookmark: dict[str, Any]) -> str:
    """Write a bookmark as a line of JSON."""
    return json.dumps(bookmark, ensure_ascii=False) + "\n"

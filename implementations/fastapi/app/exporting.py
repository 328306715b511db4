"""Exporting bookmarks, written while they are read."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import BookmarkDocument
from app.models import Bookmark
from app.storage import reader

TYPES = {"html": "text/html; charset=utf-8", "ndjson": "application/x-ndjson"}
BATCH = 500  # rows to hold in memory


def export_response(user_id: int, form: str) -> StreamingResponse:
    """Answer with a file of all the user's bookmarks."""
    headers = {
        "Content-Disposition": f'attachment; filename="bookmarks.{form}"',
        "Cache-Control": "no-store",
    }
    lines = export_lines(user_id, form)
    return StreamingResponse(lines, headers=headers, media_type=TYPES[form])


def export_lines(user_id: int, form: str) -> Iterator[str]:
    """Write the file piece by piece."""
    start, write, end = WRITERS[form]
    yield start()
    query = select(Bookmark).filter_by(user_id=user_id)
    query = query.order_by(Bookmark.created_at, Bookmark.id)
    # A session of its own: that of the request ends before this begins.
    with Session(reader) as session:
        rows = session.scalars(query.execution_options(yield_per=BATCH))
        for bookmarks in rows.partitions():
            yield "".join(write(bookmark) for bookmark in bookmarks)
    yield end()


def write_html(bookmark: Bookmark) -> str:
    """Write a bookmark as an entry of a bookmark file."""
    document = BookmarkDocument.model_validate(bookmark)
    return write_bookmark(document.model_dump(mode="json"))


def write_json(bookmark: Bookmark) -> str:
    """Write a bookmark as a line of JSON."""
    return BookmarkDocument.model_validate(bookmark).model_dump_json() + "\n"


WRITERS = {
    "html": (write_start, write_html, write_end),
    "ndjson": (str, write_json, str),
}

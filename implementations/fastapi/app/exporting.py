"""Exporting bookmarks, written while they are read."""

from collections.abc import Iterator, Sequence

from fastapi.responses import StreamingResponse
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import BookmarkDocument
from app.models import Bookmark
from app.storage import reader

TYPES = {"html": "text/html; charset=utf-8", "ndjson": "application/x-ndjson"}
BATCH = 100  # rows to hold in memory


def export_response(user_id: int, kind: str) -> StreamingResponse:
    """Answer with a file of all the user's bookmarks."""
    headers = {
        "Content-Disposition": f'attachment; filename="bookmarks.{kind}"',
        "Cache-Control": "no-store",
    }
    lines = export_lines(user_id, kind)
    return StreamingResponse(lines, headers=headers, media_type=TYPES[kind])


def export_lines(user_id: int, kind: str) -> Iterator[str]:
    """Write the file piece by piece."""
    write = write_html if kind == "html" else write_json
    if kind == "html":
        yield write_start()
    for batch in read_batches(user_id):
        yield "".join(write(bookmark) for bookmark in batch)
    if kind == "html":
        yield write_end()


def read_batches(user_id: int) -> Iterator[Sequence[Bookmark]]:
    """Read a user's bookmarks, the oldest first, some at a time."""
    # Starlette does not close a generator whose client has left, so no
    # session stays open between two batches.
    place = tuple_(Bookmark.created_at, Bookmark.id)
    query = select(Bookmark).filter_by(user_id=user_id).limit(BATCH)
    query = query.order_by(Bookmark.created_at, Bookmark.id)
    batch = read_batch(query)
    while batch:
        yield batch
        last = batch[-1]
        batch = read_batch(query.where(place > (last.created_at, last.id)))


def read_batch(query: Select[tuple[Bookmark]]) -> Sequence[Bookmark]:
    """Read some bookmarks in a session of their own."""
    with Session(reader, expire_on_commit=False) as session:
        return session.scalars(query).all()


def write_html(bookmark: Bookmark) -> str:
    """Write a bookmark as an entry of a bookmark file."""
    document = BookmarkDocument.model_validate(bookmark)
    return write_bookmark(document.model_dump(mode="json"))


def write_json(bookmark: Bookmark) -> str:
    """Write a bookmark as a line of JSON."""
    return BookmarkDocument.model_validate(bookmark).model_dump_json() + "\n"

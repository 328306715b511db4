"""Exporting bookmarks, written while they are read."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse
from sqlalchemy import Select, select, tuple_

from app.bookmark_file import write_bookmark, write_end, write_start
from app.bookmarks import BookmarkDocument
from app.models import Bookmark
from app.storage import reading

TYPES = {
    "html": "text/html; charset=utf-8",
    "ndjson": "application/x-ndjson",
}
BATCH = 500  # rows to hold in memory


def export_response(
    user_id: int, form: str, method: str = "GET"
) -> StreamingResponse:
    """Answer with a file of all the account's bookmarks."""
    headers = {
        "Content-Disposition": f'attachment; filename="bookmarks.{form}"',
        "Cache-Control": "no-store",
    }
    lines = export_lines(user_id, form) if method == "GET" else iter([""])
    return StreamingResponse(lines, headers=headers, media_type=TYPES[form])


def export_lines(user_id: int, form: str) -> Iterator[str]:
    """Write the file piece by piece."""
    html = form == "html"
    write = write_html if html else write_json
    yield write_start() if html else ""
    for bookmarks in read_batches(user_id):
        yield "".join(map(write, bookmarks))
    if html:
        yield write_end()


def write_html(bookmark: BookmarkDocument) -> str:
    """Write a bookmark as an entry of a bookmark file."""
    return write_bookmark(bookmark.model_dump(mode="json"))


def write_json(bookmark: BookmarkDocument) -> str:
    """Write a bookmark as a line of JSON."""
    return bookmark.model_dump_json() + "\n"


def read_batches(user_id: int) -> Iterator[list[BookmarkDocument]]:
    """Read an account's bookmarks, oldest first, some at a time."""
    place = tuple_(Bookmark.created_at, Bookmark.id)
    query = select(Bookmark).filter_by(user_id=user_id).limit(BATCH)
    query = query.order_by(Bookmark.created_at, Bookmark.id)
    batch = read_batch(query)
    while batch:
        yield batch
        last = batch[-1]
        batch = read_batch(query.where(place > (last.created_at, last.id)))


def read_batch(query: Select[tuple[Bookmark]]) -> list[BookmarkDocument]:
    """Read some bookmarks, and keep no connection while a client reads."""
    with reading() as db:
        return [*map(BookmarkDocument.model_validate, db.scalars(query))]

"""Importing the bookmark file of a browser."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bodies import read_files
from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmarks
from app.models import Bookmark
from app.permissions import Account
from app.validation import Url

URL = TypeAdapter(Url)


class ImportDocument(BaseModel):
    """Say how many bookmarks of a file are stored, and how many are not."""

    created: int
    skipped: int


def read_entries(files: list[bytes]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        detail = "A form with one file in the field file is needed."
        raise HTTPException(400, detail)
    try:
        return read_bookmarks(files[0].decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise HTTPException(400, "This is no bookmark file.") from error


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each address that a bookmark may have."""
    wanted: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in wanted and is_url(entry.url):
            wanted[entry.url] = entry
    return list(wanted.values())


def insert_entries(db: Session, user_id: int, entries: list[Entry]) -> int:
    """Store the entries whose address is new, and count them."""
    known = set(
        db.scalars(select(Bookmark.url).where(Bookmark.user_id == user_id))
    )
    new = [entry for entry in entries if entry.url not in known]
    now = datetime.now(UTC)
    insert_bookmarks(
        db, user_id, [(asdict(e), e.created_at or now) for e in new]
    )
    return len(new)


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this address."""
    try:
        return bool(URL.validate_python(address))
    except ValidationError:
        return False


async def read_account_upload(
    account: Account, request: Request
) -> list[bytes]:
    """Read the files in a body, once it is known who sends them."""
    _, files = await read_files(request)
    return files


Upload = Annotated[list[bytes], Depends(read_account_upload)]

"""Importing the bookmark file of a browser."""

import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmark
from app.errors import Problem
from app.storage import timestamp
from app.validation import Fault, url


def read_entries(files: list[bytes]) -> list[Entry]:
    """Read the one file of a form."""
    if len(files) != 1:
        raise bad_file("A form with one file in the field file is needed.")
    try:
        return read_bookmarks(files[0].decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is no bookmark file.") from error


def bad_file(message: str) -> Problem:
    """Make the problem of a file that cannot be imported."""
    fault = {"field": "file", "code": "invalid", "message": message}
    return Problem(422, message, errors=[fault])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each address that a bookmark may have."""
    wanted: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in wanted and is_url(entry.url):
            wanted[entry.url] = entry
    return list(wanted.values())


def insert_entries(
    db: sqlite3.Connection, user_id: int, entries: list[Entry]
) -> int:
    """Store the entries whose address is new, and count them."""
    created = 0
    for entry in entries:
        created_at = timestamp(entry.created_at or datetime.now(UTC))
        try:
            insert_bookmark(db, user_id, asdict(entry), created_at)
            created += 1
        except Problem:  # the account has a bookmark with this URL
            continue
    return created


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this address."""
    try:
        return bool(url(address))
    except Fault:
        return False

"""Importing the bookmark file of a browser."""

import re
import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime

from app.bookmark_file import Entry, NotABookmarkFile, read_bookmarks
from app.bookmarks import insert_bookmark
from app.framework.errors import Problem
from app.framework.validation import Fault
from app.storage import timestamp
from app.validation import url


def read_entries(files: dict[str, list[bytes]]) -> list[Entry]:
    """Read the entries of a bookmark file."""
    sent = files.get("file", [])
    if len(sent) != 1:
        raise bad_file("Send one file in the field file.")
    try:
        return read_bookmarks(sent[0].decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error


def bad_file(message: str) -> Problem:
    """Make the problem of a file that cannot be imported."""
    fault = {"field": "file", "code": "invalid", "message": message}
    return Problem(422, message, errors=[fault])


def choose_entries(entries: list[Entry]) -> list[Entry]:
    """Keep the first entry of each URL that a bookmark may have."""
    chosen: dict[str, Entry] = {}
    for entry in entries:
        if entry.url not in chosen and is_url(entry.url):
            chosen[entry.url] = entry
    return list(chosen.values())


def insert_entries(
    db: sqlite3.Connection, user_id: int, entries: list[Entry]
) -> int:
    """Store the entries whose URL is new, and count them."""
    created = 0
    for entry in entries:
        created_at = timestamp(entry.created_at or datetime.now(UTC))
        try:
            insert_bookmark(db, user_id, asdict(entry), created_at)
            created += 1
        except Problem:  # the user already has a bookmark with this URL
            continue
    return created


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(url(address))
    except Fault:
        return False


def read_counts(query: list[tuple[str, str]]) -> dict[str, str]:
    """Take the counts of an import from a query; both are numbers."""
    counts = {
        name: value
        for name, value in query
        if name in ("created", "skipped") and re.fullmatch("[0-9]+", value)
    }
    return counts if len(counts) == 2 else {}

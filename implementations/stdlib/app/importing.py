"""Importing the bookmark file of a browser."""

import re
import sqlite3
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from app.bookmark_file import (
    Entry,
    NotABookmarkFile,
    TooManyEntries,
    read_bookmarks,
)
from app.bookmarks import insert_row, refuse_more_bookmarks
from app.framework.errors import Problem
from app.framework.validation import Fault
from app.limits import refuse_excess
from app.settings import settings
from app.tags import TAGS
from app.validation import BOOKMARK, url

REASONS = {
    "invalid": "Not an address that can be kept",
    "repeated": "Repeats an earlier address",
    "existing": "An address that you have already",
}


def read_entries(
    files: dict[str, list[bytes]],
) -> tuple[list[Entry], list[tuple[int, str]]]:
    """Read a bookmark file: what to store, and the lines of all else."""
    sent, most = files.get("file", []), settings.max_import_entries
    if len(sent) != 1:
        raise bad_file("Send one file in the field file.")
    try:
        found = read_bookmarks(BytesIO(sent[0]), most)
    except UnicodeDecodeError as error:
        raise bad_file("The file is not UTF-8.") from error
    except NotABookmarkFile as error:
        raise bad_file("This is not a bookmark file.") from error
    except TooManyEntries as error:
        message = f"The file has more than {most} entries."
        raise bad_file(message, "too_many") from error
    entries = []
    skipped = [(line, "repeated") for line in found.repeated]
    for entry in found.entries:
        if is_url(entry.url):
            entries.append(entry)
        else:
            skipped.append((entry.line, "invalid"))
    return entries, skipped


def bad_file(message: str, code: str = "invalid") -> Problem:
    """Make the problem of a file that cannot be imported."""
    fault = {"field": "file", "code": code, "message": message}
    return Problem(422, message, errors=[fault])


def insert_entries(
    db: sqlite3.Connection,
    user_id: int,
    entries: list[Entry],
    skipped: list[tuple[int, str]],
) -> dict[str, Any]:
    """Store the entries whose URL is new, and say what was skipped."""
    existing = []
    for entry in entries:
        fields = {name: getattr(entry, name) for name in BOOKMARK}
        created_at = entry.created_at or datetime.now(UTC)
        if not insert_row(db, user_id, fields, created_at):
            existing.append((entry.line, "existing"))
    refuse_more_bookmarks(db, user_id)
    most = settings.max_tags
    refuse_excess(db, TAGS, [user_id], most, "different tags")
    skipped = sorted(skipped + existing)
    return {
        "created": len(entries) - len(existing),
        "skipped": len(skipped),
        "reasons": [
            {"line": line, "code": code} for line, code in skipped[:20]
        ],
    }


def is_url(address: str) -> bool:
    """Tell whether a bookmark may have this URL."""
    try:
        return bool(url(address))
    except Fault:
        return False


def write_result(result: dict[str, Any]) -> dict[str, str]:
    """Write the result of an import as the fields of a query."""
    lines: dict[str, list[str]] = {}
    for reason in result["reasons"]:
        lines.setdefault(reason["code"], []).append(str(reason["line"]))
    counts = {name: str(result[name]) for name in ("created", "skipped")}
    return counts | {code: ",".join(some) for code, some in lines.items()}


def read_result(query: list[tuple[str, str]]) -> dict[str, Any]:
    """Take the result of an import from a query."""
    given: dict[str, Any] = {
        k: v for k, v in query if re.fullmatch("[0-9,]{1,200}", v)
    }
    if not given.keys() >= {"created", "skipped"}:
        return {}
    given["reasons"] = [
        {"text": text, "lines": given[code].replace(",", ", ")}
        for code, text in REASONS.items()
        if code in given
    ]
    return given

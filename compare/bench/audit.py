"""After a window that wrote: does the server hold what it acknowledged?"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from compare.bench.calls import Row
from compare.bench.seeded import Account, export, read_tags
from compare.bench.workload import count_tags

FAILURES = (requests.RequestException, sqlite3.Error, ValueError, KeyError)
# When it was sent, when acknowledged, and the fields of each Row it left.
Written = tuple[float, float, list[dict[str, Any]]]


@dataclass
class Kept:
    """What an account must hold: tags and possible titles of each URL.

    Each title stands with the time at which it was acknowledged. Of two
    writes that were under way at once either may be the last.
    """

    titles: dict[str, list[tuple[float, str]]]
    tags: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, bookmarks: Iterable[dict[str, Any]]) -> "Kept":
        """Begin with what was seeded."""
        kept = cls({}, {})
        for bookmark in bookmarks:
            kept.titles[bookmark["url"]] = [(0.0, bookmark["title"])]
            kept.tags[bookmark["url"]] = tuple(bookmark["tags"])
        return kept

    def add(self, written: Iterable[Written]) -> None:
        """Take note of acknowledged writes, in any order."""
        for sent, acknowledged, rows in sorted(written, key=lambda w: w[1]):
            for row in (Row(**fields) for fields in rows):
                before = self.titles.get(row.url, [])
                self.titles[row.url] = [
                    *(pair for pair in before if pair[0] > sent),
                    (acknowledged, row.title),
                ]
                if row.tags is not None:
                    self.tags[row.url] = tuple(row.tags)

    def faults(self, bookmarks: list[dict[str, Any]]) -> Iterator[str]:
        """Yield what is wrong with the bookmarks that are there."""
        found = {bookmark["url"]: bookmark for bookmark in bookmarks}
        if len(found) != len(bookmarks):
            yield "a bookmark is there twice"
        if lost := self.titles.keys() - found.keys():
            yield f"{len(lost)} of {len(self.titles)} bookmarks are lost"
        if foreign := found.keys() - self.titles.keys():
            yield f"{len(foreign)} bookmarks that nobody wrote"
        for url in found.keys() & self.titles.keys():
            if found[url]["title"] not in {t for _, t in self.titles[url]}:
                yield f"a lost update of {url}"
            if tuple(found[url]["tags"]) != self.tags[url]:
                yield f"other tags at {url}"

    def tag_fault(self, tags: list[dict[str, Any]]) -> Iterator[str]:
        """Yield that tags are counted otherwise than they are there."""
        if tags != count_tags(self.tags.values()):
            yield "the tags are counted wrong"


def audit(url: str, account: Account, kept: Kept, database: Path) -> str:
    """Say what is wrong first with what an arm holds, or ""."""
    try:
        faults = [
            *kept.faults(export(url, account.token)),
            *kept.tag_fault(read_tags(url, account.token)),
            *integrity_faults(database),
        ]
    except FAILURES as error:
        return f"audit: {error}"
    return f"audit: {faults[0]}" if faults else ""


def integrity_faults(database: Path) -> Iterator[str]:
    """Yield what SQLite finds wrong with its file and its references."""
    with closing(sqlite3.connect(database, timeout=10)) as db:
        for (text,) in db.execute("PRAGMA integrity_check"):
            if text != "ok":
                yield text
        for table, *_ in db.execute("PRAGMA foreign_key_check"):
            yield f"a row of {table} refers to none"

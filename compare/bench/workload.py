"""The benchmarked operations: which requests, and what must come back.

Nothing here opens a connection: the same calls and checks serve the test
before the measurement and the load itself.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any

from urllib3 import encode_multipart_formdata

from compare.bench.calls import (
    BOOKMARK,
    IMPORTED,
    PAGE,
    TOKEN,
    Call,
    Row,
    look_for,
)

SEEDED = 1000
PER_PAGE = 20
ENTRIES = 20  # of an imported file
STARTED = 1767225600  # 2026-01-01, in seconds since 1970
NEEDLES = ("routing", "Parsing", "SESSIONS", "caching", "Storage")
CHANGED = ("updated_at",)
BOUNDARY = "0123456789abcdef"
FILE = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n{}</DL><p>\n"
ENTRY = '<DT><A HREF="{}" ADD_DATE="{}" TAGS="imported,later">{}</A>\n'


@dataclass
class Data:
    """The bookmarks of an account as one server lists them, newest first.

    `per_page` and `entries` are the sizes of a page and of an imported file.
    """

    bookmarks: list[dict[str, Any]]
    username: str = ""
    password: str = ""
    per_page: int = PER_PAGE
    entries: int = ENTRIES
    searches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tags: list[dict[str, Any]] = field(default_factory=list)
    exported: bytes = b""

    def __post_init__(self) -> None:
        """Work out what searches and tags must answer."""
        for needle in NEEDLES:
            self.searches[needle] = [
                b for b in self.bookmarks if contains(b, needle)
            ]
        self.tags = count_tags(b["tags"] for b in self.bookmarks)

    def look_at_export(self, body: bytes) -> str | None:
        """Compare every bookmark once, and later answers with that one."""
        if body and body == self.exported:
            return None
        try:
            rows = [json.loads(line) for line in body.splitlines()]
        except ValueError:
            return "the export has a line that is not JSON"
        if rows != self.bookmarks[::-1]:
            return f"{len(rows)} bookmarks exported, or not what is stored"
        self.exported = body
        return None


def count_tags(names: Any) -> list[dict[str, Any]]:
    """Count the tags of some bookmarks as list_tags shows them."""
    counts: dict[str, int] = {}
    for name in (name for tags in names for name in tags):
        counts[name] = counts.get(name, 0) + 1
    return [
        {"name": name, "bookmarks": counts[name]} for name in sorted(counts)
    ]


def contains(bookmark: dict[str, Any], needle: str) -> bool:
    """Say whether a search for a needle must find a bookmark."""
    texts = (bookmark["title"], bookmark["url"], bookmark["notes"])
    return any(needle.casefold() in text.casefold() for text in texts)


def show_health(data: Data, chance: random.Random, unique: str) -> Call:
    """Ask whether the process is up: no database, no account."""
    names = frozenset({"status"})
    return Call("GET", "/healthz", 200, {"status": "ok"}, names)


def show_bookmark(data: Data, chance: random.Random, unique: str) -> Call:
    """Read one bookmark."""
    bookmark = chance.choice(data.bookmarks)
    path = f"/api/bookmarks/{bookmark['id']}"
    return Call("GET", path, 200, bookmark, BOOKMARK, headers=("ETag",))


def list_bookmarks(data: Data, chance: random.Random, unique: str) -> Call:
    """Read one of the pages."""
    page = choose_page(data, chance)
    wanted = wanted_page(data.bookmarks, page, data.per_page)
    size = "" if data.per_page == PER_PAGE else f"&per_page={data.per_page}"
    return page_call(f"/api/bookmarks?page={page}{size}", wanted)


def choose_page(data: Data, chance: random.Random) -> int:
    """Choose one of the pages that an account has."""
    return chance.randint(1, -(-len(data.bookmarks) // data.per_page))


def search_bookmarks(data: Data, chance: random.Random, unique: str) -> Call:
    """Search for a word that stands in every fifth title."""
    needle = chance.choice(NEEDLES)
    wanted = wanted_page(data.searches[needle], 1)
    return page_call(f"/api/bookmarks?q={needle}", wanted)


def page_call(path: str, wanted: dict[str, Any]) -> Call:
    """Make the request of one page."""
    return Call("GET", path, 200, wanted, PAGE, headers=("Link",))


def wanted_page(
    rows: list[dict[str, Any]], page: int, per_page: int = PER_PAGE
) -> dict[str, Any]:
    """Return the answer to one page of bookmarks or tags."""
    first = (page - 1) * per_page
    return {
        "items": rows[first : first + per_page],
        "page": page,
        "per_page": per_page,
        "total": len(rows),
    }


def list_tags(data: Data, chance: random.Random, unique: str) -> Call:
    """Count the tags of all bookmarks."""
    return page_call("/api/tags", wanted_page(data.tags, 1))


def update_bookmark(data: Data, chance: random.Random, unique: str) -> Call:
    """Change the title of one bookmark."""
    bookmark = chance.choice(data.bookmarks)
    body = {"title": f"{bookmark['title']}, read {unique}"}
    kept = {k: v for k, v in bookmark.items() if k not in CHANGED}
    return Call(
        "PATCH",
        f"/api/bookmarks/{bookmark['id']}",
        200,
        {**kept, **body},
        BOOKMARK,
        body,
        ("ETag",),
        rows=(Row(bookmark["url"], body["title"]),),
    )


def create_bookmark(data: Data, chance: random.Random, unique: str) -> Call:
    """Create a bookmark with two tags."""
    body = {
        "url": f"https://example.org/{unique}",
        "title": f"Created {unique}",
        "notes": "Kept for later",
        "tags": ["created", "later"],
    }
    return Call(
        "POST",
        "/api/bookmarks",
        201,
        body,
        BOOKMARK,
        body,
        ("ETag", "Location"),
        rows=(Row(body["url"], body["title"], ("created", "later")),),
    )


def show_home(data: Data, chance: random.Random, unique: str) -> Call:
    """Show a page of bookmarks to a browser."""
    page = choose_page(data, chance)
    items = wanted_page(data.bookmarks, page, data.per_page)["items"]
    titles = [f">{escape(b['title'])}<".encode() for b in items]
    look = partial(look_for, titles)
    return Call("GET", f"/?page={page}", 200, look=look)


def create_token(data: Data, chance: random.Random, unique: str) -> Call:
    """Sign in: nearly all of it is the hash of the password."""
    body = {"username": data.username, "password": data.password}
    wanted = {"token_type": "Bearer"}
    return Call("POST", "/api/tokens", 201, wanted, TOKEN, body)


def import_bookmarks(data: Data, chance: random.Random, unique: str) -> Call:
    """Import a file of bookmarks."""
    numbers = range(data.entries)
    rows = tuple(
        Row(
            f"https://example.org/{unique}/{n}",
            f"Imported {unique} {n}",
            ("imported", "later"),
        )
        for n in numbers
    )
    entries = "".join(
        ENTRY.format(row.url, STARTED + n, row.title)
        for n, row in zip(numbers, rows, strict=True)
    )
    wanted = {"created": len(rows), "skipped": 0, "reasons": []}
    content = FILE.format(entries).encode()
    return Call(
        "POST",
        "/api/import",
        200,
        wanted,
        IMPORTED,
        upload=encode_multipart_formdata(
            {"file": ("bookmarks.html", content, "text/html")}, BOUNDARY
        )[0],
        rows=rows,
    )


def export_bookmarks(data: Data, chance: random.Random, unique: str) -> Call:
    """Export all bookmarks, one a line."""
    path = "/api/export?format=ndjson"
    return Call("GET", path, 200, look=data.look_at_export)


# In order of the work they make, which is the order of the tables.
OPERATIONS: dict[str, Callable[[Data, random.Random, str], Call]] = {
    "show_health": show_health,
    "show_bookmark": show_bookmark,
    "list_bookmarks": list_bookmarks,
    "search": search_bookmarks,
    "list_tags": list_tags,
    "create_bookmark": create_bookmark,
    "update_bookmark": update_bookmark,
    "show_home": show_home,
    "create_token": create_token,
    "import_bookmarks": import_bookmarks,
    "export_bookmarks": export_bookmarks,
}

WRITING = ("create_bookmark", "update_bookmark", "import_bookmarks")
READING = tuple(name for name in OPERATIONS if name not in WRITING)

# What a person does, of 25 requests; a sign-in's hash would hide the rest.
SESSION = {
    "list_bookmarks": 8,
    "show_bookmark": 6,
    "show_home": 3,
    "search": 3,
    "list_tags": 1,
    "create_bookmark": 3,
    "update_bookmark": 1,
}


def session(chance: random.Random) -> list[str]:
    """Shuffle a deck of operations: each as often as its weight says."""
    names = list(SESSION)
    return chance.sample(names, sum(SESSION.values()), counts=SESSION.values())

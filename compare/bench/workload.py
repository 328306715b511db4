"""The benchmarked operations: which requests, and what must come back.

Nothing here opens a connection: the same calls and checks serve the test
before the measurement and the load itself.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SEEDED = 1000
PER_PAGE = 20
NEEDLES = ("routing", "Parsing", "SESSIONS", "caching", "Storage")
CHANGED = ("updated_at",)


@dataclass(frozen=True)
class Call:
    """One request and its expected answer.

    `wanted` is compared key by key with the JSON object that comes back;
    `names` are its exact keys; `headers` must be there.
    """

    method: str
    path: str
    status: int
    wanted: dict[str, Any]
    names: frozenset[str]
    body: dict[str, Any] | None = None
    headers: tuple[str, ...] = ()


BOOKMARK = frozenset(
    ("id", "url", "title", "notes", "tags", "created_at", "updated_at")
)
PAGE = frozenset(("items", "page", "per_page", "total"))


@dataclass
class Data:
    """The seeded bookmarks as one server lists them, newest first."""

    bookmarks: list[dict[str, Any]]
    searches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tags: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out what searches and tags must answer."""
        for needle in NEEDLES:
            self.searches[needle] = [
                b for b in self.bookmarks if contains(b, needle)
            ]
        counts: dict[str, int] = {}
        for name in (name for b in self.bookmarks for name in b["tags"]):
            counts[name] = counts.get(name, 0) + 1
        self.tags = [
            {"name": name, "bookmarks": counts[name]}
            for name in sorted(counts)
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
    """Read one of the fifty pages."""
    page = chance.randint(1, -(-len(data.bookmarks) // PER_PAGE))
    wanted = wanted_page(data.bookmarks, page)
    return page_call(f"/api/bookmarks?page={page}", wanted)


def search_bookmarks(data: Data, chance: random.Random, unique: str) -> Call:
    """Search for a word that stands in every fifth title."""
    needle = chance.choice(NEEDLES)
    wanted = wanted_page(data.searches[needle], 1)
    return page_call(f"/api/bookmarks?q={needle}", wanted)


def page_call(path: str, wanted: dict[str, Any]) -> Call:
    """Make the request of one page."""
    return Call("GET", path, 200, wanted, PAGE, headers=("Link",))


def wanted_page(rows: list[dict[str, Any]], page: int) -> dict[str, Any]:
    """Return the answer to one page of bookmarks or tags."""
    first = (page - 1) * PER_PAGE
    return {
        "items": rows[first : first + PER_PAGE],
        "page": page,
        "per_page": PER_PAGE,
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
    )


def create_bookmark(data: Data, chance: random.Random, unique: str) -> Call:
    """Create a bookmark with two tags."""
    body = {
        "url": f"https://example.org/{unique}",
        "title": f"Created {unique}",
        "notes": "Kept for later",
        "tags": ["created", "later"],
    }
    headers = ("ETag", "Location")
    return Call("POST", "/api/bookmarks", 201, body, BOOKMARK, body, headers)


# In order of the work they make, which is the order of the tables.
OPERATIONS: dict[str, Callable[[Data, random.Random, str], Call]] = {
    "show_health": show_health,
    "show_bookmark": show_bookmark,
    "list_bookmarks": list_bookmarks,
    "search": search_bookmarks,
    "list_tags": list_tags,
    "create_bookmark": create_bookmark,
    "update_bookmark": update_bookmark,
}

WRITING = ("create_bookmark", "update_bookmark")
READING = tuple(name for name in OPERATIONS if name not in WRITING)

# Creating comes last: until then every server holds the same rows.
MEASURED = tuple(name for name in OPERATIONS if name != "create_bookmark") + (
    "create_bookmark",
)


def find_fault(
    call: Call, status: int, headers: Mapping[str, str], body: bytes
) -> str | None:
    """Say what is wrong with an answer, or None. Names are any case."""
    if status != call.status:
        return f"status {status}, expected {call.status}"
    try:
        answer = json.loads(body)
    except ValueError:
        return "the body is not JSON"
    if not isinstance(answer, dict) or set(answer) != call.names:
        return "the body has other fields"
    for name, value in call.wanted.items():
        if answer[name] != value:
            return f"{name} is {answer[name]!r:.80}, expected {value!r:.80}"
    missing = [name for name in call.headers if not headers.get(name)]
    if missing:
        return f"no {', '.join(missing)} header"
    if "Location" in call.headers:
        return location_fault(headers["Location"], answer)
    return None


def location_fault(location: str, answer: dict[str, Any]) -> str | None:
    """Say what is wrong with the address of a new bookmark, or None."""
    if location.endswith(f"/api/bookmarks/{answer['id']}"):
        return None
    return f"Location is {location!r}"

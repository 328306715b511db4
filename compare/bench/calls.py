"""One request of the benchmark, and what is wrong with its answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """What a write leaves of one bookmark; no tags: it keeps what it has."""

    url: str
    title: str
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Call:
    """One request and its expected answer.

    `wanted` is compared key by key with the JSON object that comes back;
    `names` are its exact keys; `headers` must be there. `look` says what is
    wrong with a body that is not JSON. `upload` is the file to send.
    """

    method: str
    path: str
    status: int
    wanted: dict[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    body: dict[str, Any] | None = None
    headers: tuple[str, ...] = ()
    look: Callable[[bytes], str | None] | None = None
    upload: bytes | None = None
    rows: tuple[Row, ...] = ()


BOOKMARK = frozenset(
    ("id", "url", "title", "notes", "tags", "created_at", "updated_at")
)
PAGE = frozenset(("items", "page", "per_page", "total"))
TOKEN = frozenset(("token", "token_type", "expires_at"))
IMPORTED = frozenset(("created", "skipped", "reasons"))


def look_for(texts: list[bytes], body: bytes) -> str | None:
    """Say which text a page lacks, or None."""
    missing = (text for text in texts if text not in body)
    return next((f"the page lacks {text!r}" for text in missing), None)


def find_fault(
    call: Call, status: int, headers: Mapping[str, str], body: bytes
) -> str | None:
    """Say what is wrong with an answer, or None. Names are any case."""
    if status != call.status:
        return f"status {status}, expected {call.status}"
    if call.look:
        return call.look(body)
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

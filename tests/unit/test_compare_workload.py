"""The benchmarked operations, and what they must find wrong."""

import json
import random
from collections import Counter
from typing import Any

import pytest

from compare.bench.calls import Call, find_fault
from compare.bench.tasks import APART, MEASURED, SESSION
from compare.bench.workload import (
    NEEDLES,
    OPERATIONS,
    WRITING,
    Data,
    session,
)
from compare.bench.workload import SESSION as WEIGHTS


def bookmark(number: int) -> dict[str, Any]:
    """Make a bookmark as tests/seed.py does."""
    word = NEEDLES[number % 5].title()
    return {
        "id": number,
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {word}",
        "notes": "",
        "tags": ["even"] if number % 2 == 0 else ["odd"],
        "created_at": "2026-01-01T00:00:00.000000Z",
        "updated_at": "2026-01-01T00:00:00.000000Z",
    }


@pytest.fixture
def data() -> Data:
    """Give fifty bookmarks, newest first."""
    return Data([bookmark(n) for n in range(50, 0, -1)])


def make(data: Data, operation: str) -> Call:
    """Make one call of an operation."""
    return OPERATIONS[operation](data, random.Random(1), "unique")


def answer_to(call: Call, data: Data) -> tuple[dict[str, str], bytes]:
    """Make the headers and body of a right answer."""
    headers = dict.fromkeys(call.headers, '"1"')
    if "Location" in headers:
        headers["Location"] = "/api/bookmarks/9"
    if call.path.startswith("/?"):
        rows = [f"<a>{b['title']}</a>" for b in data.bookmarks]
        return headers, "".join(rows).encode()
    if "export" in call.path:
        rows = [json.dumps(b) for b in reversed(data.bookmarks)]
        return headers, "\n".join(rows).encode()
    body = dict.fromkeys(call.names, "x") | call.wanted
    if call.headers == ("ETag", "Location"):
        body["id"] = 9
    return headers, json.dumps(body).encode()


JSON = [
    name
    for name in OPERATIONS
    if name not in ("show_home", "export_bookmarks")
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_right_answer_has_no_fault(data: Data, operation: str) -> None:
    """What the spec demands passes, and passes again."""
    for _ in range(2):
        call = make(data, operation)
        assert find_fault(call, call.status, *answer_to(call, data)) is None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_wrong_status_is_found(data: Data, operation: str) -> None:
    """No body makes up for it."""
    call = make(data, operation)
    assert find_fault(call, 500, *answer_to(call, data))


@pytest.mark.parametrize("operation", JSON)
def test_each_part_of_an_answer_is_checked(data: Data, operation: str) -> None:
    """JSON, fields, values and headers are all looked at."""
    call = make(data, operation)
    headers, text = answer_to(call, data)
    body = json.loads(text)
    assert find_fault(call, call.status, headers, b"<html>")
    assert find_fault(call, call.status, headers, b"[]")
    assert find_fault(call, call.status, headers, b"{}")
    for name in call.wanted:
        wrong = json.dumps({**body, name: "wrong"}).encode()
        assert find_fault(call, call.status, headers, wrong)
    for name in call.headers:
        kept = {k: v for k, v in headers.items() if k != name}
        assert find_fault(call, call.status, kept, text)


def test_a_wrong_location_is_found(data: Data) -> None:
    """A new bookmark's address must be its own."""
    call = make(data, "create_bookmark")
    headers, text = answer_to(call, data)
    headers["Location"] = "/api/bookmarks/8"
    assert find_fault(call, 201, headers, text)


def test_a_page_without_one_of_its_bookmarks_is_found(data: Data) -> None:
    """All twenty titles must be on it."""
    call = make(data, "show_home")
    page = int(call.path.partition("page=")[2])
    title = data.bookmarks[20 * page - 20]["title"]
    headers, text = answer_to(call, data)
    missing = text.replace(f">{title}<".encode(), b"")
    assert find_fault(call, 200, headers, missing)


@pytest.mark.parametrize("before", [0, 1])
def test_an_export_that_lacks_a_line_is_found(data: Data, before: int) -> None:
    """Also after right ones, which are compared as a whole."""
    call = make(data, "export_bookmarks")
    headers, text = answer_to(call, data)
    for _ in range(before):
        assert find_fault(call, 200, headers, text) is None
    lines = text.splitlines(keepends=True)
    assert find_fault(call, 200, headers, b"".join(lines[1:]))
    assert find_fault(call, 200, headers, b"no JSON")
    assert find_fault(call, 200, headers, b"")


def test_data_works_out_searches_and_tags(data: Data) -> None:
    """Expected answers come from what the server listed."""
    assert data.tags == [
        {"name": "even", "bookmarks": 25},
        {"name": "odd", "bookmarks": 25},
    ]
    assert [len(found) for found in data.searches.values()] == [10] * 5


def test_a_file_has_as_many_entries_as_it_says(data: Data) -> None:
    """Size and rows follow `entries`, and no address comes twice."""
    data.entries = 7
    call = make(data, "import_bookmarks")
    assert call.wanted["created"] == 7
    assert call.upload.count(b"<DT>") == 7
    assert len({row.url for row in call.rows}) == 7


def test_a_page_has_the_size_that_is_asked_for(data: Data) -> None:
    """The size stands in the request and in the expected answer."""
    data.per_page = 10
    call = make(data, "list_bookmarks")
    assert call.path.endswith("&per_page=10")
    assert len(call.wanted["items"]) == call.wanted["per_page"] == 10


def test_what_writes_says_what_it_writes(data: Data) -> None:
    """Without rows there would be no audit."""
    rows = {name: bool(make(data, name).rows) for name in OPERATIONS}
    assert {name for name in rows if rows[name]} == set(WRITING)


def test_a_session_has_each_operation_as_often_as_its_weight() -> None:
    """Any deck is the same work, in another order."""
    decks = [session(random.Random(n)) for n in range(5)]
    assert all(Counter(deck) == Counter(WEIGHTS) for deck in decks)
    assert len({tuple(deck) for deck in decks}) > 1
    assert set(WEIGHTS) <= set(OPERATIONS)


def test_what_is_measured_is_there() -> None:
    """Each task names an operation or the session."""
    assert {t.operation for t in MEASURED} <= {*OPERATIONS, SESSION}
    assert set(APART) < {t.name for t in MEASURED}

"""The benchmarked operations, and what they must find wrong."""

import json
import random
from typing import Any

import pytest

from compare.bench.workload import (
    MEASURED,
    NEEDLES,
    OPERATIONS,
    Call,
    Data,
    find_fault,
)


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


def answer_to(call: Call) -> tuple[dict[str, str], dict[str, Any]]:
    """Make the headers and body of a right answer."""
    body = dict.fromkeys(call.names, "x") | call.wanted
    if call.status == 201:
        body["id"] = 9
    headers = dict.fromkeys(call.headers, '"1"')
    if "Location" in headers:
        headers["Location"] = "/api/bookmarks/9"
    return headers, body


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_right_answer_has_no_fault(data: Data, operation: str) -> None:
    """What the spec demands passes."""
    call = make(data, operation)
    headers, body = answer_to(call)
    text = json.dumps(body).encode()
    assert find_fault(call, call.status, headers, text) is None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_wrong_answers_are_found(data: Data, operation: str) -> None:
    """Status, JSON, fields, values and headers are all looked at."""
    call = make(data, operation)
    headers, body = answer_to(call)
    text = json.dumps(body).encode()
    assert find_fault(call, 500, headers, text)
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
    headers, body = answer_to(call)
    headers["Location"] = "/api/bookmarks/8"
    text = json.dumps(body).encode()
    assert find_fault(call, 201, headers, text)


def test_data_works_out_searches_and_tags(data: Data) -> None:
    """Expected answers come from what the server listed."""
    assert data.tags == [
        {"name": "even", "bookmarks": 25},
        {"name": "odd", "bookmarks": 25},
    ]
    assert [len(found) for found in data.searches.values()] == [10] * 5


def test_creating_is_measured_last() -> None:
    """Until then all servers hold the same rows."""
    assert MEASURED[-1] == "create_bookmark"
    assert set(MEASURED) == set(OPERATIONS)

"""What is counted, and what a failure tells."""

import json
from pathlib import Path

import pytest

from tests.support import report

TOKEN = "Bearer " + "aB3-" * 10 + "xyz"
URL = "http://127.0.0.1:4567/api/bookmarks"


def key(
    method: str = "GET",
    url: str = URL,
    headers: dict | None = None,
    body: bytes = b"",
) -> str:
    """Return the key of one request."""
    root, _, path = url.partition("/api")
    target = "/api" + path
    return report.sent(method, root, target, headers or {}, body, 200).key


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {"url": URL.replace("4567", "4568")}),
        ({}, {"headers": {"User-Agent": "x", "Accept": "*/*"}}),
        (
            {"headers": {"Authorization": TOKEN}},
            {"headers": {"authorization": TOKEN.replace("aB", "cD")}},
        ),
        ({"url": URL + "/1"}, {"url": URL + "/23456"}),
        ({"body": b"z0123456789ab"}, {"body": b"zba9876543210"}),
    ],
)
def test_same_requests(one: dict, two: dict) -> None:
    """Chance parts of a request make no difference."""
    assert key(**one) == key(**two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {"method": "HEAD"}),
        ({}, {"url": URL + "?page=1"}),
        ({}, {"url": URL + "/1"}),
        ({"url": URL + "/1"}, {"url": URL + "/0"}),
        ({"url": URL + "/1"}, {"url": URL + "/1234567890"}),
        ({}, {"headers": {"Authorization": TOKEN}}),
        (
            {"headers": {"Authorization": TOKEN}},
            {"headers": {"Authorization": TOKEN + "x"}},
        ),
        ({}, {"headers": {"Accept": "text/html"}}),
        ({}, {"body": b"{}"}),
        ({"body": b"{}"}, {"body": b"{ }"}),
        ({"body": b"\xff"}, {"body": b"\xfe"}),
    ],
)
def test_different_requests(one: dict, two: dict) -> None:
    """Whatever a server could tell apart makes a difference."""
    assert key(**one) != key(**two)


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (200, False),
        (404, True),
        ({401, 400}, True),
        ({201, 411}, None),
        ([200, 404], False),
        ([404, {200, 400}], None),
        ([404, {400, "closed"}], True),
        ("closed", True),
    ],
)
def test_expects_error(expected: object, error: bool | None) -> None:
    """A request counts as an error's only if nothing else would do."""
    assert report.Exchange("", expected).expects_error is error


@pytest.mark.parametrize(
    ("expected", "is_open"),
    [(200, False), ({404}, False), ({200, 404}, True), ([200, 404], False)],
)
def test_left_open(expected: object, is_open: bool) -> None:
    """A set of statuses leaves the answer open."""
    exchange = report.Exchange("", expected)
    assert exchange.left_open is is_open
    assert exchange.status == "no answer"
    exchange.take(None)
    assert exchange.status == "closed"


def test_load_rules(tmp_path: Path) -> None:
    """Rules are read from the lines of the chapters."""
    (tmp_path / "x.md").write_text(
        "# X\n\n**X-1** (MUST, RFC 9110 §1, managed) It is so.\n"
        "Not **X-2** (MUST, own) a rule.\n**X-3** (SHOULD, own) May be.\n"
    )
    rules = report.load_rules(tmp_path)
    assert list(rules) == ["X-1", "X-3"]
    assert rules["X-1"].managed
    assert rules["X-1"].source == "RFC 9110 §1"
    assert rules["X-3"].sentence == "May be."
    (tmp_path / "y.md").write_text("**X-1** (MUST, own) Again.\n")
    with pytest.raises(ValueError, match="stands twice"):
        report.load_rules(tmp_path)


def test_results(tmp_path: Path) -> None:
    """A run is written as header, tests and footer."""
    path = tmp_path / "deep" / "tests.jsonl"
    results = report.Results(path, {"implementation": "x"})
    results.add({"outcome": "passed"}, [("a", False), ("b", True)])
    blocked = {"outcome": "blocked", "dropped": 2}
    results.add(blocked, [("a", True), ("c", None)])
    results.close({"needs x": 2}, waiting={"cli": 3})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == [
        "header",
        "test",
        "test",
        "footer",
    ]
    footer = lines[-1]
    assert footer["passed"] == footer["blocked"] == 1
    assert footer["requests"] == 4
    assert footer["dropped"] == 2
    assert footer["different_requests"] == 3
    assert footer["different_expecting_error"] == 2
    assert footer["different_left_open"] == 1
    assert footer["not_run"] == {"needs x": 2}
    assert footer["waiting"] == {"cli": 3}

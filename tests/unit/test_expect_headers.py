"""The judges of headers and codings, judged on good and bad responses."""

import gzip

import pytest

from tests.support import expect, raw
from tests.unit.test_expect import fails, response

POLICY = "default-src 'self'; object-src 'none';frame-ancestors 'none' ;"


@pytest.mark.parametrize("value", ['W/"a"', 'W/""', '"a"', 'W/"a-b,c"'])
def test_any_etag_accepts(value: str) -> None:
    """A tag, weak or strong, is returned as it is."""
    assert expect.any_etag(response(ETag=value)) == value


@pytest.mark.parametrize("value", ["a", "W/a", 'w/"a"', 'W/ "a"', 'W/"a'])
def test_any_etag_refuses(value: str) -> None:
    """What is no tag is found."""
    fails(expect.any_etag, response(ETag=value))


def test_any_etag_refuses_its_absence() -> None:
    """No tag is found, too."""
    fails(expect.any_etag, response())


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ({}, set()),
        ({"Vary": "Origin"}, {"origin"}),
        ({"Vary": "Accept-Encoding,ORIGIN ,"}, {"accept-encoding", "origin"}),
        ({"vary": "*"}, {"*"}),
    ],
)
def test_vary(headers: dict, names: set[str]) -> None:
    """Names are read in any case, whatever stands between them."""
    assert expect.vary(response(**headers)) == names


def test_vary_reads_all_lines() -> None:
    """Several lines of a list are one list."""
    lines = [("Vary", "Origin"), ("vary", "Authorization")]
    answer = raw.Response(200, "", lines, b"")
    assert expect.vary(answer) == {"origin", "authorization"}


@pytest.mark.parametrize(
    ("value", "directives"),
    [
        ("", {}),
        ("private, no-cache", {"private": "", "no-cache": ""}),
        ("Public,MAX-AGE=60", {"public": "", "max-age": "60"}),
        ('max-age="60" ,', {"max-age": "60"}),
    ],
)
def test_cache_control(value: str, directives: dict) -> None:
    """Directives are read with their arguments, in any case."""
    answer = response(Cache_Control=value)
    assert expect.cache_control(answer) == directives


def test_cache_control_refuses_twins() -> None:
    """A directive that stands twice is told."""
    answer = response(Cache_Control="max-age=1, max-age=2")
    fails(expect.cache_control, answer)


def test_policy() -> None:
    """Directives are read with their sources."""
    answer = response(Content_Security_Policy=POLICY)
    assert expect.policy(answer) == {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content_Security_Policy": ""},
        {"Content_Security_Policy": "img-src 'self'; IMG-SRC *"},
    ],
)
def test_policy_refuses(headers: dict) -> None:
    """No policy, and one that says a thing twice, are told."""
    fails(expect.policy, response(**headers))


def test_no_cors() -> None:
    """An origin that may read is found, in any case."""
    expect.no_cors(response(Vary="Origin", Access_Control_Max_Age="5"))
    for name in ("Access_Control_Allow_Origin", "access_control_allow_origin"):
        fails(expect.no_cors, response(**{name: "x"}))


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        (None, b"text"),
        ("gzip", gzip.compress(b"text")),
        ("GZIP", gzip.compress(b"text")),
    ],
)
def test_plain_accepts(coding: str | None, content: bytes) -> None:
    """The content comes out, packed or not."""
    headers = {"Content_Encoding": coding} if coding else {}
    assert expect.plain(response(200, content, **headers)) == b"text"


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("br", b"text"),
        ("gzip, gzip", gzip.compress(b"text")),
        ("gzip", gzip.compress(b"text")[:-1]),
        ("gzip", gzip.compress(b"text") + b"x"),
    ],
)
def test_plain_refuses(coding: str, content: bytes) -> None:
    """Another coding, and a stream with less or more, are told."""
    answer = response(200, content, Content_Encoding=coding)
    fails(expect.plain, answer)


def test_without_hidden() -> None:
    """Only the hidden fields are left out."""
    page = '<form><input name="a"><input type="hidden" name="b" value="c">'
    assert expect.without_hidden(page) == '<form><input name="a">'


@pytest.mark.parametrize(
    ("target", "kind", "broken"),
    [
        ("/api/export", "text/html; charset=utf-8", []),
        ("/api/export?format=ndjson", "application/x-ndjson", []),
        ("/api/exports", "text/html; charset=utf-8", ["json"]),
        ("/api/tags", "application/x-ndjson", ["json"]),
    ],
)
def test_only_the_export_is_no_json(
    target: str, kind: str, broken: list[str]
) -> None:
    """A success of the API is JSON, the export excepted."""
    answer = response(200, b"<!doctype html>", kind)
    found = expect.broken_invariants(answer, "GET", target, {200})
    assert list(found) == broken

"""The judges of the suite, judged on good and bad responses."""

import json
from collections.abc import Callable

import pytest

from tests.support import expect, raw

JSON = "application/json"
PROBLEM = "application/problem+json"
PAGE = (
    b'<!doctype html><html lang="en"><title>404 Not Found</title>'
    b"<h1>404 Not Found</h1></html>"
)
HTML = "text/html; charset=utf-8"
TIME = "2026-01-02T03:04:05.678901Z"
TOKEN = "A" * 43
BOOKMARK = {
    "id": 1,
    "url": "https://example.com/",
    "title": "A title",
    "notes": "",
    "tags": ["a", "b"],
    "created_at": TIME,
    "updated_at": TIME,
}
USER = {"id": 1, "username": "ada", "admin": False, "created_at": TIME}
ERROR = {"field": "url", "code": "invalid", "message": "No URL."}
PAGE_OF_ITEMS = {"items": [1], "page": 1, "per_page": 20, "total": 1}


def response(
    status: int = 200,
    body: object = b"",
    kind: str | None = None,
    **headers: str,
) -> raw.Response:
    """Make a response by hand; a body that is no bytes becomes JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        kind = kind or (JSON if status < 400 else PROBLEM)
    listed = [("Content-Type", kind)] if kind else []
    listed += [(n.replace("_", "-"), v) for n, v in headers.items()]
    return raw.Response(status, "", listed, body)


def document(status: int = 404, **changes: object) -> dict:
    """Make a problem document; a change to None drops a member."""
    members = {
        "type": "about:blank",
        "title": "Some Title",
        "status": status,
        "detail": "Some detail.",
        **changes,
    }
    return {k: v for k, v in members.items() if v is not None}


def fails(judge: Callable, *arguments: object, **more: object) -> None:
    """Check that a judge finds fault."""
    with pytest.raises(AssertionError):
        judge(*arguments, **more)


@pytest.mark.parametrize(
    "good",
    [
        response(404, document()),
        response(404, document(), PROBLEM + "; charset=utf-8"),
        response(404, document(), "Application/Problem+JSON"),
    ],
)
def test_problem_accepts(good: raw.Response) -> None:
    """A right problem document passes and is returned."""
    assert expect.problem(good, 404)["status"] == 404


@pytest.mark.parametrize(
    "bad",
    [
        response(404),
        response(404, b"", PROBLEM),
        response(400, document()),
        response(404, document(400)),
        response(404, document(status="404")),
        response(404, document(status=404.0)),
        response(404, document(status=True)),
        response(404, document(type="https://example.com/error")),
        response(404, document(type=None)),
        response(404, document(title=None)),
        response(404, document(title="")),
        response(404, document(title=" ")),
        response(404, document(title=404)),
        response(404, document(detail=None)),
        response(404, document(detail="")),
        response(404, document(detail=["x"])),
        response(404, document(instance="/x")),
        response(404, document(errors=[ERROR])),
        response(404, [document()]),
        response(404, document(), JSON),
        response(404, document(), "text/html"),
        response(404, document(), PROBLEM + "; charset=latin-1"),
        response(404, PAGE, HTML),
        response(404, json.dumps(document()).encode(), None),
        response(404, json.dumps(document()).encode()[:-1], PROBLEM),
        response(
            404, b"\xef\xbb\xbf" + json.dumps(document()).encode(), PROBLEM
        ),
    ],
)
def test_problem_refuses(bad: raw.Response) -> None:
    """What is not exactly a problem document is found."""
    fails(expect.problem, bad, 404)


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [("tags", "type"), ("url", "invalid")],
        [("url", {"invalid", "too_short"}), ("tags", {"type"})],
    ],
)
def test_problem_accepts_errors(wanted: object) -> None:
    """Errors that are wanted pass."""
    errors = [ERROR, {**ERROR, "field": "tags", "code": "type"}]
    good = response(422, document(422, errors=errors))
    expect.problem(good, 422, wanted)


@pytest.mark.parametrize(
    ("errors", "wanted"),
    [
        (None, [("url", "invalid")]),
        ([], None),
        ({}, None),
        ("url", None),
        (["url"], None),
        ([{"field": "url", "code": "invalid"}], None),
        ([{**ERROR, "value": "x"}], None),
        ([{**ERROR, "code": "bad"}], None),
        ([{**ERROR, "code": None}], None),
        ([{**ERROR, "field": None}], None),
        ([{**ERROR, "field": 1}], None),
        ([{**ERROR, "message": ""}], None),
        ([{**ERROR, "message": 1}], None),
        ([ERROR, ERROR], None),
        ([ERROR], []),
        ([ERROR], [("title", "invalid")]),
        ([ERROR], [("url", "too_long")]),
        ([ERROR], [("url", {"too_long", "type"})]),
        ([ERROR], [("url", "invalid"), ("title", "required")]),
    ],
)
def test_problem_refuses_errors(errors: object, wanted: object) -> None:
    """Errors of another form, order or number are found."""
    bad = response(422, document(422, errors=errors))
    fails(expect.problem, bad, 422, wanted)


def test_page_error_accepts() -> None:
    """A tiny complete document passes."""
    expect.page_error(response(404, PAGE, HTML), 404)


@pytest.mark.parametrize(
    "bad",
    [
        response(500, PAGE, HTML),
        response(404, document()),
        response(404, PAGE, "text/plain; charset=utf-8"),
        response(404, PAGE, "text/html"),
        response(404, PAGE, None),
        response(404, PAGE.replace(b"<!doctype html>", b""), HTML),
        response(404, PAGE.replace(b' lang="en"', b""), HTML),
        response(404, PAGE.replace(b"h1", b"h2"), HTML),
        response(404, PAGE + b"<h1>again</h1>", HTML),
        response(404, PAGE.replace(b"404", b""), HTML),
    ],
)
def test_page_error_refuses(bad: raw.Response) -> None:
    """A page that lacks something is found."""
    fails(expect.page_error, bad, 404)


@pytest.mark.parametrize(
    "value", ["GET, HEAD, POST", "POST,HEAD,GET", "HEAD ,\tPOST , GET"]
)
def test_allow_accepts(value: str) -> None:
    """Order and blanks do not matter."""
    expect.allow(response(405, Allow=value), {"GET", "HEAD", "POST"})


@pytest.mark.parametrize(
    "value",
    [
        "",
        "GET",
        "GET, HEAD",
        "GET, HEAD, POST, PUT",
        "GET, HEAD, POST, POST",
        "get, head, post",
        "GET HEAD POST",
        "GET; HEAD; POST",
        "GET, HEAD, POST,",
        "GET, HEAD, *",
    ],
)
def test_allow_refuses(value: str) -> None:
    """A method more, less or twice is found."""
    bad = response(405, Allow=value)
    fails(expect.allow, bad, {"GET", "HEAD", "POST"})


def test_allow_refuses_its_absence() -> None:
    """A 405 without Allow is found."""
    fails(expect.allow, response(405), {"GET"})


@pytest.mark.parametrize(
    ("value", "links"),
    [
        ("</a>; rel=next", {"next": "/a"}),
        ('</a>; rel="next"', {"next": "/a"}),
        ('</a>;rel="next" ; title="x, y; z"', {"next": "/a"}),
        ('</a>; REL="next"', {"next": "/a"}),
        ('</a>; rel="first prev"', {"first": "/a", "prev": "/a"}),
        (
            '</a?x=1,2;3>; rel="first", <?page=2>; rel="last"',
            {"first": "/a?x=1,2;3", "last": "?page=2"},
        ),
        ('</a>; rel="a",</b>; rel="b"', {"a": "/a", "b": "/b"}),
        ('<>; rel="self"', {"self": ""}),
    ],
)
def test_link_accepts(value: str, links: dict) -> None:
    """Links of RFC 8288 are parsed."""
    assert expect.link(response(Link=value)) == links


@pytest.mark.parametrize(
    "value",
    [
        "",
        "/a; rel=next",
        "</a>",
        "</a>; title=x",
        "</a>; rel=",
        '</a>; rel=""',
        '</a>; rel="next',
        "</a>; rel='x y'",
        "</a; rel=next",
        "</a b>; rel=next",
        "</a>, rel=next",
        "</a> rel=next",
        '</a>; rel="next",',
        '</a>; rel="next" </b>; rel="last"',
        '</a>; rel="next"; </b>; rel="last"',
        '</a>; rel="next", </b>; rel="next"',
        '</a>; rel="next"; rel="last"',
        '</a"b>; rel="next"',
    ],
)
def test_link_refuses(value: str) -> None:
    """What RFC 8288 does not know is found."""
    fails(expect.link, response(Link=value))


def test_link_refuses_its_absence() -> None:
    """A list without Link is found."""
    fails(expect.link, response())


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("/api/me", "/api/me"),
        ("?page=2", "/api/bookmarks?page=2"),
        ("bookmarks/1", "/api/bookmarks/1"),
        ("/api/bookmarks?q=%C3%A9&tag=a", "/api/bookmarks?q=%C3%A9&tag=a"),
    ],
)
def test_relative_accepts(reference: str, resolved: str) -> None:
    """A relative reference is resolved."""
    assert expect.relative(reference) == resolved


@pytest.mark.parametrize(
    "reference",
    [
        "http://localhost/api/me",
        "//localhost/api/me",
        "https:/api/me",
        "/api/é",
        "/api/a b",
        '/api/"',
        "/api/<x>",
        "/api\\me",
        "/api/\r\nx",
    ],
)
def test_relative_refuses(reference: str) -> None:
    """What is absolute or no URI is found."""
    fails(expect.relative, reference)


def test_location() -> None:
    """Location is compared as a path."""
    good = response(201, Location="/api/bookmarks/1")
    expect.location(good, "/api/bookmarks/1")
    fails(expect.location, good, "/api/bookmarks/2")
    fails(expect.location, response(201), "/api/bookmarks/1")
    bad = response(201, Location="http://x/api/bookmarks/1")
    fails(expect.location, bad, "/api/bookmarks/1")


@pytest.mark.parametrize(
    "value",
    [
        None,
        1767323045,
        "",
        "2026-01-02",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.6789012Z",
        "2026-01-02T03:04:05.678901",
        "2026-01-02T03:04:05.678901+00:00",
        "2026-01-02 03:04:05.678901Z",
        "2026-01-02t03:04:05.678901z",
        "2026-01-02T03:04:05,678901Z",
        "2026-13-02T03:04:05.678901Z",
        "2026-02-30T03:04:05.678901Z",
        "2026-01-02T24:04:05.678901Z",
        " 2026-01-02T03:04:05.678901Z",
        "2026-01-02T03:04:05.678901Z\n",
        "٢٠٢٦-01-02T03:04:05.678901Z",
    ],
)
def test_timestamp_refuses(value: object) -> None:
    """A time of another form, or one that does not exist, is found."""
    fails(expect.timestamp, value)


def test_timestamp_accepts() -> None:
    """A right time becomes an instant."""
    assert expect.timestamp(TIME).microsecond == 678901
    assert expect.timestamp(TIME).utcoffset().total_seconds() == 0


def test_token_accepts() -> None:
    """A right answer gives the token."""
    body = {"token": TOKEN, "token_type": "Bearer", "expires_at": TIME}
    assert expect.token(body) == TOKEN


@pytest.mark.parametrize(
    "change",
    [
        {"token": None},
        {"token": ""},
        {"token": "A" * 42},
        {"token": "A" * 44},
        {"token": "A" * 42 + "="},
        {"token": "A" * 42 + "+"},
        {"token": "A" * 42 + "/"},
        {"token": "A" * 42 + "B"},
        {"token": "A" * 42 + "\n"},
        {"token_type": "bearer"},
        {"token_type": None},
        {"expires_at": 86400},
        {"expires_at": "2026-01-02T03:04:05Z"},
        {"username": "ada"},
    ],
)
def test_token_refuses(change: dict) -> None:
    """A token of another form, or a member more, is found."""
    body = {"token": TOKEN, "token_type": "Bearer", "expires_at": TIME}
    fails(expect.token, body | change)


@pytest.mark.parametrize("name", ["token", "token_type", "expires_at"])
def test_token_refuses_a_missing_member(name: str) -> None:
    """A member less is found."""
    body = {"token": TOKEN, "token_type": "Bearer", "expires_at": TIME}
    del body[name]
    fails(expect.token, body)


def test_bookmark_accepts() -> None:
    """A right bookmark passes."""
    expect.bookmark(BOOKMARK, id=1, tags=["a", "b"])


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"id": 0},
        {"id": True},
        {"id": 1.0},
        {"url": None},
        {"url": ""},
        {"url": "javascript:x"},
        {"url": "https://" + "x" * 2000},
        {"title": ""},
        {"title": " x"},
        {"title": "x" * 301},
        {"title": None},
        {"notes": None},
        {"notes": "x" * 1001},
        {"tags": None},
        {"tags": "a"},
        {"tags": [1]},
        {"tags": ["b", "a"]},
        {"tags": ["a", "a"]},
        {"tags": ["A"]},
        {"tags": [" a"]},
        {"tags": [""]},
        {"tags": ["a,b"]},
        {"tags": ["x" * 51]},
        {"tags": [f"t{i:02}" for i in range(21)]},
        {"created_at": None},
        {"created_at": "2026-01-02T03:04:05Z"},
        {"updated_at": "2025-01-02T03:04:05.678901Z"},
        {"user_id": 1},
    ],
)
def test_bookmark_refuses(change: dict) -> None:
    """A value that breaks a rule, or a member more, is found."""
    fails(expect.bookmark, BOOKMARK | change)


@pytest.mark.parametrize("name", BOOKMARK)
def test_bookmark_refuses_a_missing_member(name: str) -> None:
    """A member less is found."""
    body = dict(BOOKMARK)
    del body[name]
    fails(expect.bookmark, body)


@pytest.mark.parametrize(
    "fields", [{"id": 2}, {"title": "Other"}, {"tags": ["b", "a"]}]
)
def test_bookmark_compares_values(fields: dict) -> None:
    """A value that is named is compared."""
    fails(expect.bookmark, BOOKMARK, **fields)


def test_user_accepts() -> None:
    """A right account passes."""
    expect.user(USER, username="ada", admin=False)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 0},
        {"id": "1"},
        {"username": "ab"},
        {"username": "Ada"},
        {"username": "a" * 31},
        {"username": "a b"},
        {"username": "ada\n"},
        {"username": None},
        {"admin": 0},
        {"admin": "false"},
        {"admin": None},
        {"created_at": ""},
        {"password": "x"},
        {"email": "x"},
    ],
)
def test_user_refuses(change: dict) -> None:
    """A value of another form, or a member more, is found."""
    fails(expect.user, USER | change)


def test_user_compares_values() -> None:
    """A value that is named is compared."""
    fails(expect.user, USER, admin=True)


def test_page_accepts() -> None:
    """A right page gives its items."""
    assert expect.page(PAGE_OF_ITEMS, total=1, page=1) == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"items": None},
        {"items": {}},
        {"items": [1, 2]},
        {"per_page": 0},
        {"total": 0},
        {"total": "1"},
        {"total": True},
        {"page": None},
        {"next": 2},
    ],
)
def test_page_refuses(change: dict) -> None:
    """A frame of another form is found."""
    fails(expect.page, PAGE_OF_ITEMS | change)


@pytest.mark.parametrize("value", ['""', '"a"', '"1-2026:!#~"'])
def test_etag_accepts(value: str) -> None:
    """A strong tag passes."""
    assert expect.etag(response(ETag=value)) == value


@pytest.mark.parametrize(
    "value",
    ["", "a", '"a', 'a"', 'W/"a"', '"a"b"', '"a b"', "'a'", '"a", "b"'],
)
def test_etag_refuses(value: str) -> None:
    """A weak tag, or none, is found."""
    fails(expect.etag, response(ETag=value))


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("Bearer", None),
        ('Bearer realm="shelf"', None),
        ('Bearer error="invalid_token"', "invalid_token"),
        ("bearer error=invalid_token", "invalid_token"),
        ('Bearer realm="x", error="invalid_token"', "invalid_token"),
        ('Bearer error_description="invalid_token"', None),
    ],
)
def test_challenge_accepts(value: str, error: str | None) -> None:
    """The error of a right challenge is returned."""
    answer = response(401, WWW_Authenticate=value)
    assert expect.challenge(answer) == error


@pytest.mark.parametrize("value", ["", "Basic", "Bearerx"])
def test_challenge_refuses(value: str) -> None:
    """Another scheme is found."""
    fails(expect.challenge, response(401, WWW_Authenticate=value))


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "1.5", "soon", "01", " 1", "1s"]
)
def test_retry_after_refuses(value: str) -> None:
    """What is no number of seconds from 1 is found."""
    fails(expect.retry_after, response(503, Retry_After=value))


def test_retry_after_accepts() -> None:
    """A number of seconds passes."""
    assert expect.retry_after(response(503, Retry_After="30")) == 30


def test_no_body() -> None:
    """Any byte of a body is found."""
    expect.no_body(response(204))
    fails(expect.no_body, response(204, b" "))


@pytest.mark.parametrize(
    "bad",
    [
        response(200, {"username": "secret-9"}),
        response(200, b"x", "text/html", X_Debug="secret-9"),
        response(200, {"password": "scrypt:16384:8:5$ab$cd"}),
        response(200, {"hash": "$SCRYPT$x"}),
        response(200, {"password_hash": "x"}),
        response(200, {"hash": "pbkdf2_sha256$1000$x$y"}),
    ],
)
def test_no_secret_refuses(bad: raw.Response) -> None:
    """A secret or a hash is found, in a body or in a header."""
    fails(expect.no_secret, bad, "secret-9")


def test_no_secret_accepts() -> None:
    """A clean response passes."""
    expect.no_secret(response(200, USER), "secret-9")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'"\\udc00"',
        '{"a": 1}'.encode("utf-16"),
        b"{} {}",
        b"{'a': 1}",
    ],
)
def test_strict_json_refuses(body: bytes) -> None:
    """What RFC 8259 does not allow is found."""
    fails(expect.strict_json, response(200, body, JSON))


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/jsonx",
        "application/json; charset=latin-1",
    ],
)
def test_strict_json_refuses_another_type(kind: str | None) -> None:
    """JSON under another name is found."""
    fails(expect.strict_json, response(200, b"{}", kind))


def test_strict_json_accepts() -> None:
    """Right JSON is returned as a value."""
    good = response(200, '{"a": "é\\ud83d\\ude00"}'.encode(), JSON)
    assert expect.strict_json(good) == {"a": "é\U0001f600"}


@pytest.mark.parametrize(
    ("good", "target"),
    [
        (response(200, {}), "/api/me"),
        (response(204), "/api/me"),
        (response(404, document()), "/api/x"),
        (response(404, PAGE, HTML), "/x"),
        (response(404, document()), "/x"),
        (response(400, PAGE, HTML), "/api/x"),
        (response(307), "/api/x"),
        (response(422, document(422)), "/api/x"),
        (response(401, document(401), WWW_Authenticate="Bearer"), "/api/me"),
        (response(405, document(405), Allow="GET"), "/healthz"),
        (response(200, b"<p>SELECT a title</p>", HTML), "/x"),
    ],
)
def test_invariants_accept(good: raw.Response, target: str) -> None:
    """A response in order breaks nothing."""
    status = {good.status_code}
    assert expect.broken_invariants(good, "GET", target, status) == {}


@pytest.mark.parametrize(
    ("bad", "target", "broken"),
    [
        (response(500, document(500)), "/api/x", "server_error"),
        (response(503, document(503)), "/readyz", "server_error"),
        (response(404, PAGE, HTML), "/api/x", "problem"),
        (response(404, document(), JSON), "/healthz", "problem"),
        (response(404, document(400)), "/api?x", "problem"),
        (response(400, document(404)), "/api/x", "problem"),
        (response(200, b"{", JSON), "/api/x", "json"),
        (response(200, b"ok", "text/plain"), "/healthz", "json"),
        (response(204, b"x"), "/api/x", "body_of_204"),
        (response(401, document(401)), "/api/x", "challenge"),
        (response(200, {}, Set_Cookie="a=b"), "/api/x", "cookie"),
        (
            response(404, document(detail="near SELECT x")),
            "/api/x",
            "leak",
        ),
        (
            response(404, document(detail="sqlite3.OperationalError")),
            "/api/x",
            "leak",
        ),
        (
            response(404, PAGE + b"Traceback (most recent call last)", HTML),
            "/x",
            "leak",
        ),
    ],
)
def test_invariants_refuse(
    bad: raw.Response, target: str, broken: str
) -> None:
    """Each invariant that breaks is named."""
    found = expect.broken_invariants(bad, "GET", target, {200, 404})
    assert broken in found


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_invariants_without_a_body(method: str) -> None:
    """What has no body, or a body of no meaning, is not read."""
    good = response(200, b"", HTML)
    assert expect.broken_invariants(good, method, "/api/me", {200}) == {}


def test_leak_that_was_sent() -> None:
    """What the request itself held is no leak."""
    echo = response(422, document(422, detail="SELECT 1"))
    assert expect.leaks(echo, "/api/x", b"SELECT 1") == []
    assert expect.leaks(echo, "/api/x?q=SELECT+1", b"") == []
    assert expect.leaks(echo, "/api/x", b"") == ["SELECT "]


@pytest.mark.parametrize(
    ("path", "api"),
    [
        ("/api", True),
        ("/api/", True),
        ("/api?x", True),
        ("/api/x?/y", True),
        ("/healthz", True),
        ("/readyz?x=1", True),
        ("/", False),
        ("/apis", False),
        ("/healthz/", False),
        ("/x?/api/", False),
    ],
)
def test_is_api(path: str, api: bool) -> None:
    """API paths are told from page paths."""
    assert expect.is_api(path) is api

"""Robustness: what holds for every request, however odd."""

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle
from urllib.parse import urljoin, urlsplit

import pytest

from tests.support import expect, raw, uploads
from tests.support.client import PASSWORD, User, register, unique, unique_url
from tests.support.memory import Peak
from tests.support.servers import Server

CALM = {*range(200, 500), 501}
CALM_OR_CLOSED = {*CALM, raw.CLOSED}
URL = "https://example.com/odd"
ODD_PATHS = [
    "//api/bookmarks",
    "/api//bookmarks",
    "///",
    "/api/./bookmarks",
    "/api/x/../bookmarks",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/api%2Fbookmarks",
    "/api%2fbookmarks%2f1",
    "/api/bookmarks/01",
    "/api/bookmarks/0000000001",
    "/api/bookmarks/a%2Fb",
    "/api/bookmarks/a%252Fb",
    "/api/bookmarks/%zz",
    "/api/bookmarks/%",
    "/api/bookmarks/%2",
    "/%",
    "/%00%00",
    "/%FF",
    "/healthz%0A",
    "/static/style.css%0A",
    "/api/tags%0D%0AX-Evil:%201",
    "/api/bookmarks/%ED%A0%80",
    "/api/bookmarks/1%00",
    "/api/bookmarks/1%0A",
    "/bookmarks/%F5%80%80%80/edit",
    "/;",
    "/api/bookmarks;x=1",
    "/api/bookmarks/1;x=1",
    "/api/bookmarks?",
    "/api/bookmarks#x",
    "/api/bookmarks/%u0031",
    "/api/bookmarks/" + "1" * 7000,
    "/" + "a/" * 3500,
    "/" + "%41" * 2000,
    "/\\evil.example",
    "/~",
    "/'%22()*",
    "/{id}",
]
REDIRECTS = [
    "//evil.example/",
    "//evil.example/%2f..",
    "//evil.example//",
    "///evil.example",
    "/\\evil.example/",
    "/%5cevil.example/",
    "/%2f%2fevil.example/",
    "//evil.example/api/bookmarks/",
    "//evil.example/healthz/",
    "/api//evil.example/",
    "/login?next=//evil.example/",
    "/?next=https://evil.example/",
    "/%0d%0aLocation:%20https://evil.example/",
    "https://evil.example/healthz",
    "http://evil.example/api/bookmarks/",
]
ODD_QUERIES = [
    "page=%FF",
    "q=%FF",
    "tag=%FF",
    "sort=%FF",
    "q=%ED%A0%80",
    "q=%C0%AF",
    "q=%",
    "q=%zz",
    "q=%0D%0AX-Evil:%201",
    "tag=%0D%0AX-Evil:%201",
    "x=%0D%0AX-Evil:%201",
    "%0D%0AX-Evil:=1",
    "%00=1",
    "=1",
    "=",
    "&&&",
    "?",
    ";",
    "q",
    "q=a;page=2",
    "page=1&page=2",
    "page=01",
    "page=%201",
    "page=1%20",
    "page=1%0A",
    "page=+1",
    "page[]=1",
    "page[0][a]=1",
    "per_page=5&per_page=x",
    "sort=created_at&sort=updated_at",
    "sort=x&sort=created_at",
    "q=a&q=b",
    "sort=created_at;drop%20table%20bookmarks",
    "sort=id)--",
    "q='%20or%201=1--",
    "q=%22",
    "tag='",
    "q=%F0%9F%98%80",
    "q=%CD%A9%CD%A9",
    "x=" + "y" * 7000,
    "&".join(["x=1"] * 1500),
    "&".join(f"x{i}=" for i in range(1100)),
]
ODD_HEADERS: list[tuple[str, str | bytes]] = [
    ("Authorization", ""),
    ("Authorization", b"\xff"),
    ("Authorization", b"Bearer \xff\xfe"),
    ("Authorization", "Bearer"),
    ("Authorization", "Bearer " + "x" * 6000),
    ("Authorization", "Basic ://"),
    ("Authorization", b"Basic \xff"),
    ("Authorization", "Basic " + "A" * 1001),
    ("Authorization", "Digest username="),
    ("Authorization", ","),
    ("Authorization", 'Bearer "x", Basic y'),
    ("Accept", ";;;,,q=x"),
    ("Accept", "text/html;q=nan"),
    ("Accept", "a/b;q=" + "9" * 5000),
    ("Accept", b"\xff"),
    ("Accept-Encoding", "gzip;q=-1, \x7e"),
    ("Accept-Encoding", "identity;q=0, *;q=0"),
    ("Accept-Language", "xx-" + "a" * 5000),
    ("Accept-Charset", "utf-7"),
    ("Connection", "close, Authorization"),
    ("Content-Type", "application/json; charset=nonsense"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", b"\xff/\xff"),
    ("Content-Encoding", "x"),
    ("Content-Length", "0"),
    ("Cookie", "=;;=,;"),
    ("Cookie", b"session=\xff; a"),
    ("Cookie", "a=" + "b" * 6000),
    ("Cookie", "; ".join(f"c{i}=1" for i in range(500))),
    ("Date", "never"),
    ("Expect", "nonsense"),
    ("From", "<script>"),
    ("If-Match", "W/"),
    ("If-Match", '"unfinished'),
    ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
    ("If-None-Match", '"a" "b",,'),
    ("If-None-Match", b"\xff"),
    ("If-Range", "x"),
    ("If-Unmodified-Since", "0"),
    ("Max-Forwards", "-1"),
    ("Origin", "null"),
    ("Origin", "http://[::1"),
    ("Range", "bytes=0-1"),
    ("Range", "bytes=9999999999999999999999-"),
    ("Range", "x" * 100),
    ("Referer", "http://[::1"),
    ("TE", "trailers, deflate;q=x"),
    ("Upgrade", "websocket"),
    ("User-Agent", ""),
    ("User-Agent", b"\x80\xff"),
    ("Via", "1.0 x"),
    ("X-Forwarded-For", "::" * 500),
    ("X-HTTP-Method-Override", "nonsense"),
    ("X-Request-ID", b"\xff" * 100),
    ("X-Request-ID", "a" * 5000),
    ("Content_Length", "99"),
    ("Script_Name", "/evil"),
    ("Path_Info", "/evil"),
    ("X_Forwarded_User", "admin"),
    ("Proxy", "http://evil.example/"),
]
ODD_BODIES = [
    b'{"url": "%s", "url": "javascript:x", "title": "Twice"}',
    b'{"url": "javascript:x", "url": "%s", "title": "Twice"}',
    b'{"url": "%s", "title": "", "title": "x"}',
    b'{"url": "%s", "title": "x", "title": ""}',
    b'{"url": "%s", "title": "x", "tags": ["a"], "tags": ["a,b"]}',
    b'{"url": "%s", "title": "x", "tags": 1, "tags": []}',
    b'{"url": "%s", "title": "x", "id": 1, "id": 2}',
    b'{"url": "%s", "title": "\\u0000", "title": "x"}',
    b'{"": 1, "url": "%s", "title": "x"}',
    b'{"url": "%s", "title": "\\u202e\\u0301\\ufffe\\uffff"}',
    b'{"url": "%s", "title": "\\u0001\\u001b[31m\\u007f"}',
    b'{"url": "%s", "title": "x", "tags": ["\\u0345", "\\u03b9"]}',
    b'{"url": "%s", "title": "x", "tags": ["\\u1e9e", "\\u0130"]}',
    b'{"url": "%s", "title": "x", "notes": "\\ud83d\\ude00\\ud83d"}',
    b'{"__proto__": {"title": "x"}, "url": "%s"}',
    b'{"url": "%s", "title": {"$ne": null}}',
    b'{"url": "%s", "title": "{{7*7}}${7*7}%%(x)s%%n"}',
    b'{"url": "%s", "title": "\'; DROP TABLE bookmarks; --"}',
    b'\xef\xbb\xbf{"url": "%s", "title": "A mark"}',
    b'  \r\n\t{"url": "%s", "title": "Blanks"}\r\n ',
    b'{"url": "%s", "title": "x", "more": 1e400}',
    b'{"url": "%s", "title": "x", "more": -0}',
    b'{"url": "%s", "title": "x", "more": 1E-400}',
]
BROKEN_REQUESTS = {
    "nothing": b"",
    "line breaks": b"\r\n" * 50,
    "random": random.Random(1).randbytes(256),
    "tls": bytes.fromhex("16030100c8010000c40303") + b"\0" * 200,
    "http2": b"PRI * HTTP/2.0\r\n\r\n",
    "http0.9": b"GET /healthz\r\n\r\n",
    "half a line": b"GET /heal",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: loc",
    "no target": b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "space in target": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in target": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "star": b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "authority": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no colon": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n",
    "no name": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    "space before colon": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX : x\r\n\r\n"
    ),
    "nul in value": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"
    ),
    "return in value": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n"
    ),
    "folded": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n"
    ),
    "long line": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
    "long header": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "
        + b"a" * 100000
        + b"\r\n\r\n"
    ),
    "many headers": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        + b"X: a\r\n" * 10000
        + b"\r\n"
    ),
}
BAD_FRAMES = [
    ("Content-Length", "+2"),
    ("Content-Length", "-1"),
    ("Content-Length", "0x2"),
    ("Content-Length", "1_0"),
    ("Content-Length", "2 2"),
    ("Content-Length", "2, 3"),
    ("Content-Length", "abc"),
    ("Content-Length", ""),
    ("Content-Length", b"\xb2"),
    ("Content-Length", "9" * 100),
    ("Transfer-Encoding", "xchunked"),
    ("Transfer-Encoding", "chunked, gzip"),
    ("Transfer-Encoding", "chunked, chunked"),
    ("Transfer-Encoding", "identity"),
    ("Transfer-Encoding", ""),
]
BAD_CHUNKS = [
    b"zz\r\n{}\r\n0\r\n\r\n",
    b"-1\r\n{}\r\n0\r\n\r\n",
    b"+2\r\n{}\r\n0\r\n\r\n",
    b"0x2\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}0\r\n\r\n",
    b"1\r\n{}\r\n0\r\n\r\n",
    b"2\n{}\n0\n\n",
    b"\r\n{}\r\n0\r\n\r\n",
    b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n",
    b"2\r\n{",
    b"2;" + b"x" * 20000 + b"\r\n{}\r\n0\r\n\r\n",
]


def header_line(header: tuple[str, str | bytes]) -> str:
    """Write a header as the name of a test."""
    name, value = header
    return f"{name}: {raw.encode(value).decode('latin-1')}"


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


@pytest.fixture(scope="module")
def target(shared: User) -> dict:
    """Give a bookmark whose tag is a quote, for the tests to read."""
    made = shared.bookmark(tags=["'"])
    shared.client.close()
    return made


@pytest.fixture
def quoted(user: User, target: dict) -> User:
    """Give the account that has that bookmark."""
    return user


def bearer(user: User) -> tuple[str, str]:
    """Return the header that signs a raw request in."""
    return ("Authorization", f"Bearer {user.token}")


def still_well(user: User) -> None:
    """Check that the server answers the next request as ever."""
    answer = user.request("show_me", expect=200)
    expect.user(expect.strict_json(answer), username=user.username)


def all_sound(user: User) -> None:
    """Check that what was stored last keeps the rules of its fields."""
    last = {"sort": "-updated_at", "per_page": 3}
    answer = user.request("list_bookmarks", params=last, expect=200)
    for item in expect.page(expect.strict_json(answer)):
        expect.bookmark(item)


def names(response: raw.Response) -> set[str]:
    """Return the names of the headers of a response."""
    return {name.lower() for name, _ in response.header_list}


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-4", "ROBUSTNESS-5")
@pytest.mark.parametrize(
    ("path", "method"),
    list(zip(ODD_PATHS, cycle(["GET", "DELETE"]), strict=False)),
)
def test_odd_path(server: Server, user: User, path: str, method: str) -> None:
    """An odd path is no reason for a 5xx, nor for a header."""
    request = raw.message(method, path, [bearer(user)])
    answer = raw.exchange(server, request, expect=CALM)[0]
    assert "x-evil" not in names(answer)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-4", "ROBUSTNESS-5")
@pytest.mark.parametrize("query", ODD_QUERIES)
def test_odd_query(server: Server, quoted: User, query: str) -> None:
    """An odd query is no reason for a 5xx, nor for a header."""
    for path in ("/api/bookmarks", "/api/tags"):
        request = raw.message("GET", f"{path}?{query}", [bearer(quoted)])
        answer = raw.exchange(server, request, expect=CALM)[0]
        assert "x-evil" not in names(answer)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize("query", ["page=%FF", "page=1&page=x", "%00", "&"])
def test_odd_query_of_list_users(
    server: Server, admin: User, query: str
) -> None:
    """The list of accounts is as calm."""
    request = raw.message("GET", f"/api/users?{query}", [bearer(admin)])
    raw.exchange(server, request, expect=CALM)
    still_well(admin)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize("header", ODD_HEADERS, ids=header_line)
def test_odd_header(
    server: Server, user: User, header: tuple[str, str | bytes]
) -> None:
    """An odd header is no reason for a 5xx."""
    signed = [bearer(user)] if header[0] != "Authorization" else []
    for path in ("/api/bookmarks?per_page=1", "/nothing"):
        request = raw.message("GET", path, [*signed, header])
        raw.exchange(server, request, expect=CALM)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3")
@pytest.mark.parametrize(
    "header",
    [
        ("Content-Type", "application/json; charset=nonsense"),
        ("Content-Type", "application/json; charset="),
        ("Content-Type", "application/json;;;"),
        ("Content-Type", 'application/json; charset="utf-8'),
        ("Content-Type", b"application/json; charset=\xff"),
        ("Content-Type", "application/json; charset*=a; charset*0=b"),
        ("Content-Type", b"\xff"),
        ("Content-Type", "/"),
        ("Content-Type", ";"),
        ("Content-Encoding", ""),
        ("Content-Encoding", "identity"),
        ("Content-Encoding", b"\xff"),
        ("Expect", "nonsense"),
        ("Expect", "100-continue"),
        ("Upgrade", "h2c"),
        ("Content-MD5", "x"),
        ("Range", "bytes=0-1"),
        ("If-Match", "*"),
        ("If-None-Match", "*"),
    ],
    ids=header_line,
)
def test_odd_header_of_a_write(
    server: Server, user: User, header: tuple[str, str | bytes]
) -> None:
    """An odd header of a write breaks nothing."""
    body = json.dumps({"url": unique_url(), "title": "x"}).encode()
    kind = [("Content-Type", "application/json")]
    more = [] if header[0] == "Content-Type" else kind
    headers = [bearer(user), *more, header]
    request = raw.message("POST", "/api/bookmarks", headers, body)
    raw.exchange(server, request, expect=CALM)
    all_sound(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize(
    "names",
    [
        ["Content-Type", "Content-Type"],
        ["Accept", "Accept"],
        ["Cookie", "Cookie"],
        ["X-Request-ID", "X-Request-ID"],
    ],
    ids=lambda names: names[0],
)
def test_header_twice(
    server: Server, user: User, names: Iterable[str]
) -> None:
    """A header that comes twice is no reason for a 5xx."""
    headers = [bearer(user), *((name, "a/b") for name in names)]
    body = b'{"url": "https://example.com/", "title": "x"}'
    for request in (
        raw.message("GET", "/api/me", headers),
        raw.message("POST", "/api/bookmarks", headers, body),
    ):
        raw.exchange(server, request, expect=CALM)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-2")
@pytest.mark.parametrize("target", REDIRECTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_redirect_elsewhere(
    server: Server, method: str, target: str
) -> None:
    """No response redirects to another host."""
    forwarded = ("X-Forwarded-Host", "evil.example")
    request = raw.message(method, target, [forwarded], b"")
    answer = raw.exchange(server, request, expect=CALM)[0]
    location = answer.headers.get("location", "/").replace("\\", "/")
    leads_to = urlsplit(urljoin("http://localhost/", location))
    assert (leads_to.scheme, leads_to.netloc) == ("http", "localhost")


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3", "ROBUSTNESS-5")
@pytest.mark.parametrize("body", ODD_BODIES)
def test_odd_body(user: User, target: dict, body: bytes) -> None:
    """However it was sent, nothing is stored that a rule forbids."""
    kind = {"Content-Type": "application/json"}
    for operation in ("create_bookmark", "update_bookmark"):
        data = body.replace(b"%s", unique_url().encode())
        user.request(
            operation, id=target["id"], data=data, headers=kind, expect=CALM
        )
    all_sound(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3")
@pytest.mark.parametrize(
    "charset",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_body_in_another_encoding(
    make_user: Callable[..., User], charset: str
) -> None:
    """A body in another encoding is refused, or read right."""
    user = make_user()
    title = "Ünïcödé \U0001f600"
    text = json.dumps(
        {"url": unique_url(), "title": title}, ensure_ascii=False
    )
    user.request(
        "create_bookmark",
        data=text.encode(charset),
        headers={"Content-Type": "application/json"},
        expect={201, *expect.REFUSED},
    )
    all_sound(user)
    items = user.request("list_bookmarks", expect=200).json()["items"]
    assert {item["title"] for item in items} <= {title}


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3", "ROBUSTNESS-5")
@pytest.mark.parametrize(
    "body",
    [
        b'{"username": "%s", "username": "A B", "password": "%p"}',
        b'{"username": "A B", "username": "%s", "password": "%p"}',
        b'{"username": "%s", "password": "%p", "password": "short"}',
        b'{"username": "%s", "password": "%p", "admin": true, "admin": 0}',
        b'{"username": "%s\\n", "password": "%p"}',
        b'{"username": "\\u0430dmin", "password": "%p"}',
        b'{"username": "%s", "password": "\\u0001\\u007f\\ufffe\\u202e9999"}',
        b'\xef\xbb\xbf{"username": "%s", "password": "%p"}',
    ],
)
def test_odd_registration(user: User, body: bytes) -> None:
    """However it was sent, no account has a name that a rule forbids."""
    name = unique().encode()
    data = body.replace(b"%s", name).replace(b"%p", PASSWORD.encode())
    answer = user.request(
        "register_user",
        data=data,
        headers={"Content-Type": "application/json"},
        expect={201, *expect.REFUSED},
    )
    account = expect.strict_json(answer)
    shown = {k: account.get(k) for k in ("username", "admin")}
    fine = {"username": name.decode(), "admin": False}
    refused = {"username": None, "admin": None}
    assert shown in (fine, refused)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-4")
@pytest.mark.parametrize(
    "evil",
    [
        "a\r\nX-Evil: 1",
        "a\nX-Evil: 1",
        "a\rX-Evil: 1",
        "a\u2028X-Evil: 1",
        "a\u010aX-Evil: 1",
        "a\u560a\u560dX-Evil: 1",
        "a\x85X-Evil: 1",
        'a>; rel="evil", <x',
        'a", error="evil',
    ],
)
def test_no_header_from_a_value(
    make_user: Callable[..., User], evil: str
) -> None:
    """Nothing that a request says becomes a header."""
    user = make_user()
    made = user.bookmark(title=evil, notes=evil)
    answers = [
        user.request("show_bookmark", id=made["id"], expect=200),
        user.request("list_bookmarks", params={"q": evil}, expect=200),
        user.request("list_bookmarks", params={"x": evil}, expect=200),
        user.request(
            "create_token",
            json={"username": evil, "password": evil},
            expect=401,
        ),
        user.request("create_bookmark", json={evil: evil}, expect=422),
    ]
    for answer in answers:
        assert "x-evil" not in answer.headers
        assert "evil" not in answer.headers.get("www-authenticate", "")
    for listed in answers[1:3]:
        assert set(expect.link(listed)) == {"first", "last"}
        assert all(map(expect.relative, expect.link(listed).values()))


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize("name", BROKEN_REQUESTS)
def test_broken_request(server: Server, user: User, name: str) -> None:
    """What is no HTTP is refused or dropped, and nothing breaks."""
    request = BROKEN_REQUESTS[name].replace(
        b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1
    )
    allowed = {*CALM_OR_CLOSED, 505}
    raw.exchange(server, request, expect=allowed, half_close=True)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3", "ROBUSTNESS-5")
@pytest.mark.parametrize("header", BAD_FRAMES, ids=header_line)
def test_broken_frame(
    server: Server, user: User, header: tuple[str, str | bytes]
) -> None:
    """A length that is none stores nothing odd and breaks nothing."""
    headers = [bearer(user), ("Content-Type", "application/json"), header]
    request = raw.message("POST", "/api/bookmarks", headers)
    raw.exchange(
        server, request, b"{}", expect=CALM_OR_CLOSED, half_close=True
    )
    all_sound(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-3", "ROBUSTNESS-5")
@pytest.mark.parametrize("body", BAD_CHUNKS)
def test_broken_chunks(server: Server, user: User, body: bytes) -> None:
    """Chunks that are none: refused or dropped, never 5xx."""
    headers = [
        bearer(user),
        ("Content-Type", "application/json"),
        ("Transfer-Encoding", "chunked"),
    ]
    request = raw.message("POST", "/api/bookmarks", headers)
    raw.exchange(server, request, body, expect=CALM_OR_CLOSED, half_close=True)
    all_sound(user)


ODD_FORMS = {
    "nothing": ("multipart/form-data; boundary=b", b""),
    "no boundary": ("multipart/form-data", b"--b\r\n\r\nx\r\n--b--\r\n"),
    "empty boundary": ("multipart/form-data; boundary=", b"----\r\n"),
    "long boundary": ("multipart/form-data; boundary=" + "b" * 300, b"--b"),
    "bad boundary": (b"multipart/form-data; boundary=\xff", b"--\xff\r\n"),
    "cut off": ("multipart/form-data; boundary=b", b"--b\r\nContent-Dispo"),
    "no headers": ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n"),
    "base64": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n=x=\r\n--b--\r\n",
    ),
    "charset": (
        "multipart/form-data; boundary=b; charset=nonsense",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\xff'
        b"\r\n--b--\r\n",
    ),
    "capitals": (
        "Multipart/Form-Data; Boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n'
        b"--b--\r\n",
    ),
    "bytes": ("application/x-www-form-urlencoded", b"a=%FF&%FF=\xff&=&\0=%"),
    "many": ("application/x-www-form-urlencoded", b"a=b&" * 2000),
    "other charset": (
        "application/x-www-form-urlencoded; charset=utf-16",
        "a=b".encode("utf-16"),
    ),
}
COOKIES = f"csrftoken={'a' * 32}; csrf_token=x; session={'a' * 43}"


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize(
    ("name", "host"),
    [
        *((name, "localhost") for name in ODD_FORMS),
        ("bad boundary", "evil.example"),
        ("charset", "a..b:x"),
        ("bytes", "evil.example"),
    ],
)
def test_odd_form(server: Server, user: User, name: str, host: str) -> None:
    """An odd form, for a page or none and any host, is no reason for 5xx."""
    kind, body = ODD_FORMS[name]
    headers = [("Content-Type", kind), ("Cookie", COOKIES)]
    coding = ("Transfer-Encoding", "chunked")
    for path in ("/nothing", "/login", "/import", "/api/import", "/static/x"):
        plain = raw.message("POST", path, headers, body, host=host)
        chunked = raw.message("POST", path, [*headers, coding], host=host)
        raw.exchange(server, plain, expect=CALM_OR_CLOSED)
        chunked += raw.chunked(*filter(None, [body]))
        raw.exchange(server, chunked, expect=CALM_OR_CLOSED)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize(
    ("method", "coding"),
    [
        ("OPTIONS", "gzip"),
        ("HEAD", "br, gzip;q=0.5"),
        ("HEAD", "x"),
        ("POST", "*"),
        ("DELETE", "x"),
        ("X", "gzip"),
    ],
)
def test_any_method_of_a_file(
    server: Server, user: User, method: str, coding: str
) -> None:
    """No method of a file, in no coding, is a reason for a 5xx."""
    headers = [("Accept-Encoding", coding), ("Content-Length", "0")]
    for path in ("/static/style.css", "/static/", "/static/nothing.css"):
        request = raw.message(method, path, headers)
        raw.exchange(server, request, expect=CALM)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-1", "ROBUSTNESS-5")
@pytest.mark.parametrize("blanks", [" ", "\t", " \t ", " " * 500])
def test_blanks_behind_a_value(
    server: Server, user: User, blanks: str
) -> None:
    """Blanks at the end of a header are no reason for a 5xx."""
    name, token = bearer(user)
    headers = [(name, token + blanks), ("Accept", f"*/*{blanks}")]
    request = raw.message("GET", "/api/me", headers, host=f"localhost{blanks}")
    raw.exchange(server, request, expect=CALM)
    still_well(user)


@pytest.mark.rule("ROBUSTNESS-10")
@pytest.mark.parametrize("blanks", [" ", "\t", " \t "])
def test_blanks_around_a_value_are_no_part_of_it(
    server: Server, user: User, blanks: str
) -> None:
    """The token, the type of a body and the id of a request are as sent."""
    name, token = bearer(user)
    headers = [
        (name, blanks + token + blanks),
        ("Content-Type", f"application/json{blanks}"),
        ("X-Request-ID", f"{blanks}12345678{blanks}"),
    ]
    body = json.dumps({"url": unique_url(), "title": "Blanks"}).encode()
    request = raw.message("POST", "/api/bookmarks", headers, body)
    (answer,) = raw.exchange(server, request, expect=201)
    assert answer.headers["x-request-id"] == "12345678"


# Another protocol

UPGRADES = {
    "websocket": [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ],
    "h2c": [
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", "h2c"),
        ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
    ],
    "tls": [("Connection", "Upgrade"), ("Upgrade", "TLS/1.0")],
    "several": [("Connection", "upgrade"), ("Upgrade", "x/1, websocket, y")],
}
SMUGGLED = b"GET /api/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.rule("ROBUSTNESS-7")
@pytest.mark.parametrize("protocol", UPGRADES)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healthz"), ("GET", "/api/me"), ("DELETE", "/api/tags")],
)
def test_upgrade_changes_nothing(
    server: Server, user: User, method: str, path: str, protocol: str
) -> None:
    """The answer is the one that comes without it (RFC 9110 §7.8)."""
    last = raw.message("GET", "/healthz")
    answers = []
    for more in ([], UPGRADES[protocol]):
        request = raw.message(method, path, [bearer(user), *more], close=False)
        allowed = [{200, 405}, 200]
        answers += raw.exchange(server, request, last, expect=allowed)
    plain, _, upgraded, _ = answers
    assert upgraded.status_code == plain.status_code
    assert upgraded.content == plain.content
    assert upgraded.headers.get("allow") == plain.headers.get("allow")


@pytest.mark.rule("ROBUSTNESS-7")
@pytest.mark.parametrize("protocol", UPGRADES)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_behind_upgrade_is_no_request(
    server: Server, user: User, protocol: str, chunked: bool
) -> None:
    """What is in a body is read as the body, and as nothing else."""
    kind = ("Content-Type", "application/json")
    coding = [("Transfer-Encoding", "chunked")] if chunked else []
    last, done = raw.message("GET", "/healthz"), []
    for more in ([], UPGRADES[protocol]):
        headers = [bearer(user), kind, *coding, *more]
        good = json.dumps({"url": unique_url(), "title": "Upgraded"}).encode()
        for body in (good, SMUGGLED):
            plain = b"" if chunked else body
            request = raw.message(
                "POST", "/api/bookmarks", headers, plain, close=False
            )
            rest = raw.chunked(body) if chunked else b""
            allowed = [{201, *expect.REFUSED}, {200, raw.CLOSED}]
            answers = raw.exchange(
                server, request + rest, last, expect=allowed
            )
            done.append(answers[0].status_code)
    assert done[:2] == done[2:]
    assert done[1] in expect.REFUSED


# What is large

MEBIBYTE = 1024 * 1024
ENDLESS_HEADS = {
    "lines": b"".join(b"X-%d: %s\r\n" % (n, b"a" * 990) for n in range(1100)),
    "line": b"X: " + b"a" * (MEBIBYTE + 50_000),
    "lines of one name": b"X: a\r\n" * 180_000,
}


@pytest.mark.rule("ROBUSTNESS-8")
@pytest.mark.parametrize("what", ENDLESS_HEADS)
def test_an_endless_head_is_refused(server: Server, what: str) -> None:
    """More than a mebibyte of a head is refused before its end."""
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    allowed = {raw.CLOSED, *expect.REFUSED}
    raw.exchange(server, head + ENDLESS_HEADS[what], expect=allowed, timeout=5)


@pytest.mark.rule("ROBUSTNESS-8")
def test_an_endless_target_is_refused(server: Server) -> None:
    """More than a mebibyte of a target is refused before its end."""
    target = b"GET /healthz?" + b"a" * (MEBIBYTE + 50_000)
    allowed = {raw.CLOSED, *expect.REFUSED}
    raw.exchange(server, target, expect=allowed, timeout=5)


def upload_without_end(server: Server, request: bytes) -> socket.socket:
    """Send an upload but for its last byte, as far as anybody reads it."""
    connection = socket.create_connection((server.host, server.port), 3)
    with suppress(OSError):
        connection.sendall(request[:-1])
    return connection


@pytest.mark.rule("ROBUSTNESS-9")
@pytest.mark.managed
def test_uploads_of_strangers_take_no_memory(calm: Server) -> None:
    """Eight uploads of 8 MiB each: the memory stays what it was."""
    signed = ("Authorization", "Bearer " + "x" * 43)
    ways = [("/api/import", []), ("/api/import", [signed]), ("/import", [])]
    ways.append(("/import", [("Cookie", COOKIES)]))
    large = b"x" * 8 * MEBIBYTE
    parts = [
        uploads.part(large),
        uploads.part(large, 'form-data; name="file"'),
    ]
    requests = [
        raw.message("POST", path, [*uploads.FORM.items(), *more], body)
        for path, more in ways
        for body in map(uploads.join, [[part] for part in parts])
    ]
    for path, more in ways:
        small = uploads.form(uploads.many(2))
        once = raw.message("POST", path, [*uploads.FORM.items(), *more], small)
        raw.exchange(calm, once, expect=CALM)
    peak, count = Peak(calm), len(requests)
    with peak, ThreadPoolExecutor(count) as pool, ExitStack() as stack:
        sent = pool.map(upload_without_end, [calm] * count, requests)
        for connection in list(sent):
            stack.enter_context(connection)
    assert peak.growth < 8, f"{peak.growth:.0f} MiB"
    still_well(register(calm.url))


@pytest.mark.rule("ROBUSTNESS-5")
def test_answers_in_order_on_one_connection(
    server: Server, user: User
) -> None:
    """Errors do not disturb what follows on the same connection."""
    read = raw.message("GET", "/api/me", [bearer(user)], close=False)
    lost = raw.message("GET", "/api/nothing", [bearer(user)], close=False)
    last = raw.message("GET", "/healthz")
    pieces = [read, lost, read, last]
    answers = raw.exchange(
        server, *pieces, expect=[200, 404, 200, 200], pause=0.05
    )
    assert answers[0].json() == answers[2].json()
    assert answers[3].json() == {"status": "ok"}


# Many slow clients

SLOW = 200


def serve_others(server: Server) -> float:
    """Send forty requests; return how many seconds they took."""
    began = time.monotonic()
    for _ in range(10):
        fresh = register(server.url)
        made = fresh.bookmark()
        shown = fresh.request("show_bookmark", id=made["id"], expect=200)
        assert shown.json() == made
        fresh.client.close()
    return time.monotonic() - began


def crawl(
    connections: list[socket.socket], whole: bytes, stop: threading.Event
) -> None:
    """Send a byte a second on every connection."""
    for position in range(len(whole)):
        for connection in connections:
            with suppress(OSError):
                connection.send(whole[position : position + 1])
        if stop.wait(1):
            return


@contextmanager
def slow_clients(server: Server, at_once: bytes, slowly: bytes) -> Iterator:
    """Open 200 connections that go on with a byte a second."""
    stop = threading.Event()
    with ExitStack() as stack:
        connections = [
            stack.enter_context(
                socket.create_connection((server.host, server.port), 10)
            )
            for _ in range(SLOW)
        ]
        for connection in connections:
            connection.sendall(at_once)
        crawler = threading.Thread(
            target=crawl, args=(connections, slowly, stop)
        )
        crawler.start()
        try:
            yield
        finally:
            stop.set()
            crawler.join()


@pytest.mark.rule("ROBUSTNESS-6")
@pytest.mark.managed
def test_slow_clients_keep_nobody_waiting(calm: Server) -> None:
    """Beside 200 slow heads and as many slow bodies others are served."""
    usual, user = serve_others(calm), register(calm.url)
    sent = json.dumps({"url": unique_url(), "title": "T" * 100}).encode()
    length = ("Content-Length", str(len(sent)))
    kind = ("Content-Type", "application/json")
    head = raw.message("POST", "/api/bookmarks", [bearer(user), kind, length])
    with slow_clients(calm, b"", head), slow_clients(calm, head, sent):
        time.sleep(1.5)
        health = raw.message("GET", "/healthz")
        raw.exchange(calm, health, expect=200, timeout=5)
        seconds = serve_others(calm)
    assert seconds < 5 + 10 * usual, f"{seconds:.1f} s, not {usual:.1f} s"
    assert user.request("list_bookmarks", expect=200).json()["total"] == 0
    user.client.close()

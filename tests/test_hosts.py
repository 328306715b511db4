"""Hosts: the name that the client means is input like any other."""

import pytest

from tests.support import expect, raw
from tests.support.client import User
from tests.support.servers import Server

PATHS = ["/healthz", "/readyz", "/api/bookmarks", "/api/nothing", "/", "/x"]
MALFORMED = [
    "",
    "a b",
    "user@localhost",
    "localhost/path",
    "localhost?x",
    "localhost#x",
    "http://localhost",
    "localhost:abc",
    "localhost:-1",
    "localhost:80:80",
    "::1",
    "[::1",
    "[::1]x",
    "[localhost]",
    "<script>",
]
FOREIGN = [
    "evil.example",
    "localhost,evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "evil-localhost",
    "localhosts",
    "xlocalhost",
    "www.localhost",
    "127.0.0.2",
    "127.0.0.10",
    "127.0.0.1.nip.io",
    "0.0.0.0",
    "[::2]",
    "[::ffff:127.0.0.1]",
    "*",
    "testserver",
    "shelf.local",
]
FORWARDED = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Ssl", "on"),
    ("X-Forwarded-Port", "666"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-For", "10.6.6.6"),
    ("X-Forwarded-For", "not an address"),
    ("Forwarded", "for=10.6.6.6;host=evil.example;proto=https"),
    ("Forwarded", "nonsense;;="),
    ("X-Original-Url", "/api/nothing"),
    ("X-Rewrite-Url", "/api/nothing"),
]


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


@pytest.mark.rule("HOSTS-1")
@pytest.mark.parametrize("path", ["/healthz", "/api/nothing", "/"])
def test_no_host(server: Server, path: str) -> None:
    """HTTP/1.1 without Host answers 400."""
    request = raw.message("GET", path, host=None)
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("HOSTS-2")
@pytest.mark.parametrize("second", ["localhost", "127.0.0.1", "evil.example"])
def test_two_hosts(server: Server, second: str) -> None:
    """Two Host headers answer 400, also when they are equal."""
    headers = [("Accept", "*/*"), ("Host", second)]
    request = raw.message("GET", "/healthz", headers)
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("HOSTS-3")
@pytest.mark.parametrize("host", MALFORMED)
def test_malformed_host(server: Server, host: str | bytes) -> None:
    """A malformed Host answers 400."""
    request = raw.message("GET", "/healthz", host=host)
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("HOSTS-4")
@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_host(server: Server, host: str) -> None:
    """A Host that is not in the list answers 400."""
    request = raw.message("GET", "/healthz", host=host)
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("HOSTS-4")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_foreign_host_on_every_path(
    server: Server, user: User, method: str, path: str
) -> None:
    """A foreign Host answers 400 on every path, for accounts, too."""
    bearer = ("Authorization", f"Bearer {user.token}")
    request = raw.message(method, path, [bearer], host="evil.example")
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("HOSTS-5")
@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:1", "localhost:65535", "127.0.0.1:80"],
)
def test_known_host(server: Server, host: str) -> None:
    """A name of the list is answered, whatever the port."""
    request = raw.message("GET", "/healthz", host=host)
    raw.exchange(server, request, expect=200)


@pytest.mark.rule("HOSTS-8")
@pytest.mark.parametrize("host", ["LOCALHOST", "LocalHost:8000"])
def test_known_host_in_any_case(server: Server, host: str) -> None:
    """Names are case-insensitive."""
    request = raw.message("GET", "/healthz", host=host)
    raw.exchange(server, request, expect=200)


@pytest.mark.rule("HOSTS-8")
@pytest.mark.parametrize("host", ["[::1]", "[::1]:8000"])
def test_known_address_in_brackets(server: Server, host: str) -> None:
    """An IPv6 address can be allowed."""
    request = raw.message("GET", "/healthz", host=host)
    raw.exchange(server, request, expect=200)


@pytest.mark.rule("HOSTS-6")
@pytest.mark.managed
def test_any_host(bare: Server) -> None:
    """A star allows any name."""
    for host in ("localhost", "evil.example", "x:1"):
        request = raw.message("GET", "/healthz", host=host)
        raw.exchange(bare, request, expect=200)


@pytest.mark.rule("HOSTS-4", "HOSTS-5")
@pytest.mark.managed
def test_list_of_hosts(adjusted: Server) -> None:
    """The list takes the place of the default."""
    for host, status in [
        ("Shelf.example", 200),
        ("Shelf.example:80", 200),
        ("127.0.0.1", 200),
        ("localhost", 400),
        ("www.Shelf.example", 400),
        ("Shelf.example.evil.example", 400),
    ]:
        request = raw.message("GET", "/healthz", host=host)
        raw.exchange(adjusted, request, expect=status)


@pytest.mark.rule("HOSTS-7")
@pytest.mark.parametrize("header", FORWARDED)
def test_forwarded_header(
    server: Server, user: User, header: tuple[str, str]
) -> None:
    """Forwarded headers change nothing in a response."""
    user.bookmark()
    bearer = ("Authorization", f"Bearer {user.token}")
    path = "/api/bookmarks?per_page=1"
    plain, forwarded = (
        raw.exchange(server, raw.message("GET", path, more), expect=200)[0]
        for more in ([bearer], [bearer, header])
    )
    assert forwarded.content == plain.content
    assert expect.link(forwarded) == expect.link(plain)
    assert "evil" not in str(forwarded.header_list)
    assert "https:" not in str(forwarded.header_list)


@pytest.mark.rule("HOSTS-7")
@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-Host", "localhost"),
        ("Forwarded", "host=localhost"),
        ("X-Original-Host", "localhost"),
    ],
)
def test_forwarded_header_saves_no_host(
    server: Server, header: tuple[str, str]
) -> None:
    """A good forwarded host does not make up for a bad Host."""
    request = raw.message("GET", "/healthz", [header], host="evil.example")
    raw.exchange(server, request, expect=400)

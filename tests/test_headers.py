"""Security headers: what browsers are told to forbid."""

import re

import pytest

from tests.support import expect, raw
from tests.support.client import Client, User, register, unique
from tests.support.servers import Server
from tests.support.tables import holds, renamed
from tests.support.visitor import Visitor

pytest_plugins = "tests.support.visiting"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
BOOKMARK = b'{"url": "https://e.example/headers", "title": "T"}'
SEE_OTHER = {302, 303}
Answer = raw.Response
ASKED: list[tuple[str, str, int | set[int], dict]] = [
    ("GET", "/healthz", 200, {}),
    ("GET", "/readyz", 200, {}),
    ("GET", "/api/me", 200, {}),
    ("GET", "/api/me", 401, {"headers": {"Authorization": "Bearer x"}}),
    ("GET", "/api/bookmarks?page=0", 422, {}),
    ("GET", "/api/bookmarks/987654", 404, {}),
    ("GET", "/api/users", 403, {}),
    ("GET", "/api/tags", 200, {}),
    ("GET", "/api/openapi.json", 200, {}),
    ("GET", "/api/export", 200, {}),
    ("GET", "/api/export?format=ndjson", 200, {}),
    ("GET", "/api/nothing", 404, {}),
    ("DELETE", "/api/tags", 405, {}),
    ("POST", "/api/bookmarks", expect.REFUSED, {"data": b"{"}),
    ("POST", "/api/bookmarks", 422, {"data": b"{}", "headers": JSON}),
    ("POST", "/api/bookmarks", 201, {"data": BOOKMARK, "headers": JSON}),
    ("POST", "/api/tokens", 401, {"json": {"username": "a", "password": ""}}),
    ("GET", "/", SEE_OTHER, {}),
    ("GET", "/login", 200, {}),
    ("POST", "/login", 403, {"data": b"username=x", "headers": FORM}),
    ("GET", "/register", 200, {}),
    ("GET", "/logout", 405, {}),
    ("GET", "/nothing", 404, {}),
    ("GET", "/static/style.css", 200, {}),
    ("GET", "/static/icon.svg", 200, {}),
    ("GET", "/static/nothing.css", 404, {}),
]
ERRORS = [
    ("GET", "/nothing", 404),
    ("GET", "/logout", 405),
    ("POST", "/login", 403),
    ("POST", "/bookmarks", 403),
]
POLICY = {
    "default-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}


def said_once(response: Answer, name: str, value: str) -> None:
    """Check that a header stands there once, with a value."""
    found = response.headers.get(name, "")
    assert found.strip().lower() == value, f"{name}: {found!r}"


def check_all(response: Answer) -> None:
    """Check what every answer has and what none has."""
    said_once(response, "X-Content-Type-Options", "nosniff")
    assert "strict-transport-security" not in response.headers


def check_page(response: Answer) -> None:
    """Check the headers that every page has."""
    check_all(response)
    said_once(response, "Referrer-Policy", "same-origin")
    said_once(response, "Cross-Origin-Opener-Policy", "same-origin")
    found = expect.policy(response)
    assert {name: found.get(name) for name in POLICY} == POLICY
    sources = {one.lower() for values in found.values() for one in values}
    assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "data:"}


@pytest.mark.rule("HEADERS-1", "HEADERS-5")
@pytest.mark.parametrize(("method", "path", "status", "more"), ASKED)
def test_every_answer_forbids_guessing(
    someone: User,
    method: str,
    path: str,
    status: int | set[int],
    more: dict,
) -> None:
    """`nosniff` on every answer, and HSTS on none."""
    check_all(someone.request(method, path, expect=status, **more))


@pytest.mark.rule("HEADERS-1", "HEADERS-5")
def test_what_has_no_body_forbids_guessing(user: User) -> None:
    """204 after a change carries the headers."""
    check_all(user.request("delete_token", expect=204))


@pytest.mark.rule("HEADERS-1", "HEADERS-5")
@pytest.mark.managed
def test_503_forbids_guessing(silent: Server) -> None:
    """An answer while the database is away has the headers, too."""
    user = register(silent.url)
    made = user.bookmark()
    (table, _), *_ = holds(silent.database, made["url"])
    with renamed(silent.database, table):
        check_all(user.request("show_bookmark", id=made["id"], expect=503))
    user.client.close()


@pytest.mark.rule("HEADERS-5", "HOSTS-7")
@pytest.mark.parametrize("path", ["/login", "/api/tags", "/healthz", "/no"])
def test_a_forwarded_scheme_brings_no_hsts(client: Client, path: str) -> None:
    """What says that TLS was used in front is not believed."""
    headers = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Ssl": "on",
        "X-Forwarded-Port": "443",
        "Forwarded": "proto=https",
        "Upgrade-Insecure-Requests": "1",
    }
    answer = client.request(
        "GET", path, headers=headers, expect={200, 401, 404}
    )
    assert "strict-transport-security" not in answer.headers


@pytest.mark.rule("HEADERS-6")
@pytest.mark.parametrize(
    "request_",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX Y: z\r\n\r\n",
        b"BREW /healthz HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "
        + b"x" * 100_000
        + b"\r\n\r\n",
    ],
    ids=["host", "version", "0.9", "line", "name", "method", "long"],
)
def test_what_the_server_answers_itself_names_no_version(
    server: Server, request_: bytes
) -> None:
    """Answers to what cannot be read name no version either."""
    options = {*range(200, 600), raw.CLOSED}
    (answer,) = raw.exchange(server, request_, expect=options)
    check_server(answer or raw.Response(0, "", [], b""))


def check_server(response: Answer) -> None:
    """Check that no header names a version of the server."""
    for name in ("server", "x-powered-by", "via"):
        value = response.headers.get(name, "")
        assert not re.search(r"\d", value), f"{name}: {value}"


@pytest.mark.rule("HEADERS-6")
@pytest.mark.parametrize("path", ["/healthz", "/login", "/nothing"])
def test_no_answer_names_a_version(client: Client, path: str) -> None:
    """`Server`, where it is sent, names no version."""
    check_server(client.request("GET", path, expect={200, 404}))


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4")
@pytest.mark.parametrize("path", ["/login", "/login?next=/", "/register"])
def test_pages_of_visitors(client: Client, path: str) -> None:
    """Pages without an account have policy, referrer and opener."""
    check_page(client.request("GET", path, expect=200))


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4")
@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
def test_pages_of_errors(
    client: Client, method: str, path: str, status: int
) -> None:
    """Pages of errors have policy, referrer and opener."""
    check_page(client.request(method, path, expect=status))


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4", "HEADERS-7")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/?q=x&page=2", 200),
        ("/?page=0", 422),
        ("/import", 200),
        ("/import?created=1&skipped=0", 200),
        ("/bookmarks/{id}/edit", 200),
    ],
)
def test_pages_of_an_account(
    user: User, member: Visitor, path: str, status: int
) -> None:
    """Pages of an account have these, and no cache keeps them."""
    target = path.format(id=user.bookmark()["id"])
    answer = member.get(target, expect=status)
    check_page(answer)
    assert "no-store" in expect.cache_control(answer)


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4", "HEADERS-7")
@pytest.mark.parametrize("where", ["/bookmarks", "/bookmarks/{id}/edit"])
@pytest.mark.parametrize(
    ("url", "status"), [("{taken}", {200, 409}), ("javascript:x", {200, 422})]
)
def test_forms_that_come_back(
    user: User, member: Visitor, where: str, url: str, status: set[int]
) -> None:
    """A form that comes back with faults is a page of the account."""
    taken, number = user.bookmark()["url"], user.bookmark()["id"]
    path = where.format(id=number)
    page = "/" if where == "/bookmarks" else path
    sent = {"url": url.format(taken=taken), "title": unique()}
    answer = member.submit(page, path, expect=status, **sent)
    check_page(answer)
    assert "no-store" in expect.cache_control(answer)


@pytest.mark.rule("HEADERS-2")
def test_the_policy_fits_the_pages(user: User, member: Visitor) -> None:
    """A page holds nothing that its policy forbids."""
    user.bookmark(tags=["t"])
    bad = re.compile(
        r"(?i)<script|<style|\sstyle=|\son\w+=|<iframe|<object|<embed|<base"
    )
    for path in ("/", "/import", "/login", "/register"):
        page = member.get(path).text
        assert not bad.search(page)
        for address in re.findall(r'(?:src|action)="([^"]*)"', page):
            assert re.match(r"/(?!/)", address), address

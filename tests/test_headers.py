"""Headers: what browsers are told to forbid."""

import re
from collections.abc import Iterator

import document
import expect
import pytest
import raw
from client import Client, User, register, unique
from servers import Server
from tables import holds, renamed, spoil_times
from visitor import Visitor

pytest_plugins = "visiting"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
BOOKMARK = b'{"url": "https://e.example/headers", "title": "T"}'
Answer = raw.Response
Ask = tuple[str, str, int, dict]
ASKED: list[Ask] = [
    ("GET", "/healthz", 200, {}),
    ("HEAD", "/healthz", 200, {}),
    ("GET", "/readyz", 200, {}),
    ("GET", "/api/me", 200, {}),
    ("GET", "/api/me", 401, {"headers": {"Authorization": "Bearer x"}}),
    ("GET", "/api/bookmarks", 200, {}),
    ("GET", "/api/bookmarks?page=0", 422, {}),
    ("GET", "/api/bookmarks/0", 404, {}),
    ("GET", "/api/users", 403, {}),
    ("GET", "/api/tags", 200, {}),
    ("GET", "/api/tags", 304, {"headers": {"If-None-Match": "*"}}),
    ("GET", "/api/openapi.json", 200, {}),
    ("GET", "/api/export", 200, {}),
    ("GET", "/api/export?format=ndjson", 200, {}),
    ("GET", "/api/nothing", 404, {}),
    ("DELETE", "/api/tags", 405, {}),
    ("OPTIONS", "/api/tags", 204, {}),
    ("POST", "/api/bookmarks", 415, {"data": b"{}"}),
    ("POST", "/api/bookmarks", 400, {"data": b"{", "headers": JSON}),
    ("POST", "/api/bookmarks", 422, {"data": b"{}", "headers": JSON}),
    ("POST", "/api/bookmarks", 201, {"data": BOOKMARK, "headers": JSON}),
    ("POST", "/api/import", 415, {"data": b"x", "headers": JSON}),
    ("POST", "/api/tokens", 401, {"json": {"username": "a", "password": ""}}),
    ("GET", "/healthz", 400, {"headers": {"Host": "evil.example"}}),
    ("GET", "/", 303, {}),
    ("GET", "/", 400, {"headers": {"Host": "evil.example"}}),
    ("GET", "/login", 200, {}),
    ("HEAD", "/login", 200, {}),
    ("OPTIONS", "/login", 204, {}),
    ("DELETE", "/login", 405, {}),
    ("POST", "/login", 403, {"data": b"username=x", "headers": FORM}),
    ("GET", "/register", 200, {}),
    ("GET", "/export", 303, {}),
    ("GET", "/nothing", 404, {}),
    ("GET", "/static/style.css", 200, {}),
    ("HEAD", "/static/icon.svg", 200, {}),
    ("GET", "/static/icon.svg", 200, {}),
    ("GET", "/static/nothing.css", 404, {}),
    ("GET", "/static/", 404, {}),
]
ERRORS = [
    ("GET", "/nothing", 404),
    ("GET", "/static/nothing.css", 404),
    ("PUT", "/login", 405),
    ("GET", "/logout", 405),
    ("POST", "/login", 403),
    ("POST", "/logout", 403),
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
    check_server(response)


def check_server(response: Answer) -> None:
    """Check that `Server` and `X-Powered-By` name no version."""
    for name in ("server", "x-powered-by", "via"):
        value = response.headers.get(name, "")
        assert not re.search(r"\d", value), f"{name}: {value}"


def check_page(response: raw.Response) -> None:
    """Check the headers that every page has."""
    check_all(response)
    said_once(response, "Referrer-Policy", "same-origin")
    said_once(response, "Cross-Origin-Opener-Policy", "same-origin")
    found = expect.policy(response)
    assert {name: found.get(name) for name in POLICY} == POLICY
    sources = {one.lower() for values in found.values() for one in values}
    assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "data:"}


@pytest.mark.rule("HEADERS-1", "HEADERS-5", "HEADERS-6")
@pytest.mark.parametrize(("method", "path", "status", "more"), ASKED)
def test_every_answer_forbids_guessing(
    someone: User, method: str, path: str, status: int, more: dict
) -> None:
    """`nosniff` on every answer; no HSTS and no version on any."""
    check_all(someone.request(method, path, expect=status, **more))


@pytest.mark.rule("HEADERS-1", "HEADERS-5", "HEADERS-6")
def test_what_has_no_body_forbids_guessing(user: User) -> None:
    """204 after a change carries the headers."""
    check_all(user.request("delete_token", expect=204))


@pytest.mark.rule("HEADERS-1", "HEADERS-5", "HEADERS-6")
@pytest.mark.parametrize("path", ["/api/bookmarks", "/api/users", "/login"])
def test_a_body_too_large_forbids_guessing(
    server: Server, someone: User, path: str
) -> None:
    """413 carries the headers, on API paths and pages."""
    kind = FORM if path == "/login" else JSON
    headers = [("Authorization", f"Bearer {someone.token}"), *kind.items()]
    length = ("Content-Length", "99999999")
    request = raw.message("POST", path, [*headers, length])
    (answer,) = raw.exchange(server, request, expect=413)
    check_all(answer)


@pytest.fixture(scope="module")
def broken(silent: Server) -> Iterator[tuple[Server, User, int]]:
    """Give a server with a bookmark that makes it fail."""
    user = register(silent.url)
    made = user.bookmark()
    spoil_times(silent.database, made["url"])
    yield silent, user, made["id"]
    user.client.close()


@pytest.mark.rule("HEADERS-1", "HEADERS-5", "HEADERS-6")
@pytest.mark.managed
def test_500_and_503_forbid_guessing(
    broken: tuple[Server, User, int],
) -> None:
    """An answer to a failure of the server has the headers, too."""
    own, user, number = broken
    answer = user.request(
        "update_bookmark", id=number, json={"title": "T"}, expect=500
    )
    check_all(answer)
    (table, _), *_ = holds(own.database, "spoiled")
    with renamed(own.database, table):
        check_all(user.request("show_bookmark", id=number, expect=503))


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4", "HEADERS-1")
@pytest.mark.managed
def test_the_page_of_a_500_has_the_headers_of_pages(
    broken: tuple[Server, User, int],
) -> None:
    """A page that says 500 is a page like any other."""
    own, user, number = broken
    visitor = Visitor(own.url)
    visitor.sign_in(user.username, user.password)
    form = document.form_to(visitor.visit("/import"), "/import")
    sent = {"url": "https://e.example/", "title": "T"}
    pairs = [*document.filled(form), *sent.items()]
    answer = visitor.post(f"/bookmarks/{number}/edit", pairs, expect=500)
    visitor.close()
    expect.page_error(answer, 500)
    check_page(answer)


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


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4")
@pytest.mark.parametrize("path", ["/login", "/login?next=/", "/register"])
def test_pages_of_visitors(client: Client, path: str) -> None:
    """Pages without an account have policy, referrer and opener."""
    check_page(client.request("GET", path, expect=200))


@pytest.mark.rule("HEADERS-2", "HEADERS-3", "HEADERS-4", "HEADERS-1")
@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
def test_pages_of_errors(
    client: Client, method: str, path: str, status: int
) -> None:
    """Pages of errors have policy, referrer and opener."""
    answer = client.request(method, path, expect=status)
    expect.page_error(answer, status)
    check_page(answer)


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
    ("url", "status"), [("{taken}", 409), ("javascript:x", 422)]
)
def test_forms_that_come_back(
    user: User, member: Visitor, where: str, url: str, status: int
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

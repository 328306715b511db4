"""CORS: which other sites' scripts may ask."""

from collections.abc import Iterator

import pytest

from tests.support import expect, raw, servers
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    unique,
    unique_url,
)
from tests.support.difference import differ
from tests.support.servers import Server
from tests.support.tables import holds, renamed

ORIGINS = servers.ORIGINS.split(",")
APP, LOCAL = ORIGINS
STRANGERS = [
    "http://app.example",
    "https://app.example:443",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://app.examples",
    "https://app.exampl",
    "https://evil-app.example",
    "https://sub.app.example",
    "https://appxexample",
    "https://app.example.",
    "https://user@app.example",
    "https://evil.example",
    "https://app.example https://evil.example",
    "https://app.example, https://evil.example",
    "https://app.example,http://localhost:3000",
    "http://localhost",
    "http://localhost:30001",
    "http://localhost:300",
    "https://localhost:3000",
    "null",
    "*",
    "app.example",
    ".*",
    "file://",
]
METHODS = {"get", "post", "put", "patch", "delete"}
HEADERS = {"authorization", "content-type", "if-match", "if-none-match"}
EXPOSED = {"etag", "link", "location", "retry-after", "x-request-id"}
ASKED = [
    ("GET", "/api/me", 200, {}),
    ("GET", "/api/me", 401, {"headers": {"Authorization": None}}),
    ("GET", "/api/me", 401, {"headers": {"Authorization": "Bearer x"}}),
    ("GET", "/api/bookmarks", 200, {}),
    ("GET", "/api/bookmarks?page=0", 422, {}),
    ("GET", "/api/bookmarks/987654", 404, {}),
    ("GET", "/api/bookmarks/{id}", 200, {}),
    ("PATCH", "/api/bookmarks/{id}", 200, {"json": {"title": "T"}}),
    (
        "PATCH",
        "/api/bookmarks/{id}",
        412,
        {"json": {"title": "T"}, "headers": {"If-Match": '"x"'}},
    ),
    ("DELETE", "/api/bookmarks/{id}", 204, {}),
    ("GET", "/api/users", 403, {}),
    ("GET", "/api/tags", 200, {}),
    ("GET", "/api/export", 200, {}),
    ("GET", "/api/openapi.json", 200, {}),
    ("GET", "/api/nothing", 404, {}),
    ("DELETE", "/api/tags", 405, {}),
    ("POST", "/api/bookmarks", 422, {"json": {}}),
]
# A preflight that allows nothing is refused, or answered as any OPTIONS.
PREFLIGHT = {*range(200, 400), *expect.REFUSED}
SEE_OTHER = {302, 303}
PAGES = [
    ("/login", 200),
    ("/register", 200),
    ("/", SEE_OTHER),
    ("/export", SEE_OTHER),
    ("/nothing", 404),
    ("/static/style.css", 200),
]


@pytest.fixture(scope="module")
def reader(allowing: Server) -> Iterator[User]:
    """Give an account of that server."""
    user = register(allowing.url)
    yield user
    user.client.close()


def asked(
    user: User, method: str, path: str, status: int, more: dict, origin: str
) -> raw.Response:
    """Send a request as a script of another site does."""
    number = user.bookmark()["id"] if "{id}" in path else 0
    headers = {**more.get("headers", {}), "Origin": origin}
    sent = {**more, "headers": headers}
    target = path.format(id=number)
    return user.request(method, target, expect=status, **sent)


def preflight(
    server: Server,
    path: str,
    origin: str | None,
    method: str = "POST",
    headers: str | None = "authorization,content-type",
    status: set[int] = frozenset(range(200, 300)),
) -> raw.Response:
    """Send what a browser asks first."""
    fields = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    sent = [(name, value) for name, value in fields.items() if value]
    request = raw.message("OPTIONS", path, sent)
    return raw.exchange(server, request, expect=set(status))[0]


def check_allowed(response: raw.Response, origin: str) -> None:
    """Check that exactly this origin is allowed, without credentials."""
    headers, name = response.headers, "Access-Control-Allow-Origin"
    value = headers.get(name)
    assert value == origin, differ(name, origin, value)
    assert "origin" in expect.vary(response), "there is no Vary: Origin"
    allowed = "access-control-allow-credentials" in headers
    assert not allowed, "credentials: not expected"
    names = [name for name in headers if "access-control" in name.lower()]
    stars = [name for name in names if headers[name] == "*"]
    assert stars == [], f"*: not expected in {stars[0]}"


def check_exposed(response: raw.Response) -> None:
    """Check that scripts may read the headers that the API answers with."""
    lacks = EXPOSED - expect.listed(response, "access-control-expose-headers")
    assert not lacks, f"no {min(lacks)} is exposed"


@pytest.mark.rule("CORS-1", "CORS-4", "CORS-5", "CORS-6")
@pytest.mark.parametrize(("method", "path", "status", "more"), ASKED)
def test_an_origin_of_the_setting_may_read(
    reader: User, method: str, path: str, status: int, more: dict
) -> None:
    """Every answer of the API, errors too, names the origin."""
    for origin in ORIGINS:
        answer = asked(reader, method, path, status, more, origin)
        check_allowed(answer, origin)
        check_exposed(answer)


@pytest.mark.rule("CORS-1", "CORS-4", "CORS-5")
def test_created_and_conflict_may_be_read(reader: User) -> None:
    """201 and 409 name the origin."""
    more = {"json": {"url": unique_url(), "title": "T"}}
    for status in (201, 409):
        answer = asked(reader, "POST", "/api/bookmarks", status, more, APP)
        check_allowed(answer, APP)


@pytest.mark.rule("CORS-1", "CORS-4", "CORS-5")
def test_a_failed_sign_in_may_be_read(reader: User) -> None:
    """401 names the origin, for a name that nobody has."""
    more = {"json": {"username": unique(), "password": PASSWORD}}
    answer = asked(reader, "POST", "/api/tokens", 401, more, APP)
    check_allowed(answer, APP)


@pytest.mark.rule("CORS-1", "CORS-4", "CORS-5")
@pytest.mark.managed
def test_that_the_database_is_away_may_be_read(loud: Server) -> None:
    """503 names the origin, and exposes `Retry-After`."""
    user = register(loud.url)
    made = user.bookmark()
    (table, _), *_ = holds(loud.database, made["url"])
    path, more = f"/api/bookmarks/{made['id']}", {"json": {"title": "T"}}
    with renamed(loud.database, table):
        answer = asked(user, "PATCH", path, 503, more, APP)
    check_allowed(answer, APP)
    check_exposed(answer)
    user.client.close()


@pytest.mark.rule("CORS-2")
@pytest.mark.parametrize("origin", [*STRANGERS, "", None])
def test_any_other_origin_gets_nothing(
    allowing: Server, reader: User, origin: str | None
) -> None:
    """A stranger, one who looks alike included, is not allowed."""
    path, answers = "/api/bookmarks", []
    for status, more in ((200, {}), (401, {"Authorization": None})):
        headers = {**more, "Origin": origin}
        answers.append(
            reader.request("GET", path, headers=headers, expect=status)
        )
    answers.append(preflight(allowing, path, origin, status=PREFLIGHT))
    for answer in answers:
        expect.no_cors(answer)


@pytest.mark.rule("CORS-2")
@pytest.mark.parametrize("stranger", [0, 1])
def test_a_second_origin_does_not_let_a_stranger_in(
    allowing: Server, stranger: int
) -> None:
    """Of two `Origin` headers the one of the setting may be named."""
    values = [APP]
    values.insert(stranger, "https://evil.example")
    headers = [("Origin", value) for value in values]
    request = raw.message("GET", "/api/openapi.json", headers)
    (answer,) = raw.exchange(allowing, request, expect={200, 400})
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed in (None, APP)


@pytest.mark.rule("CORS-3", "CORS-5", "CORS-6")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/bookmarks",
        "/api/bookmarks/1",
        "/api/me/password",
        "/api/tokens",
        "/api/import",
    ],
)
def test_a_preflight_needs_no_token(
    allowing: Server, path: str, method: str
) -> None:
    """The preflight allows the methods and headers of the API."""
    for origin in ORIGINS:
        answer = preflight(allowing, path, origin, method, ", ".join(HEADERS))
        check_allowed(answer, origin)
        methods = expect.listed(answer, "access-control-allow-methods")
        assert methods >= METHODS
        headers = expect.listed(answer, "access-control-allow-headers")
        assert headers >= HEADERS


@pytest.mark.rule("CORS-3")
@pytest.mark.parametrize(
    "headers",
    ["authorization", "Authorization, Content-Type", "if-match,if-none-match"],
)
def test_a_preflight_may_name_some_of_the_headers(
    allowing: Server, headers: str
) -> None:
    """Whichever of the headers it names are allowed, in any case."""
    answer = preflight(allowing, "/api/bookmarks/1", APP, "PUT", headers)
    check_allowed(answer, APP)
    found = expect.listed(answer, "access-control-allow-headers")
    assert found >= {one.strip().lower() for one in headers.split(",")}


@pytest.mark.rule("CORS-3", "CORS-6")
@pytest.mark.parametrize("header", ["x-evil", "x-http-method-override", "*"])
def test_a_preflight_allows_no_other_header(
    allowing: Server, header: str
) -> None:
    """What the API does not read is not allowed because it is asked."""
    asked_for = f"authorization,{header}"
    answer = preflight(
        allowing, "/api/bookmarks", APP, "POST", asked_for, PREFLIGHT
    )
    found = expect.listed(answer, "access-control-allow-headers")
    assert header not in found


@pytest.mark.rule("CORS-8")
@pytest.mark.parametrize(("path", "status"), PAGES)
def test_pages_allow_no_origin(
    allowing: Server, path: str, status: int | set[int]
) -> None:
    """Pages and static files allow nobody, whatever is asked."""
    client = Client(allowing.url)
    for origin in ORIGINS:
        headers = {"Origin": origin}
        answer = client.request("GET", path, headers=headers, expect=status)
        expect.no_cors(answer)
        expect.no_cors(preflight(allowing, path, origin, status=PREFLIGHT))
    client.close()


@pytest.mark.rule("CORS-7")
@pytest.mark.managed
@pytest.mark.parametrize("origin", [*ORIGINS, "null", "*"])
def test_without_the_setting_nothing_is_allowed(
    server: Server, user: User, origin: str
) -> None:
    """Where `CORS_ORIGINS` is not set, no answer allows anything."""
    for path, status in (
        ("/api/bookmarks", 200),
        ("/api/nothing", 404),
        ("/healthz", 200),
        ("/login", 200),
    ):
        headers = {"Origin": origin}
        answer = user.request("GET", path, headers=headers, expect=status)
        expect.no_cors(answer)
        expect.no_cors(preflight(server, path, origin, status=PREFLIGHT))
    own_origin = {"Origin": server.url}
    answer = user.request("list_bookmarks", headers=own_origin, expect=200)
    expect.no_cors(answer)


@pytest.mark.rule("CORS-1", "CORS-2", "SETTINGS-5")
@pytest.mark.managed
def test_the_setting_is_a_list_of_origins(small: Server) -> None:
    """One origin alone is a list, too."""
    client = Client(small.url)
    for origin, allowed in ((LOCAL, LOCAL), (APP, None)):
        answer = client.request(
            "GET",
            "/api/openapi.json",
            headers={"Origin": origin},
            expect=200,
        )
        found = answer.headers.get("access-control-allow-origin")
        assert found == allowed
    client.close()

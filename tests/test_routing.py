"""Routing: from a method and a path to one operation, or a refusal."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from tests.support import document, expect, raw
from tests.support.client import Client, User, unique_url
from tests.support.servers import Server
from tests.support.visitor import PAGES, Visitor

pytest_plugins = "tests.support.visiting"

API = {
    "/healthz": {"GET", "HEAD", "OPTIONS"},
    "/readyz": {"GET", "HEAD", "OPTIONS"},
    "/api/users": {"GET", "HEAD", "POST", "OPTIONS"},
    "/api/users/987654": {"DELETE", "OPTIONS"},
    "/api/me": {"GET", "HEAD", "DELETE", "OPTIONS"},
    "/api/me/password": {"PUT", "OPTIONS"},
    "/api/tokens": {"POST", "OPTIONS"},
    "/api/tokens/current": {"DELETE", "OPTIONS"},
    "/api/bookmarks": {"GET", "HEAD", "POST", "OPTIONS"},
    "/api/bookmarks/987654": {
        "GET",
        "HEAD",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
    },
    "/api/tags": {"GET", "HEAD", "OPTIONS"},
    "/api/import": {"POST", "OPTIONS"},
    "/api/export": {"GET", "HEAD", "OPTIONS"},
    "/api/openapi.json": {"GET", "HEAD", "OPTIONS"},
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SAFE = ["GET", "HEAD"]


def refused(
    paths: dict[str, set[str]], methods: list[str] = METHODS
) -> list[tuple[str, str]]:
    """List the paths with those of the methods that each does not have."""
    return [
        (path, method)
        for path, allowed in paths.items()
        for method in methods
        if method not in allowed
    ]


READ = [
    ("/healthz", 200),
    ("/readyz", 200),
    ("/api/me", 200),
    ("/api/bookmarks", 200),
    ("/api/bookmarks?per_page=1&page=2&q=%C3%A9", 200),
    ("/api/bookmarks?page=0", 422),
    ("/api/bookmarks/{id}", 200),
    ("/api/bookmarks/987654", 404),
    ("/api/tags", 200),
    ("/api/users", 403),
    ("/api/export", 200),
    ("/api/export?format=ndjson", 200),
    ("/api/export?format=x", 422),
]
NO_NUMBERS = [
    "abc",
    "me",
    "null",
    "0x1",
    "1e3",
    "1,2",
    "1;2",
    "1%26",
    "%C2%B2",  # a superscript two: a digit to str.isdigit(), not to int()
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
]
MISSING = {404, 422}
REFUSED_IDS = {  # by what a router may answer that refuses the number itself
    "0": MISSING,
    "-1": {405} | MISSING,
    "987654": MISSING,
    "9" * 18: MISSING,
    "9223372036854775808": {405} | MISSING,  # more than 64 bits hold
    "1" * 25: {405} | MISSING,
    "7" * 5000: {405} | MISSING,
}
REDIRECTED = {301, 302, 307, 308, 404}
UNSTABLE = {
    "date",
    "expires",
    "x-request-id",
    "content-length",
    "transfer-encoding",
}


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


@pytest.fixture
def member(resident: Visitor) -> Iterator[Visitor]:
    """Give a browser in which `someone` is signed in."""
    browser = resident.copy()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def made(shared: User) -> int:
    """Give the id of a bookmark that stays."""
    return shared.bookmark()["id"]


def bearer(user: User) -> tuple[str, str]:
    """Return the header that signs a raw request in."""
    return ("Authorization", f"Bearer {user.token}")


def stable(response: raw.Response) -> list[tuple[str, str]]:
    """Return the headers that HEAD and GET must share."""
    return sorted(
        (name.lower(), re.sub(r"expires=[^;]+", "expires=", value))
        for name, value in response.header_list
        if name.lower() not in UNSTABLE
    )


@pytest.mark.rule("ROUTING-1")
@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/bookmark",
        "/api/bookmarks/1/2",
        "/api/me/passwords",
        "/api/tokens/1",
        "/API/bookmarks",
        "/api/Bookmarks",
        "/api/openapiXjson",
        "/apis",
        "/healthzz",
    ],
)
def test_unknown_path(client: Client, path: str, method: str) -> None:
    """An unknown path answers 404, whatever the method."""
    client.request(method, path, expect=404)


@pytest.mark.rule("ROUTING-1")
@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
def test_unknown_path_with_a_token(user: User, method: str) -> None:
    """An unknown path answers 404 to an account, too."""
    user.request(method, "/api/nothing", expect=404)


@pytest.mark.rule("ROUTING-2", "ERRORS-1")
@pytest.mark.parametrize(("path", "method"), refused(API))
def test_other_method(client: Client, path: str, method: str) -> None:
    """A known path with a method it does not have answers 405."""
    client.request(method, path, expect=405)


@pytest.mark.rule("ROUTING-2")
@pytest.mark.parametrize("number", ["0", "987654", "{id}"])
def test_other_method_of_an_item(user: User, made: int, number: str) -> None:
    """405 depends neither on the item, nor on the token and the body."""
    path = "/api/bookmarks/" + number.format(id=made)
    for body in (b"{}", b"{"):
        headers = {"Content-Type": "application/json"}
        user.request("POST", path, data=body, headers=headers, expect=405)


@pytest.mark.rule("ROUTING-2")
@pytest.mark.parametrize(("path", "method"), refused(PAGES, SAFE))
def test_other_method_of_a_page(
    member: Visitor, path: str, method: str
) -> None:
    """A page that only takes a form answers 405 to GET and HEAD."""
    member.request(method, path, expect=405)


@pytest.mark.rule("ROUTING-2")
@pytest.mark.parametrize(
    ("path", "method"), refused(PAGES, ["POST", "PUT", "PATCH", "DELETE"])
)
def test_writing_method_of_a_page(
    member: Visitor, path: str, method: str
) -> None:
    """Any other method answers 405, or 403 as it has no CSRF token."""
    member.request(method, path, expect={403, 405})


@pytest.mark.rule("ROUTING-3")
@pytest.mark.parametrize(("path", "method"), refused(API)[::2])
def test_allow_of_a_path(client: Client, path: str, method: str) -> None:
    """A 405 lists exactly the methods that the path has."""
    answer = client.request(method, path, expect=405)
    expect.allow(answer, API[path])


@pytest.mark.rule("ROUTING-3")
@pytest.mark.parametrize(("path", "method"), refused(PAGES, ["GET"]))
def test_allow_of_a_page(member: Visitor, path: str, method: str) -> None:
    """The same holds for the pages that only take a form."""
    answer = member.request(method, path, expect=405)
    expect.allow(answer, PAGES[path])


def compare_head(server: Server, path: str, status: int, *more: tuple) -> None:
    """Check that HEAD answers as GET does, without a body."""
    get, head = (
        raw.exchange(server, raw.message(method, path, more), expect=status)[0]
        for method in SAFE
    )
    assert get.content != b""
    assert stable(head) == stable(get)
    expect.no_body(head)


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(("path", "status"), READ)
def test_head(
    server: Server, user: User, made: int, path: str, status: int
) -> None:
    """HEAD answers as GET does, without a body."""
    compare_head(server, path.format(id=made), status, bearer(user))


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize("path", ["/api/me", "/api/bookmarks/1", "/api/users"])
def test_head_without_a_token(server: Server, path: str) -> None:
    """HEAD answers a stranger as GET does, without a body."""
    compare_head(server, path, 401)


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(
    "path", ["/static/style.css", "/static/icon.svg", "/api/openapi.json"]
)
def test_head_of_a_file(server: Server, path: str) -> None:
    """HEAD of what is a file has the status and the headers of GET."""
    compare_head(server, path, 200)


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(
    "path", ["/", "/?page=0", "/import", "/login", "/register", "/export"]
)
def test_head_of_a_page(member: Visitor, path: str) -> None:
    """HEAD of a page has the status and the headers of GET."""
    member.get(path, expect={200, 422})  # which may set a cookie
    get = member.get(path, expect={200, 422})
    head = member.request("HEAD", path, expect=get.status_code)
    expect.no_body(head)
    assert stable(head) == stable(get)


@pytest.mark.rule("ROUTING-5")
@pytest.mark.parametrize("path", API)
def test_options(client: Client, path: str) -> None:
    """OPTIONS on a known path answers with Allow, without a token."""
    answer = client.request("OPTIONS", path, expect={200, 204})
    expect.allow(answer, API[path])


@pytest.mark.rule("ROUTING-5")
@pytest.mark.parametrize("path", PAGES)
def test_options_of_a_page(client: Client, path: str) -> None:
    """OPTIONS on a page answers with Allow, without a session."""
    answer = client.request("OPTIONS", path, expect={200, 204})
    expect.allow(answer, PAGES[path])


@pytest.mark.rule("ROUTING-6", "ROBUSTNESS-2")
@pytest.mark.parametrize(
    "path", [*API, *(page for page in PAGES if page != "/")]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_slash_at_the_end(client: Client, path: str, method: str) -> None:
    """A slash more answers 404, or leads to the path without it."""
    answer = client.request(method, path + "/", expect=REDIRECTED)
    target = answer.headers.get("location", path)
    assert urljoin(client.url + path, target) == client.url + path


@pytest.mark.rule("ROUTING-6")
def test_slash_at_the_end_keeps_the_item(user: User, made: int) -> None:
    """DELETE with a slash more deletes nothing."""
    user.request("DELETE", f"/api/bookmarks/{made}/", expect=REDIRECTED)
    user.request("show_bookmark", id=made, expect=200)


@pytest.mark.rule("ROUTING-7")
@pytest.mark.parametrize(
    "path",
    [
        "/%68ealthz",
        "/health%7A",
        "/health%7a",
        "/%61pi/bookmarks",
        "/api/%62ookmarks",
        "/api/bookmark%73",
        "/%61%70%69/%74%61%67%73",
        "/api/%6D%65",
    ],
)
def test_encoded_characters(server: Server, user: User, path: str) -> None:
    """An encoded unreserved character means the character."""
    request = raw.message("GET", path, [bearer(user)])
    raw.exchange(server, request, expect=200)


@pytest.mark.rule("ROUTING-7")
def test_encoded_digits(server: Server, user: User) -> None:
    """An id may come percent-encoded."""
    bookmark = user.bookmark()
    encoded = "".join(f"%3{digit}" for digit in str(bookmark["id"]))
    request = raw.message("GET", f"/api/bookmarks/{encoded}", [bearer(user)])
    answer = raw.exchange(server, request, expect=200)[0]
    assert expect.strict_json(answer) == bookmark


@pytest.mark.rule("ROUTING-7")
def test_characters_encoded_twice(server: Server, user: User) -> None:
    """Decoding happens once."""
    request = raw.message("GET", "/api/%2562ookmarks", [bearer(user)])
    raw.exchange(server, request, expect=404)


@pytest.mark.rule("ROUTING-8")
@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_id_that_is_no_number(user: User, method: str, number: str) -> None:
    """An id that is no number makes an unknown path, or a refused one."""
    user.request(method, f"/api/bookmarks/{number}", expect=MISSING)


@pytest.mark.rule("ROUTING-8")
@pytest.mark.parametrize("number", NO_NUMBERS)
def test_id_that_is_no_number_without_permission(
    client: Client, user: User, number: str
) -> None:
    """What is not allowed anyway may be answered first."""
    path = f"/api/users/{number}"
    client.request("DELETE", path, expect={401} | MISSING)
    user.request("DELETE", path, expect={403} | MISSING)


@pytest.mark.rule("ROUTING-8", "ROUTING-9", "PAGES-11")
@pytest.mark.parametrize("number", [*NO_NUMBERS, *REFUSED_IDS])
def test_id_of_no_page(member: Visitor, number: str) -> None:
    """A bookmark that nobody can have has no pages."""
    for page in ("edit", "delete"):
        member.get(f"/bookmarks/{number}/{page}", expect=MISSING)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize(("number", "statuses"), REFUSED_IDS.items())
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_id_that_nobody_has(
    user: User, method: str, number: str, statuses: set[int]
) -> None:
    """An id of any length is a missing object."""
    body = {"url": unique_url(), "title": "A title"}
    path = f"/api/bookmarks/{number}"
    user.request(method, path, json=body, expect=statuses)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize(("number", "statuses"), REFUSED_IDS.items())
def test_id_of_a_user_that_nobody_has(
    client: Client,
    user: User,
    admin: User,
    number: str,
    statuses: set[int],
) -> None:
    """A missing account is told to administrators; others may be refused."""
    path = f"/api/users/{number}"
    client.request("DELETE", path, expect={401} | statuses)
    user.request("DELETE", path, expect={403} | statuses)
    admin.request("DELETE", path, expect=statuses)


@pytest.mark.rule("ROUTING-11")
@pytest.mark.parametrize(
    "header",
    [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
    ],
)
def test_method_in_a_header(user: User, header: str) -> None:
    """A header does not change the method."""
    override = {header: "DELETE"}
    body = {"url": unique_url(), "title": "A title"}
    created = user.request(
        "create_bookmark", json=body, headers=override, expect=201
    ).json()
    for _ in range(2):
        user.request(
            "show_bookmark", id=created["id"], headers=override, expect=200
        )


@pytest.mark.rule("ROUTING-11")
def test_method_in_a_parameter(user: User) -> None:
    """A parameter does not change the method."""
    number = user.bookmark()["id"]
    path = f"/api/bookmarks/{number}?_method=DELETE"
    for _ in range(2):
        user.request("GET", path, expect=200)
    user.request("POST", path, json={}, expect=405)


@pytest.mark.rule("ROUTING-12")
@pytest.mark.parametrize("path", [*API, "/login"])
def test_trace(client: Client, path: str) -> None:
    """TRACE answers 405 and echoes nothing."""
    secret = {
        "Authorization": "Bearer swordfish",
        "X-Secret": "mellon",
        "Cookie": "a=sesame",
    }
    answer = client.request("TRACE", path, headers=secret, expect=405)
    expect.no_secret(answer, "swordfish", "mellon", "sesame")


@pytest.mark.rule("ROUTING-13")
@pytest.mark.parametrize("method", ["FOO", "get", "Get", "GETS", "XPOST"])
@pytest.mark.parametrize(
    "path", ["/healthz", "/api/bookmarks", "/api/me", "/nothing"]
)
def test_unknown_method(
    server: Server, user: User, path: str, method: str
) -> None:
    """A method that nobody knows: not 2xx, and no 5xx but 501."""
    request = raw.message(method, path, [bearer(user)])
    raw.exchange(server, request, expect={*range(300, 500), 501})


@pytest.mark.rule("ROUTING-14")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/json", b'{"url": '),
        ("application/json", b"[1]"),
        ("text/plain", b"hello"),
        ("application/x-www-form-urlencoded", b"page=0"),
        ("multipart/form-data", b"--"),
        (None, b"\xff\x00"),
        ("nonsense", b""),
        ("application/json", b""),
    ],
)
def test_body_of_get_and_delete(
    user: User, kind: str | None, body: bytes
) -> None:
    """A body or a type on GET and DELETE is ignored."""
    number = user.bookmark()["id"]
    more = {"data": body, "headers": {"Content-Type": kind}, "id": number}
    user.request("list_bookmarks", **more, expect=200)
    user.request("show_bookmark", **more, expect=200)
    user.request("delete_bookmark", **more, expect=204)
    user.request("show_bookmark", **more, expect=404)


@pytest.mark.rule("ROUTING-1")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/bookmarks/987654",
        "/bookmarks//edit",
        "/bookmarks/987654/edit/x",
        "/bookmarks/987654/Edit",
        "/bookmarks/edit",
        "/Login",
        "/logins",
        "/index.html",
        "/favicon.ico",
        "/openapi.json",
    ],
)
def test_unknown_page(client: Client, path: str, method: str) -> None:
    """An unknown page answers 404, and does not redirect."""
    client.request(method, path, expect=404)


@pytest.mark.rule("ROUTING-11")
@pytest.mark.parametrize("name", ["_method", "_METHOD", "method"])
def test_method_in_a_form(user: User, member: Visitor, name: str) -> None:
    """A field of a form does not change the method."""
    number = user.bookmark()["id"]
    path = f"/bookmarks/{number}/edit"
    form = document.form_to(member.visit(path), path)
    pairs = [*document.filled(form, title="Kept"), (name, "DELETE")]
    member.post(path, pairs, expect={302, 303})
    shown = user.request("show_bookmark", id=number, expect=200)
    assert shown.json()["title"] == "Kept"

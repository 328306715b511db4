"""Routing: from a method and a path to one operation, or a refusal."""

import document
import expect
import pytest
import raw
from client import Client, User, unique_url
from servers import Server
from visitor import PAGES, Visitor

pytest_plugins = "visiting"

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
ALLOWED = API | PAGES
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
REFUSED = [
    (path, method)
    for path, allowed in ALLOWED.items()
    for method in METHODS
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
    ("/api/bookmarks/0", 404),
    ("/api/tags", 200),
    ("/api/users", 403),
    ("/api/export", 200),
    ("/api/export?format=ndjson", 200),
    ("/api/export?format=x", 422),
    ("/api/openapi.json", 200),
    ("/static/style.css", 200),
    ("/static/nothing.css", 404),
    ("/api/nothing", 404),
    ("/nothing", 404),
]
STRANGE_IDS = [
    "-1",
    "+1",
    "%2B1",
    "1.0",
    "1e3",
    "0x1",
    "1_0",
    "1,2",
    "1;2",
    "abc",
    "null",
    "%201",
    "1%20",
    "1%09",
    "%EF%BC%91",
    "%D9%A1",
    "%C2%B2",
    "1%2C",
    "1%26",
    "me",
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
]
MISSING_IDS = ["0", "9" * 19, "9223372036854775808", "1" * 25, "7" * 5000]
BROKEN = [
    "%FF",
    "%C3",
    "%C0%AF",
    "%ED%A0%80",
    "%F5%80%80%80",
    "%00",
    "1%00",
    "%0A",
    "1%0A",
    "1%0D",
    "%0D%0AX-Evil:%201",
    "%0D%0A%0D%0Aevil",
]
UNSTABLE = {"date", "x-request-id", "content-length", "transfer-encoding"}


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


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
        (name.lower(), value)
        for name, value in response.header_list
        if name.lower() not in UNSTABLE
    )


@pytest.mark.rule("ROUTING-1")
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
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


@pytest.mark.rule("ROUTING-2", "ROUTING-3", "ERRORS-1", "ERRORS-3")
@pytest.mark.parametrize(("path", "method"), REFUSED)
def test_other_method(client: Client, path: str, method: str) -> None:
    """A known path with a method it does not have: 405 and Allow."""
    answer = client.request(method, path, expect=405)
    expect.allow(answer, ALLOWED[path])


@pytest.mark.rule("ROUTING-2", "ROUTING-3", "ERRORS-7")
@pytest.mark.parametrize(("path", "method"), REFUSED[::4])
@pytest.mark.parametrize("kind", ["json", "x-www-form-urlencoded"])
def test_other_method_with_a_token(
    user: User, path: str, method: str, kind: str
) -> None:
    """Neither a token nor a body changes what a path lacks."""
    headers = {"Content-Type": f"application/{kind}"}
    answer = user.request(method, path, data=b"{", headers=headers, expect=405)
    expect.allow(answer, ALLOWED[path])


@pytest.mark.rule("ROUTING-2", "ROUTING-3")
@pytest.mark.parametrize("number", ["0", "9" * 19, "{id}"])
def test_other_method_of_an_item(user: User, made: int, number: str) -> None:
    """405 does not depend on whether the item exists."""
    path = "/api/bookmarks/" + number.format(id=made)
    answer = user.request("POST", path, json={}, expect=405)
    expect.allow(answer, ALLOWED["/api/bookmarks/987654"])


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(("path", "status"), READ)
def test_head(
    server: Server, user: User, made: int, path: str, status: int
) -> None:
    """HEAD answers as GET does, without a body."""
    target = path.format(id=made)
    get, head = (
        raw.exchange(
            server,
            raw.message(method, target, [bearer(user)]),
            expect=status,
        )[0]
        for method in ("GET", "HEAD")
    )
    assert stable(head) == stable(get)
    assert get.content != b""
    expect.no_body(head)


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/me", 401),
        ("/api/bookmarks", 401),
        ("/api/bookmarks/1", 401),
        ("/api/users", 401),
        ("/export", 303),
        ("/import", 303),
        ("/bookmarks/1/edit", 303),
        ("/", 303),
    ],
)
def test_head_without_a_token(server: Server, path: str, status: int) -> None:
    """HEAD answers a stranger as GET does, without a body."""
    get, head = (
        raw.exchange(server, raw.message(method, path), expect=status)[0]
        for method in ("GET", "HEAD")
    )
    assert stable(head) == stable(get)
    expect.no_body(head)


@pytest.mark.rule("ROUTING-5")
@pytest.mark.parametrize("path", ALLOWED)
def test_options(client: Client, path: str) -> None:
    """OPTIONS on a known path: 204 and Allow, without a token."""
    answer = client.request("OPTIONS", path, expect=204)
    expect.allow(answer, ALLOWED[path])
    expect.no_body(answer)


@pytest.mark.rule("ROUTING-5")
@pytest.mark.parametrize("number", ["0", "9" * 19])
def test_options_of_a_missing_item(user: User, number: str) -> None:
    """OPTIONS speaks of the path, not of the item."""
    path = f"/api/bookmarks/{number}"
    answer = user.request("OPTIONS", path, expect=204)
    expect.allow(answer, ALLOWED["/api/bookmarks/987654"])


@pytest.mark.rule("ROUTING-6")
@pytest.mark.parametrize("path", [path for path in ALLOWED if path != "/"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_slash_at_the_end(client: Client, path: str, method: str) -> None:
    """A slash more is another path: 404 and no redirect."""
    answer = client.request(method, path + "/", expect=404)
    assert "location" not in answer.headers


@pytest.mark.rule("ROUTING-6")
def test_slash_at_the_end_keeps_the_item(user: User, made: int) -> None:
    """DELETE with a slash more deletes nothing."""
    user.request("DELETE", f"/api/bookmarks/{made}/", expect=404)
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
@pytest.mark.parametrize("number", STRANGE_IDS)
def test_id_of_other_characters(user: User, number: str) -> None:
    """An id with anything but digits makes an unknown path."""
    user.request("GET", f"/api/bookmarks/{number}", expect=404)


@pytest.mark.rule("ROUTING-8")
@pytest.mark.parametrize("number", ["-1", "1.0", "%D9%A1", "abc"])
@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/bookmarks/", "/api/users/"])
def test_id_of_other_characters_without_a_token(
    client: Client, path: str, method: str, number: str
) -> None:
    """Such a path is unknown for every method, before any 401 or 405."""
    client.request(method, path + number, expect=404)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize("number", MISSING_IDS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_id_out_of_range(user: User, method: str, number: str) -> None:
    """0 and more than 18 digits are a missing object."""
    body = {"url": unique_url(), "title": "A title"}
    path = f"/api/bookmarks/{number}"
    user.request(method, path, json=body, expect=404)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize("number", MISSING_IDS)
@pytest.mark.parametrize("path", ["/api/bookmarks/", "/api/users/"])
def test_id_out_of_range_without_a_token(
    client: Client, path: str, number: str
) -> None:
    """A missing object is no business of strangers: 401."""
    client.request("DELETE", path + number, expect=401)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize("number", MISSING_IDS)
def test_id_out_of_range_without_permission(user: User, number: str) -> None:
    """A missing account is no business of other accounts: 403."""
    user.request("DELETE", f"/api/users/{number}", expect=403)


@pytest.mark.rule("ROUTING-9")
@pytest.mark.parametrize("number", MISSING_IDS)
def test_id_of_a_user_out_of_range(admin: User, number: str) -> None:
    """An administrator learns that the account is missing."""
    admin.request("DELETE", f"/api/users/{number}", expect=404)


@pytest.mark.rule("ROUTING-10")
@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/", "/api/tags", "/api/bookmarks/"]
)
def test_broken_characters(
    server: Server, user: User, path: str, broken: str
) -> None:
    """No UTF-8, NUL and line breaks: 404, and no header from them."""
    request = raw.message("GET", path + broken, [bearer(user)])
    answer = raw.exchange(server, request, expect=404)[0]
    assert "x-evil" not in answer.headers


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
@pytest.mark.parametrize("path", ALLOWED)
def test_trace(client: Client, path: str) -> None:
    """TRACE answers 405 and echoes nothing."""
    secret = {
        "Authorization": "Bearer swordfish",
        "X-Secret": "mellon",
        "Cookie": "a=sesame",
    }
    answer = client.request("TRACE", path, headers=secret, expect=405)
    expect.allow(answer, ALLOWED[path])
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


# What only pages have

NO_PAGES = [
    "//",
    "/bookmarks/987654",
    "/bookmarks/987654/",
    "/bookmarks//edit",
    "/bookmarks/987654/edit/x",
    "/bookmarks/987654/Edit",
    "/bookmarks/edit",
    "/Login",
    "/logins",
    "/index.html",
    "/favicon.ico",
    "/docs",
    "/redoc",
    "/openapi.json",
]


@pytest.mark.rule("ROUTING-4")
@pytest.mark.parametrize(
    "path", ["/", "/?page=0", "/import", "/login", "/register", "/export"]
)
def test_head_of_a_page_of_an_account(member: Visitor, path: str) -> None:
    """HEAD of a page has the status and the headers of GET."""
    member.get(path, expect={200, 422})  # which may set a cookie
    get = member.get(path, expect={200, 422})
    head = member.request("HEAD", path, expect=get.status_code)
    expect.no_body(head)
    assert stable(head) == stable(get)


@pytest.mark.rule("ROUTING-8")
@pytest.mark.parametrize("number", STRANGE_IDS)
def test_id_of_other_characters_in_a_page(client: Client, number: str) -> None:
    """An id with anything but digits makes an unknown page."""
    client.request("GET", f"/bookmarks/{number}/edit", expect=404)
    client.request("POST", f"/bookmarks/{number}/delete", expect=404)


@pytest.mark.rule("ROUTING-9", "PAGES-11")
@pytest.mark.parametrize("number", MISSING_IDS)
def test_id_out_of_range_in_a_page(member: Visitor, number: str) -> None:
    """0 and more than 18 digits are a missing bookmark."""
    path = f"/bookmarks/{number}/edit"
    expect.page_error(member.get(path, expect=404), 404)


@pytest.mark.rule("ROUTING-1", "ERRORS-3")
@pytest.mark.parametrize("path", NO_PAGES)
def test_unknown_page(client: Client, path: str) -> None:
    """An unknown page answers 404 as HTML, and does not redirect."""
    for method in ("GET", "POST"):
        answer = client.request(method, path, expect=404)
        expect.page_error(answer, 404)


@pytest.mark.rule("ROUTING-11")
@pytest.mark.parametrize("name", ["_method", "_METHOD", "method"])
def test_method_in_a_form(user: User, member: Visitor, name: str) -> None:
    """A field of a form does not change the method."""
    number = user.bookmark()["id"]
    path = f"/bookmarks/{number}/edit"
    form = document.form_to(member.visit(path), path)
    pairs = [*document.filled(form, title="Kept"), (name, "DELETE")]
    member.post(path, pairs, expect=303)
    shown = user.request("show_bookmark", id=number, expect=200)
    assert shown.json()["title"] == "Kept"

"""Errors: one shape, one order, and nothing of the inside."""

import re
import sqlite3
from collections.abc import Callable

import pytest

from tests.support import expect, raw
from tests.support.client import (
    OPERATIONS,
    PASSWORD,
    Client,
    User,
    unique,
    unique_url,
)
from tests.support.servers import Server
from tests.support.visitor import Visitor, multipart

pytest_plugins = "tests.support.visiting"

ANY_TOKEN = "x" * 43
ACCEPTS = ["text/html", "application/json;q=0", "nonsense", ""]
FAILURES = [401, 403, 404, 405, 409, 422]
BODIES = [
    (b"{", "application/json"),
    (b"", "application/json"),
    (b"{}", "text/plain"),
    (b"{}", None),
]


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


@pytest.fixture
def fail(user: User) -> Callable[..., object]:
    """Give a maker of responses with the error status that is asked for."""
    made = user.bookmark()
    body = {"url": unique_url(), "title": "A title"}
    twin = {"url": made["url"], "title": "A twin"}
    wrong = {"current_password": "wrong", "new_password": "long enough 9"}
    anonymous = Client(user.client.url)

    def fail(status: int, **headers: str | None) -> object:
        send, operation, more = {
            401: (anonymous, "create_bookmark", {"json": body}),
            403: (user, "change_password", {"json": wrong}),
            404: (user, "show_bookmark", {"id": 987654}),
            405: (user, "DELETE", {"path": "/api/tags"}),
            409: (user, "create_bookmark", {"json": twin}),
            422: (user, "create_bookmark", {"json": {}}),
        }[status]
        return send.request(operation, **more, headers=headers, expect=status)

    return fail


@pytest.mark.rule("ERRORS-1", "ERRORS-2")
@pytest.mark.parametrize("status", FAILURES)
@pytest.mark.parametrize("accept", ACCEPTS)
def test_problem_document(
    fail: Callable[..., object], accept: str, status: int
) -> None:
    """Each error of the API is a problem document, whatever is accepted."""
    expect.problem(fail(status, Accept=accept), status)


@pytest.mark.rule("ERRORS-1")
@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing"])
def test_problem_document_of_an_unknown_path(
    client: Client, path: str, accept: str
) -> None:
    """An unknown path below /api is a problem document, too."""
    answer = client.request(
        "GET", path, headers={"Accept": accept}, expect=404
    )
    expect.problem(answer, 404)


@pytest.mark.rule("ERRORS-1")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_problem_document_of_the_probes(client: Client, path: str) -> None:
    """The probes belong to the API."""
    answer = client.request("POST", path, json={}, expect=405)
    expect.problem(answer, 405)


@pytest.mark.rule("ERRORS-3")
@pytest.mark.parametrize(
    "path",
    [
        "/<script>alert(1)</script>",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/%22onmouseover=%22alert(1)",
        "/nothing?<script>alert(1)</script>",
        "/nothing?%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/{{7*7}}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_error_of_a_page_shows_no_markup(
    client: Client, method: str, path: str
) -> None:
    """What came from the request is escaped, or not there."""
    headers = {
        "Referer": "http://localhost/<script>",
        "User-Agent": "<script>",
    }
    answer = client.request(method, path, headers=headers, expect=404)
    assert not re.search(r"(?i)<script|\"onmouseover|49", answer.text)


@pytest.mark.rule("ERRORS-10")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/nothing", "/apis", "/nothing.json"])
def test_unknown_page_is_html(client: Client, method: str, path: str) -> None:
    """An unknown page answers HTML, whatever is accepted."""
    headers = {"Accept": "application/json"}
    answer = client.request(method, path, headers=headers, expect=404)
    expect.page_error(answer, 404)


@pytest.mark.rule("ERRORS-10")
@pytest.mark.parametrize("path", ["/logout", "/bookmarks"])
def test_other_method_of_a_page_is_html(member: Visitor, path: str) -> None:
    """A method that a page does not have answers HTML."""
    expect.page_error(member.get(path, expect=405), 405)


@pytest.mark.rule("ERRORS-10")
def test_missing_bookmark_is_html(member: Visitor) -> None:
    """The page of a bookmark that is missing answers HTML."""
    answer = member.get("/bookmarks/987654/edit", expect=404)
    expect.page_error(answer, 404)


@pytest.mark.rule("ERRORS-4")
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/.git/config",
        "/.env",
        "/app/settings",
        "/debug",
        "/console",
        "/openapi.json",
        "/run",
        "/var/shelf.db",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_inside_is_not_served(server: Server, path: str) -> None:
    """Neither files nor doors for developers are served."""
    answer = raw.exchange(server, raw.message("GET", path), expect=404)[0]
    assert expect.leaks(answer, "", b"") == []


@pytest.mark.rule("ERRORS-5", "ERRORS-4")
@pytest.mark.managed
def test_unexpected_exception(server: Server, user: User) -> None:
    """An unexpected exception answers 500 and the server goes on."""
    number = user.bookmark()["id"]
    with sqlite3.connect(server.database, timeout=10) as db:
        db.execute(
            "UPDATE bookmarks SET updated_at = 'yesterday' WHERE id = ?",
            [number],
        )
    db.close()
    change = {"title": "Another title"}
    for _ in range(3):
        answer = user.request(
            "update_bookmark", id=number, json=change, expect=500
        )
        assert expect.leaks(answer, "", b"") == []
        expect.problem(answer, 500)
    user.bookmark()
    user.request("show_health", expect=200)
    user.request("show_me", expect=200)


@pytest.mark.rule("ERRORS-6", "MIGRATIONS-6", "MIGRATIONS-7", "HEALTH-5")
@pytest.mark.managed
def test_every_operation_without_a_database(bare: Server) -> None:
    """Without a database, what needs one answers 503 and Retry-After."""
    account = {"username": unique(), "password": PASSWORD}
    bookmark = {"url": unique_url(), "title": "A title"}
    change = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
    bodies = {
        "register_user": account,
        "create_token": account,
        "change_password": change,
        "create_bookmark": bookmark,
        "replace_bookmark": bookmark,
        "update_bookmark": bookmark,
    }
    kind, form = multipart([], {"file": ("x.html", b"<DL><p></DL>")})
    file = {"data": form, "headers": {"Content-Type": kind}}
    asked = [
        *((*OPERATIONS[name], {}) for name in OPERATIONS.keys() - bodies),
        *((*OPERATIONS[name], {"json": bodies[name]}) for name in bodies),
        ("POST", "/api/import", file),
        ("GET", "/api/export", {}),
        ("GET", "/api/export?format=ndjson", {}),
    ]
    asked.remove(("GET", "/healthz", {}))
    client = Client(bare.url, ANY_TOKEN)
    for method, path, more in asked:
        answer = client.request(method, path, id=1, **more, expect=503)
        expect.retry_after(answer)
    client.request("show_health", expect=200)
    client.request("GET", "/api/openapi.json", expect=200)
    client.close()
    assert not list(bare.folder.glob("shelf.db*"))


@pytest.mark.rule("ERRORS-7")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/nothing"),
        ("DELETE", "/api/tags"),
        ("POST", "/healthz"),
        ("GET", "/api/me"),
        ("GET", "/api/bookmarks?page=0"),
        ("OPTIONS", "/api/me"),
        ("GET", "/nothing"),
    ],
)
def test_bad_host_comes_first(server: Server, method: str, path: str) -> None:
    """A bad host is answered before any other fault."""
    request = raw.message(method, path, host="evil.example")
    raw.exchange(server, request, expect=400)


@pytest.mark.rule("ERRORS-7")
@pytest.mark.parametrize("token", [None, "bad"])
@pytest.mark.parametrize(("body", "kind"), BODIES)
@pytest.mark.parametrize(
    ("path", "status"), [("/api/nothing", 404), ("/api/me", 405)]
)
def test_path_and_method_come_before_token_and_body(
    client: Client,
    path: str,
    status: int,
    body: bytes,
    kind: str | None,
    token: str | None,
) -> None:
    """What a path does not have is answered before token and body."""
    client.token = token
    headers = {"Content-Type": kind}
    client.request("POST", path, data=body, headers=headers, expect=status)


@pytest.mark.rule("ERRORS-8")
@pytest.mark.parametrize("token", [None, "bad", ANY_TOKEN])
@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("show_bookmark", {"id": 987654}),
        ("delete_bookmark", {"id": 987654}),
        ("replace_bookmark", {"id": 987654, "json": {}}),
        ("update_bookmark", {"id": 987654, "json": {"url": 1}}),
        ("create_bookmark", {"json": {}}),
        ("create_bookmark", {"json": []}),
        ("change_password", {"json": {"x": 1}}),
        ("list_bookmarks", {"params": {"page": "0"}}),
        ("list_users", {"params": {"page": "x"}}),
        ("delete_user", {"id": 987654}),
    ],
)
def test_token_comes_before_object_and_input(
    client: Client, token: str | None, operation: str, more: dict
) -> None:
    """A missing or bad token is answered first."""
    client.token = token
    client.request(operation, **more, expect=401)


@pytest.mark.rule("ERRORS-8")
@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("list_users", {}),
        ("list_users", {"params": {"page": "0"}}),
        ("list_users", {"params": {"per_page": "x"}}),
        ("delete_user", {"id": 987654}),
    ],
)
def test_permission_comes_before_object_and_input(
    user: User, operation: str, more: dict
) -> None:
    """A missing permission is answered before object and input."""
    user.request(operation, **more, expect=403)


@pytest.mark.rule("ERRORS-8")
@pytest.mark.parametrize(
    "body",
    [{}, {"url": 1}, {"title": ""}, {"url": "x", "title": "y"}, {"id": 1}],
)
def test_object_comes_before_input(user: User, body: dict) -> None:
    """A missing object is answered before invalid input."""
    user.request("replace_bookmark", id=987654321, json=body, expect=404)
    user.request("update_bookmark", id=987654321, json=body, expect=404)


@pytest.mark.rule("ERRORS-9")
@pytest.mark.parametrize(
    ("operation", "body", "field"),
    [
        ("create_token", {"username": "nobody", "password": 1}, "password"),
        (
            "create_token",
            {"username": "nobody", "password": "wrong one", "x": 1},
            "x",
        ),
        (
            "change_password",
            {"current_password": "wrong one", "new_password": "short"},
            "new_password",
        ),
        (
            "change_password",
            {"current_password": "wrong one"},
            "new_password",
        ),
    ],
)
def test_input_comes_before_a_wrong_password(
    user: User, operation: str, body: dict, field: str
) -> None:
    """Invalid input is answered before a wrong password."""
    answer = user.request(operation, json=body, expect=422)
    errors = expect.problem(answer, 422)["errors"]
    assert [error["field"] for error in errors] == [field]


@pytest.mark.rule("ERRORS-9")
@pytest.mark.parametrize(
    "operation", ["create_bookmark", "replace_bookmark", "update_bookmark"]
)
def test_input_comes_before_a_conflict(user: User, operation: str) -> None:
    """Invalid input is answered before a URL that exists."""
    url = user.bookmark()["url"]
    number = user.bookmark()["id"]
    body = {"url": url, "title": ""}
    answer = user.request(operation, json=body, id=number, expect=422)
    expect.problem(answer, 422, [("title", "too_short")])


@pytest.mark.rule("ERRORS-9")
def test_input_comes_before_a_taken_name(user: User) -> None:
    """Invalid input is answered before a name that exists."""
    body = {"username": user.username, "password": "short"}
    answer = user.request("register_user", json=body, expect=422)
    expect.problem(answer, 422, [("password", "too_short")])

"""Logging: errors with their tracebacks, and a line for each request."""

import json
import os
import re
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from tests.support import document, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    together,
    unique,
    unique_url,
)
from tests.support.difference import Form, differ
from tests.support.expect import REFUSED
from tests.support.servers import Server
from tests.support.tables import locked, renamed, spoil_times
from tests.support.visitor import ACCEPTED, FORM_AGAIN, Visitor

LEVELS = {"debug", "info", "warning", "error", "critical"}
# A place in the source, on a line of its own: `  File "a.py", line 1`,
# `    at f (a.js:1:2)`, `\ta.go:1`.
PLACE = re.compile(r"\n\s.*(?:line |:)\d+")


@pytest.fixture
def reader(loud: Server) -> Iterator[User]:
    """Give an account of the server that logs at debug."""
    user = register(loud.url)
    yield user
    user.client.close()


def lines_of(server: Server, after: int = 0) -> list[dict]:
    """Return the objects in the log from a place on, each in a line."""
    text = server.log_text()[after:]
    whole = text[: text.rfind("\n") + 1]
    return [read_line(one) for one in whole.splitlines() if one[:1] == "{"]


def read_line(line: str) -> dict:
    """Read the object that a line is."""
    try:
        return json.loads(line)
    except ValueError:
        raise AssertionError(f"no JSON object in a line: {line}") from None


def check_line(line: dict) -> None:
    """Check what every line has: time, level and message."""
    moment = datetime.fromisoformat(line["time"])
    assert moment.utcoffset() is not None, line["time"]
    assert line["level"].lower() in LEVELS, line["level"]
    assert isinstance(line["message"], str)
    assert line["message"]


def has_traceback(line: dict) -> bool:
    """Tell whether any member of a line holds the trace of an exception."""
    return any(PLACE.search(str(value)) for value in line.values())


def errors_with_traceback(
    server: Server, after: int, count: int
) -> list[dict]:
    """Wait for the lines of level `error` that hold a traceback."""

    def errors() -> list[dict]:
        return [
            line
            for line in lines_of(server, after)
            if line["level"].lower() == "error" and has_traceback(line)
        ]

    wait_until(lambda: len(errors()) >= count)
    found = errors()
    for line in found:
        check_line(line)
    return found


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait, not for long: a line may be written after the answer is."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not is_done():
        time.sleep(0.01)
    time.sleep(0.02)  # for a line too many


@pytest.mark.rule("LOGGING-1", "LOGGING-2", "ERRORS-5")
@pytest.mark.managed
def test_an_unexpected_exception_is_logged_with_its_traceback(
    silent: Server,
) -> None:
    """A 500 is one line of level `error` with the traceback."""
    user, start = register(silent.url), len(silent.log_text())
    made, fine = user.bookmark(), user.bookmark()
    spoil_times(silent.database, made["url"])
    for _ in range(2):
        user.request(
            "update_bookmark",
            id=made["id"],
            json={"title": "Other"},
            expect=500,
        )
    assert len(errors_with_traceback(silent, start, 2)) == 2
    user.request("show_bookmark", id=fine["id"], expect=200)
    user.client.close()


@pytest.fixture(params=["error", "debug"])
def failing(
    request: pytest.FixtureRequest, silent: Server, bare: Server
) -> Iterator[tuple[Server, dict]]:
    """Give a server of a level whose database fails, and who signs in."""
    account = {"username": unique(), "password": PASSWORD}
    if request.param == "debug":
        yield bare, account
        return
    client = Client(silent.url)
    client.request("register_user", json=account, expect=201)
    client.close()
    with renamed(silent.database, "tokens"):
        yield silent, account


@pytest.mark.rule("LOGGING-1", "LOGGING-2")
@pytest.mark.managed
def test_a_database_that_fails_is_logged_with_its_traceback(
    failing: tuple[Server, dict],
) -> None:
    """A 503 is one line of level `error` with the traceback."""
    own, account = failing
    client, start = Client(own.url, "A" * 43), len(own.log_text())
    client.request("show_me", expect=503)
    (line,) = errors_with_traceback(own, start, 1)
    assert "sqlite3" in str(line)
    client.request("create_token", json=account, expect=503)
    assert len(errors_with_traceback(own, start, 2)) == 2
    client.close()


@pytest.mark.rule("LOGGING-2")
@pytest.mark.managed
def test_input_cannot_forge_a_line(loud: Server, reader: User) -> None:
    """Line breaks of a request stay inside their line."""
    forged = '\n{"time": "x", "level": "error", "message": "forged"}\n'
    start = len(loud.log_text())
    reader.bookmark(title=f"x{forged}x", notes=forged)
    reader.request("list_bookmarks", params={"q": forged}, expect=200)
    reader.request("list_bookmarks", params={"sort": forged}, expect=422)
    reader.request("GET", "/api/%7b%22message%22:%22forged%22%7d", expect=404)
    lines = lines_from(loud, start, 4)
    assert "forged" not in {line["message"] for line in lines}
    assert "forged" not in {one.get("message") for one in lines_of(loud)}


@pytest.mark.rule("LOGGING-5")
@pytest.mark.managed
def test_debug_logs_requests_too(loud: Server, reader: User) -> None:
    """With `LOG_LEVEL=debug` a request has one line, at level `info`."""
    start = len(loud.log_text())
    reader.request("show_me", expect=200)
    (line,) = lines_from(loud, start, 1)
    assert (line["method"], line["path"]) == ("GET", "/api/me")


@pytest.mark.rule("LOGGING-4")
@pytest.mark.managed
def test_no_line_holds_a_secret(loud: Server) -> None:
    """No line holds a token or a password, at any level."""
    first, second = f"phrase {unique()}", f"phrase {unique()}"
    user = register(loud.url, first)
    token = user.sign_in()
    change = {"current_password": first, "new_password": second}
    bad = {"current_password": second, "new_password": second}
    user.request("change_password", json=bad, expect=403)
    user.request("change_password", json={**change, "x": 1}, expect=422)
    user.request("change_password", json=change, expect=204)
    user.request("show_me", params={"token": token}, expect=200)
    wrong = {"username": user.username, "password": first}
    user.client.request("create_token", json=wrong, expect=401)
    user.client.request("register_user", json=wrong, expect=409)
    user.request(
        "show_me", headers={"Authorization": f"Bearer {token}"}, expect=401
    )
    visitor = Visitor(loud.url)
    visitor.submit("/login", "/login", expect=FORM_AGAIN, **wrong)
    visitor.sign_in(user.username, second)
    page = visitor.visit("/")
    hidden = document.hidden_of(document.form_to(page, "/logout"))
    shown = {*visitor.cookies.values(), *hidden.values()}
    made = user.bookmark(url=unique_url())
    spoil_times(loud.database, made["url"])
    user.request(
        "update_bookmark", id=made["id"], json={"title": "O"}, expect=500
    )
    fields = [*hidden.items(), ("url", made["url"]), ("title", "O")]
    visitor.post(f"/bookmarks/{made['id']}/edit", fields, expect=500)
    visitor.post("/logout", list(hidden.items()), expect=ACCEPTED)
    visitor.close()
    user.client.close()
    name = unique()
    done = loud.run("create-admin", name, input=second)
    text = loud.log_text() + done.stderr + done.stdout
    for secret in (first, second, user.token, token, *shown):
        assert secret not in text
    assert lines_of(loud)


UNREADABLE = [
    "hello x {0} HTTP/1.1\r\nHost: localhost",
    "GET /?token={0}\xff HTTP/1.1\r\nHost: localhost",
    "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization\tBearer {0}",
    "GET / HTTP/1.1\r\nHost: localhost\r\n Authorization: Bearer {0}",
    "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: {0}",
    "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {0}",
]


@pytest.mark.rule("LOGGING-4")
@pytest.mark.managed
@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_not_quoted(loud: Server, text: str) -> None:
    """A malformed request may hold a secret anywhere."""
    secret = unique()
    sent = f"{text.format(secret)}\r\nConnection: close\r\n\r\n"
    allowed = {*range(200, 500), 501, raw.CLOSED}
    raw.exchange(loud, sent.encode("latin-1"), expect=allowed)
    raw.exchange(loud, raw.message("GET", "/healthz"), expect=200)
    assert secret not in loud.log_text()


@pytest.mark.rule("LOGGING-4", "LOGGING-1")
@pytest.mark.managed
def test_no_traceback_holds_a_secret(bare: Server) -> None:
    """No traceback of a database that fails holds a token or a password."""
    own, start = bare, len(bare.log_text())
    token, password = "t" + unique() * 3, f"phrase {unique()}"
    client = Client(own.url, token)
    client.request("show_me", expect=503)
    sent = {"username": unique(), "password": password}
    client.request("create_token", json=sent, expect=503)
    client.request("register_user", json=sent, expect=503)
    client.close()
    assert len(errors_with_traceback(own, start, 3)) == 3
    assert token not in own.log_text()
    assert password not in own.log_text()


def hash_prefix(database: Path) -> str:
    """Return how the hash of every password begins."""
    with closing(sqlite3.connect(database)) as db:
        found = db.execute("SELECT password FROM users").fetchall()
    prefix = os.path.commonprefix([text for (text,) in found])
    assert len(prefix) > 5, found
    return prefix


@pytest.mark.rule("LOGGING-9", "LOGGING-1")
@pytest.mark.managed
def test_a_statement_that_fails_tells_no_value(
    loud: Server, reader: User
) -> None:
    """Title, name, hash and search are not in the log, nor in a traceback."""
    start, secret, more = len(loud.log_text()), unique(), register(loud.url)
    account = {"username": secret, "password": PASSWORD}
    known = {"username": more.username, "password": "a wrong phrase"}
    file = uploads.entry(f"https://{secret}.example/", secret)
    bookmark = {"url": f"https://{secret}.example/", "title": secret}
    made = reader.bookmark()["id"]

    def fails(operation: str, **body: object) -> None:
        reader.request(operation, id=made, expect=503, **body)

    with renamed(loud.database, "bookmarks"):
        fails("create_bookmark", json=bookmark)
        fails("list_bookmarks", params={"q": secret, "tag": secret})
        form = uploads.form(uploads.write(file))
        fails("import_bookmarks", data=form, headers=uploads.FORM)
    with renamed(loud.database, "tags"):
        fails("create_bookmark", json={**bookmark, "tags": [secret]})
        fails("update_bookmark", json={"notes": secret, "tags": [secret]})
    with renamed(loud.database, "users"):
        fails("register_user", json=account)
        fails("create_token", json=account)
    with renamed(loud.database, "failed_sign_ins"):
        fails("create_token", json=known)
    more.client.close()
    assert len(errors_with_traceback(loud, start, 8)) == 8
    text = loud.log_text()
    for value in (secret, more.username, hash_prefix(loud.database)):
        assert value not in text


@pytest.mark.rule("LOGGING-1")
@pytest.mark.managed
def test_a_client_that_errs_is_no_error_of_the_server(
    loud: Server, reader: User
) -> None:
    """4xx are logged neither as errors nor with a traceback."""
    start = len(loud.log_text())
    reader.request("GET", "/api/nothing", expect=404)
    reader.request("create_bookmark", json={}, expect=422)
    made = reader.bookmark()
    sent = {"url": made["url"], "title": "T"}
    reader.request("create_bookmark", json=sent, expect=409)
    with locked(loud.database):
        reader.request("show_bookmark", id=made["id"], expect=200)
    lines = lines_of(loud, start)
    assert "error" not in {line["level"].lower() for line in lines}
    assert not any(map(has_traceback, lines_of(loud, start)))


# The line of each request, and its id

MADE = re.compile(r"[A-Za-z0-9-]{8,64}")
KEPT = [
    "a" * 8,
    "Z" * 64,
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "--------",
    "12345678",
    "AbC-123-xyz",
]
REPLACED = [
    None,
    "",
    "a" * 7,
    "a" * 65,
    "with blank",
    "under_score",
    "dotted.name.x",
    "slash/slash/slash",
    "<script>alert(1)</script>",
    'quote"quote"',
    '{"level": "error"}',
    "a, b, c, d",
    "12345678;x",
    b"\xc3\xbcmlaut-umlaut",
    b"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7\xd9\xa8",
    b"\xb2\xb2\xb2\xb2\xb2\xb2\xb2\xb2",
]
REQUEST = {
    "request_id",
    "method",
    "path",
    "status",
    "milliseconds",
    "address",
    "user_id",
}


@pytest.fixture
def writer(roomy: Server) -> Iterator[User]:
    """Give an account of that server."""
    user = register(roomy.url)
    yield user
    user.client.close()


def lines_from(server: Server, after: int, count: int) -> list[dict]:
    """Wait for the lines of requests, and return all, checked."""
    wait_until(lambda: len(whole_lines(server, after)) >= count)
    found = whole_lines(server, after)
    for line in found:
        check_line(line)
        check_request(line)
    return found


def whole_lines(server: Server, after: int) -> list[dict]:
    """Return the lines of requests that are written to their end."""
    lines = lines_of(server, after)
    return [one for one in lines if one.get("message") == "request"]


def check_request(line: dict) -> None:
    """Check the members that the line of a request has."""
    assert line.keys() >= REQUEST, sorted(line)
    assert line["level"].lower() == "info"
    assert line["request_id"]
    assert type(line["status"]) is int
    assert type(line["milliseconds"]) in (int, float)
    assert 0 <= line["milliseconds"] < 60_000
    assert "?" not in line["path"]


@pytest.mark.rule("LOGGING-5", "LOGGING-7")
@pytest.mark.managed
def test_each_request_logs_one_line(roomy: Server, writer: User) -> None:
    """Method, path, status, id and user of each request."""
    made = writer.bookmark()
    path, start = f"/api/bookmarks/{made['id']}", len(roomy.log_text())
    asked = [
        ("GET", "/healthz", 200, None),
        ("GET", "/readyz", 200, None),
        ("GET", path, 200, writer.id),
        ("PATCH", path, 422, writer.id),
        ("GET", "/api/bookmarks/0", {404, 422}, writer.id),
        ("GET", "/api/users", 403, writer.id),
        ("GET", "/api/export", 200, writer.id),
        ("GET", "/api/nothing", 404, None),
        ("DELETE", "/api/tags", 405, None),
        ("GET", "/api/openapi.json", 200, None),
        ("GET", "/login", 200, None),
        ("GET", "/", ACCEPTED, None),
        ("POST", "/logout", 403, None),
        ("GET", "/nothing", 404, None),
        ("DELETE", path, 204, writer.id),
    ]
    wanted = {}
    for method, target, status, who in asked:
        more = {"json": {"title": ""}} if method == "PATCH" else {}
        more |= {} if who else {"headers": {"Authorization": None}}
        answer = writer.request(method, target, expect=status, **more)
        line = (method, target, answer.status_code, who)
        wanted[answer.headers["x-request-id"]] = line
    found = lines_from(roomy, start, len(asked))
    assert len(found) == len(wanted) == len(asked)
    names = ("method", "path", "status", "user_id")
    assert wanted == {
        line["request_id"]: tuple(line[name] for name in names)
        for line in found
    }
    assert {line["address"] for line in found} == {"127.0.0.1"}


@pytest.mark.rule("LOGGING-5")
@pytest.mark.managed
def test_the_address_is_the_client_s(roomy: Server, address: str) -> None:
    """The address is that of the connection, whatever a header says."""
    start = len(roomy.log_text())
    claimed = [
        ("X-Forwarded-For", "192.0.2.1"),
        ("Forwarded", "for=192.0.2.2"),
    ]
    request = raw.message("GET", "/healthz", claimed)
    place = (roomy.host, roomy.port)
    with socket.create_connection(place, 10, (address, 0)) as connection:
        connection.sendall(request)
        (answer,) = raw.read(connection, [b"GET"], 10)
    assert answer.status_code == 200
    (line,) = lines_from(roomy, start, 1)
    assert line["address"] == address


def failures(server: Server, after: int) -> list[dict]:
    """Return the lines of sign-ins that failed."""
    lines = lines_of(server, after)
    return [one for one in lines if one["message"] == "sign-in failed"]


@pytest.mark.rule("LOGGING-10")
@pytest.mark.managed
def test_a_sign_in_that_fails_is_logged(roomy: Server, writer: User) -> None:
    """One warning each, with id and address and without the name."""
    start, visitor = len(roomy.log_text()), Visitor(roomy.url)
    nobody, wrong = unique(), {"password": f"phrase {unique()}"}
    names = [writer.username, nobody, nobody.upper(), writer.username]
    answers = [
        writer.client.request(
            "create_token", json={"username": name, **wrong}, expect=401
        )
        for name in names[:3]
    ]
    answers.append(
        visitor.submit(
            "/login", "/login", expect=FORM_AGAIN, username=names[3], **wrong
        )
    )
    writer.sign_in()
    visitor.sign_in(writer.username, writer.password)
    visitor.close()
    wait_until(lambda: len(failures(roomy, start)) >= len(names))
    found = failures(roomy, start)
    for line in found:
        check_line(line)
        assert line["level"].lower() == "warning"
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert [line["request_id"] for line in found] == ids
    assert {line["address"] for line in found} == {"127.0.0.1"}
    text = roomy.log_text().lower()
    for secret in (writer.username, nobody, wrong["password"]):
        assert secret not in text


@pytest.mark.rule("LOGGING-5")
@pytest.mark.managed
def test_nobody_is_null(roomy: Server, writer: User) -> None:
    """`user_id` is null for strangers, bad tokens and failed sign-ins."""
    start = len(roomy.log_text())
    body = {"username": writer.username, "password": writer.password}
    bad = {"Authorization": "Bearer " + "x" * 43}
    writer.client.request("show_me", headers=bad, expect=401)
    none = {"Authorization": None}
    writer.client.request("show_me", headers=none, expect=401)
    wrong = {**body, "password": "wrong phrase"}
    writer.client.request("create_token", json=wrong, expect=401)
    found = lines_from(roomy, start, 3)
    assert [line["user_id"] for line in found] == [None, None, None]


@pytest.mark.rule("LOGGING-5", "LOGGING-4")
@pytest.mark.managed
def test_a_page_of_a_user_names_the_user(roomy: Server, writer: User) -> None:
    """The user of a session is the `user_id` of its pages."""
    visitor = Visitor(roomy.url)
    visitor.sign_in(writer.username, writer.password)
    start = len(roomy.log_text())
    visitor.get("/?q=secret")
    visitor.get("/import")
    found = lines_from(roomy, start, 2)
    assert [line["path"] for line in found] == ["/", "/import"]
    assert [line["user_id"] for line in found] == [writer.id] * 2
    text = roomy.log_text()
    for value in visitor.cookies.values():
        assert value not in text
    visitor.close()


@pytest.mark.rule("LOGGING-5", "LOGGING-4")
@pytest.mark.managed
def test_the_query_is_not_logged(roomy: Server, writer: User) -> None:
    """Search words, and tokens in the wrong place, stay out."""
    secret = unique()
    for path in ("/api/bookmarks", "/healthz", "/login", "/nothing"):
        start = len(roomy.log_text())
        query = {"q": secret, "access_token": secret, "next": f"/{secret}"}
        answer = writer.request(
            "GET",
            path,
            params=query,
            headers={
                "Referer": f"http://localhost/?q={secret}",
                "Cookie": f"session={secret}; other={secret}",
                "X-Api-Key": secret,
            },
            expect={200, 404},
        )
        (line,) = lines_from(roomy, start, 1)
        assert (line["path"], line["status"]) == (path, answer.status_code)
    assert secret not in roomy.log_text()


@pytest.mark.rule("LOGGING-5")
@pytest.mark.managed
def test_milliseconds_are_those_of_the_request(
    roomy: Server, writer: User
) -> None:
    """What waits for the database has a larger number."""
    start = len(roomy.log_text())
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool, locked(roomy.database):
        waiting = pool.submit(writer.bookmark)
        writer.request("show_health", expect=200)
        time.sleep(1.5)
    waiting.result(10)
    whole = (time.monotonic() - began) * 1000
    found = lines_from(roomy, start, 2)
    taken = {line["path"]: line["milliseconds"] for line in found}
    assert 500 <= taken["/api/bookmarks"] <= whole
    assert 0 < taken["/healthz"] < taken["/api/bookmarks"]


@pytest.mark.rule("LOGGING-5")
@pytest.mark.managed
def test_above_info_no_request_is_logged(server: Server, user: User) -> None:
    """With `LOG_LEVEL=warning` requests leave no line."""
    user.request("list_bookmarks", expect=200)
    user.request("GET", "/api/nothing", expect=404)
    assert '"request"' not in server.log_text()


@pytest.mark.rule("LOGGING-8")
@pytest.mark.parametrize("value", KEPT)
def test_a_good_request_id_is_kept(user: User, value: str) -> None:
    """An id of 8 to 64 letters, digits and hyphens comes back."""
    headers = {"X-Request-ID": value}
    for path, status in (
        ("/healthz", 200),
        ("/api/me", 200),
        ("/api/nothing", 404),
        ("/login", 200),
        ("/static/style.css", 200),
    ):
        answer = user.request("GET", path, headers=headers, expect=status)
        assert answer.headers["x-request-id"] == value


@pytest.mark.rule("LOGGING-8")
@pytest.mark.parametrize("value", REPLACED)
def test_any_other_request_id_is_replaced(
    server: Server, value: str | bytes | None
) -> None:
    """What is no such id is replaced by a new one."""
    made = set()
    for _ in range(2):
        headers = [] if value is None else [("X-Request-ID", value)]
        request = raw.message("GET", "/healthz", headers)
        (answer,) = raw.exchange(server, request, expect=200)
        own = id_of(answer)
        assert MADE.fullmatch(own), own
        assert own != value
        made.add(own)
    assert len(made) == 2


def id_of(answer: raw.Response) -> str:
    """Return the only `X-Request-ID` of an answer."""
    found = [
        text
        for name, text in answer.header_list
        if name.lower() == "x-request-id"
    ]
    assert len(found) == 1, differ("X-Request-ID", Form("one"), found)
    assert found[0].strip()
    return found[0]


@pytest.mark.rule("LOGGING-6")
def test_two_request_ids_make_one(server: Server) -> None:
    """Sent twice, the answer still carries one."""
    headers = [("X-Request-ID", "a" * 8), ("X-Request-ID", "b" * 8)]
    request = raw.message("GET", "/healthz", headers)
    (answer,) = raw.exchange(server, request, expect=200)
    assert id_of(answer)


@pytest.mark.rule("LOGGING-6")
@pytest.mark.parametrize(
    ("method", "path", "status", "more"),
    [
        ("GET", "/healthz", 200, {}),
        ("DELETE", "/api/tags", 405, {}),
        ("GET", "/api/me", 401, {"headers": {"Authorization": None}}),
        ("GET", "/api/users", 403, {}),
        ("GET", "/api/nothing", 404, {}),
        ("POST", "/api/bookmarks", REFUSED, {"data": b"{}"}),
        ("POST", "/api/bookmarks", 422, {"json": {}}),
        ("GET", "/api/export", 200, {}),
        ("GET", "/", ACCEPTED, {}),
        ("POST", "/logout", 403, {}),
        ("GET", "/nothing", 404, {}),
        ("GET", "/static/icon.svg", 200, {}),
        ("GET", "/static/nothing.svg", 404, {}),
        ("DELETE", "/api/tokens/current", 204, {}),
    ],
)
def test_every_answer_carries_an_id(
    user: User,
    method: str,
    path: str,
    status: int | set[int],
    more: dict,
) -> None:
    """Success, refusal, page or file: each answer has its own id."""
    answer = user.request(method, path, expect=status, **more)
    assert id_of(answer)


@pytest.mark.rule("LOGGING-7", "LOGGING-1")
@pytest.mark.managed
def test_a_traceback_holds_the_id_of_its_request(
    roomy: Server, writer: User
) -> None:
    """The answer, the line of the request and the traceback: one id."""
    made = writer.bookmark()
    spoil_times(roomy.database, made["url"])
    start = len(roomy.log_text())
    answer = writer.request(
        "update_bookmark",
        id=made["id"],
        json={"title": "T"},
        expect=500,
    )
    (line,) = lines_from(roomy, start, 1)
    (error,) = errors_with_traceback(roomy, start, 1)
    assert error.get("request_id") == line["request_id"]
    # An unexpected 500 may go without (LOGGING-6).
    shown = answer.headers.get("x-request-id", line["request_id"])
    assert shown == line["request_id"]
    assert line["status"] == 500


@pytest.mark.rule("LOGGING-7", "LOGGING-5")
@pytest.mark.managed
def test_parallel_requests_keep_their_ids(roomy: Server, writer: User) -> None:
    """Each line has the id and the user of its own request."""
    users = [register(roomy.url) for _ in range(6)]
    start = len(roomy.log_text())

    def work(number: int) -> list[tuple[str, int]]:
        user = users[number]
        return [
            (id_of(user.request("list_bookmarks", expect=200)), user.id)
            for _ in range(15)
        ]

    sent = [one for each in together(len(users), work) for one in each]
    found = lines_from(roomy, start, len(sent))
    assert len(dict(sent)) == len(sent)
    assert sorted(sent) == sorted(
        (line["request_id"], line["user_id"]) for line in found
    )
    for user in users:
        user.client.close()


@pytest.mark.rule("LOGGING-5", "LOGGING-2")
@pytest.mark.managed
def test_a_path_cannot_forge_a_line(roomy: Server) -> None:
    """What stands in a path stays inside its line."""
    start = len(roomy.log_text())
    forged = "%0a%7b%22message%22:%22request%22%7d%1b%5b31m%00%ff"
    forged += "%c2%85%e2%80%a8"  # line ends, too, to some that read a log
    for path in (f"/{forged}", f"/api/{forged}", f"/login/{forged}"):
        raw.exchange(roomy, raw.message("GET", path), expect=REFUSED)
    found = lines_from(roomy, start, 3)
    assert {line["status"] for line in found} <= REFUSED
    assert "\x1b" not in roomy.log_text()

"""Logging: errors, and statements per request."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from client import PASSWORD, Client, User, register, unique, unique_url
from servers import Server
from tables import holds, locked


@pytest.fixture
def reader(loud: Server) -> Iterator[User]:
    """Give an account of the server that logs at debug."""
    user = register(loud.url)
    yield user
    user.client.close()


def lines_of(server: Server, after: int = 0) -> list[dict]:
    """Return the lines of the log from a place on, all of them objects."""
    text = server.log_text()[after:]
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def check_line(line: dict) -> None:
    """Check what every line has: time, level and message."""
    moment = datetime.fromisoformat(line["time"])
    assert moment.utcoffset() is not None, line["time"]
    assert "T" in line["time"]
    assert line["level"] in ("debug", "info", "warning", "error")
    assert isinstance(line["message"], str)
    assert line["message"]


def errors_with_trace(server: Server, after: int = 0) -> list[dict]:
    """Return the lines of level `error` that have a trace, checked."""
    lines = lines_of(server, after)
    for line in lines:
        check_line(line)
    return [
        line
        for line in lines
        if line["level"] == "error"
        and "Traceback (most recent call last)" in line.get("trace", "")
    ]


def spoil_times(server: Server, url: str) -> None:
    """Put something that is no time where a bookmark's times are."""
    (table, _), *_ = holds(server.database, url)
    with closing(sqlite3.connect(server.database)) as db, db:
        db.execute(
            f"UPDATE {table} SET created_at = 'spoiled',"
            " updated_at = 'spoiled' WHERE url = ?",
            [url],
        )


@pytest.mark.rule("LOGGING-1", "LOGGING-2", "ERRORS-5")
@pytest.mark.managed
def test_an_unexpected_exception_is_logged_with_its_trace(
    silent: Server,
) -> None:
    """A 500 is one line of level `error` with the traceback."""
    user, start = register(silent.url), len(silent.log_text())
    made, fine = user.bookmark(), user.bookmark()
    spoil_times(silent, made["url"])
    for _ in range(2):
        user.request(
            "update_bookmark",
            id=made["id"],
            json={"title": "Other"},
            expect=500,
        )
    assert len(errors_with_trace(silent, start)) == 2
    user.request("show_bookmark", id=fine["id"], expect=200)
    user.client.close()


@pytest.mark.rule("LOGGING-1", "LOGGING-2")
@pytest.mark.managed
@pytest.mark.parametrize("name", ["bare", "loud_bare"])
def test_a_database_that_fails_is_logged_with_its_trace(
    request: pytest.FixtureRequest, name: str
) -> None:
    """A 503 is one line of level `error` with the traceback."""
    own = request.getfixturevalue(name)
    client, start = Client(own.url, "A" * 43), len(own.log_text())
    client.request("show_me", expect=503)
    (line,) = errors_with_trace(own, start)
    assert "sqlite3" in line["trace"]
    sent = {"username": unique(), "password": PASSWORD}
    client.request("create_token", json=sent, expect=503)
    assert len(errors_with_trace(own, start)) == 2
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
    reader.request(
        "GET", "/api/x%0a%7b%22message%22:%22forged%22%7d", expect=404
    )
    for line in lines_of(loud, start):
        check_line(line)
        assert line["message"] != "forged"


def requests_in(server: Server, after: int) -> list[dict]:
    """Return the lines of requests, checked."""
    found = [
        line
        for line in lines_of(server, after)
        if line.get("message") == "request"
    ]
    for line in found:
        check_line(line)
        assert line["level"] == "debug"
        assert type(line["status"]) is int
        assert type(line["statements"]) is int
    return found


@pytest.mark.rule("LOGGING-3")
@pytest.mark.managed
def test_each_request_has_a_line_at_debug(loud: Server, reader: User) -> None:
    """Method, path, status and statements of each request, in order."""
    made = reader.bookmark()
    path, start = f"/api/bookmarks/{made['id']}", len(loud.log_text())
    sent = {"url": made["url"], "title": "T"}
    reader.request("show_health", expect=200)
    reader.request("GET", path, expect=200)
    reader.request("HEAD", path, expect=200)
    reader.request("PUT", path, json=sent, expect=200)
    reader.request("POST", "/api/bookmarks", json=sent, expect=409)
    reader.request("POST", "/api/bookmarks", json={}, expect=422)
    reader.request("GET", "/api/nothing", expect=404)
    reader.request("DELETE", "/api/tags", expect=405)
    reader.request("OPTIONS", "/api/tags", expect=204)
    reader.request("DELETE", path, expect=204)
    found = requests_in(loud, start)
    shown = [(o["method"], o["path"], o["status"]) for o in found]
    assert shown == [
        ("GET", "/healthz", 200),
        ("GET", path, 200),
        ("HEAD", path, 200),
        ("PUT", path, 200),
        ("POST", "/api/bookmarks", 409),
        ("POST", "/api/bookmarks", 422),
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/tags", 405),
        ("OPTIONS", "/api/tags", 204),
        ("DELETE", path, 204),
    ]
    counts = [one["statements"] for one in found]
    assert [counts[place] for place in (0, 6, 7, 8)] == [0, 0, 0, 0]
    assert all(counts[place] >= 2 for place in (1, 2, 3, 4, 9)), counts
    assert counts[1] == counts[2]
    assert counts[3] > counts[1]


@pytest.mark.rule("LOGGING-3")
@pytest.mark.managed
def test_a_request_has_no_line_above_debug(untouched: Server) -> None:
    """Lines with `statements` are written at debug only."""
    user = register(untouched.url)
    user.bookmark()
    user.client.close()
    assert '"statements"' not in untouched.log_text()


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
    made = user.bookmark(url=unique_url())
    spoil_times(loud, made["url"])
    user.request(
        "update_bookmark", id=made["id"], json={"title": "O"}, expect=500
    )
    user.client.close()
    name = unique()
    done = loud.run("create-admin", name, input=second)
    text = loud.log_text() + done.stderr + done.stdout
    for secret in (first, second, user.token, token):
        assert secret not in text
    assert lines_of(loud)


@pytest.mark.rule("LOGGING-4", "LOGGING-1")
@pytest.mark.managed
def test_no_trace_holds_a_secret(loud_bare: Server) -> None:
    """No trace of a database that fails holds a token or a password."""
    own, start = loud_bare, len(loud_bare.log_text())
    token, password = "t" + unique() * 3, f"phrase {unique()}"
    client = Client(own.url, token)
    client.request("show_me", expect=503)
    sent = {"username": unique(), "password": password}
    client.request("create_token", json=sent, expect=503)
    client.request("register_user", json=sent, expect=503)
    client.close()
    assert errors_with_trace(own, start)
    assert token not in own.log_text()
    assert password not in own.log_text()


@pytest.mark.rule("LOGGING-1")
@pytest.mark.managed
def test_a_client_that_errs_is_no_error_of_the_server(
    loud: Server, reader: User
) -> None:
    """4xx are logged neither as errors nor with a trace."""
    start = len(loud.log_text())
    reader.request("GET", "/api/nothing", expect=404)
    reader.request("create_bookmark", json={}, expect=422)
    made = reader.bookmark()
    sent = {"url": made["url"], "title": "T"}
    reader.request("create_bookmark", json=sent, expect=409)
    with locked(loud.database):
        reader.request("show_bookmark", id=made["id"], expect=200)
    lines = lines_of(loud, start)
    assert not [line for line in lines if line["level"] == "error"]
    assert not [line for line in lines if "trace" in line]

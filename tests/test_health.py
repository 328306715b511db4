"""Health: alive, and able to work."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import expect
from tests.support.client import PASSWORD, Client, register, unique
from tests.support.servers import Server
from tests.support.tables import copy, locked

OK = {"status": "ok"}


def not_ready(client: Client) -> None:
    """Check that `show_readiness` says no while `show_health` says yes."""
    for _ in range(2):
        answer = client.request("show_readiness", expect=503)
        expect.problem(answer, 503)
        expect.retry_after(answer)
        answer = client.request("show_health", expect=200)
        assert expect.strict_json(answer) == OK


def ready(client: Client) -> None:
    """Check that both say yes."""
    for operation in ("show_readiness", "show_health"):
        answer = client.request(operation, expect=200)
        assert expect.strict_json(answer) == OK


@pytest.mark.rule("HEALTH-1", "HEALTH-3")
@pytest.mark.parametrize("operation", ["show_health", "show_readiness"])
def test_both_answer_ok(client: Client, operation: str) -> None:
    """A server that can work answers 200 with `{"status": "ok"}`."""
    answer = client.request(operation, expect=200)
    assert expect.strict_json(answer) == OK
    assert expect.media_type(answer) == "application/json"


@pytest.mark.rule("HEALTH-1", "HEALTH-3")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_ignore_parameters(client: Client, path: str) -> None:
    """Query parameters change nothing."""
    answer = client.request("GET", path + "?page=x&deep=1", expect=200)
    assert answer.json() == OK


@pytest.mark.rule(
    "HEALTH-2", "HEALTH-4", "HEALTH-5", "MIGRATIONS-6", "MIGRATIONS-7"
)
@pytest.mark.managed
def test_readiness_follows_the_database(
    calm: Server, make_server: Callable[..., Server]
) -> None:
    """Missing, empty: 503; filled: 200. No file is made."""
    own = make_server().start(migrate=False)
    client = Client(own.url)
    sent = {"username": unique(), "password": PASSWORD}
    client.request("register_user", json=sent, expect=503)
    not_ready(client)
    assert not list(own.folder.glob("shelf.db*"))
    own.database.touch()
    not_ready(client)
    copy(calm.database, own.database)
    ready(client)
    client.request("register_user", json=sent, expect=201)
    register(own.url).bookmark()
    client.close()


@pytest.mark.rule("HEALTH-2")
@pytest.mark.managed
def test_health_answers_beside_a_lock(server: Server, client: Client) -> None:
    """`show_health` answers 200 also when the database is locked."""
    with locked(server.database):
        answer = client.request("show_health", expect=200, timeout=2)
    assert answer.json() == OK


@pytest.mark.rule("HEALTH-2", "HEALTH-4", "HEALTH-5", "MIGRATIONS-7")
@pytest.mark.managed
def test_readiness_with_something_else_than_a_database(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    """No folder, no database, not ours: not ready, and nothing changes."""
    own, folder = make_server(), tmp_path / "not" / "there"
    own.database = folder / "shelf.db"
    own.extra["DATABASE_URL"] = f"sqlite:///{own.database}"
    own.start(migrate=False)
    client = Client(own.url)
    not_ready(client)
    assert not folder.parent.exists()
    folder.mkdir(parents=True)
    own.database.write_bytes(b"this is no database\n" * 500)
    not_ready(client)
    assert own.database.read_bytes() == b"this is no database\n" * 500
    own.database.write_bytes(foreign(tmp_path))
    not_ready(client)
    client.close()


def foreign(folder: Path) -> bytes:
    """Make the database of somebody else."""
    with closing(sqlite3.connect(folder / "foreign.db")) as db:
        db.execute("CREATE TABLE something (id INTEGER)")
    return (folder / "foreign.db").read_bytes()

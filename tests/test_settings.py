"""Settings: what is set from outside."""

import re
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import combinations, cycle
from pathlib import Path

import pytest

from tests.support import document, expect, raw
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    unique,
    unique_url,
)
from tests.support.servers import SETTINGS, Server, run_file
from tests.support.tables import locked
from tests.support.uploads import UNREAD
from tests.support.visitor import ACCEPTED, Cookie, Visitor, set_cookies

BAD = {
    "PORT": ["abc", "0", "65536", "-1"],
    "DATABASE_URL": [
        "hushhush.db",
        "/tmp/hushhush.db",
        "mysql://root:hushhush@localhost/x",
        "http://hushhush",
    ],
    "SECRET_KEY": ["hushhush", "hushhush" * 3, "hushhush" * 3 + "1234567"],
    "LOG_LEVEL": ["trace", "debug,info"],
    "MAX_BODY_BYTES": ["abc", "-1", "1.5", f"{10**12 + 1}"],
    "MAX_IMPORT_BYTES": ["10M", "-5", f"{10**12 + 1}"],
    "MAX_IMPORT_ENTRIES": ["0", "1000001", "1.5"],
    "MAX_BOOKMARKS": ["0", "many", "1000000001"],
    "MAX_TAGS": ["0", "-1", "1000000001"],
    "TOKEN_TTL": ["0", "1d", "1000000001"],
    "SESSION_TTL": ["0", "P1D", "1000000001"],
    "LOGIN_LIMIT": ["10", "1/1000000000", "10/0", "10:60"],
    "TRUSTED_PROXIES": ["proxy.example", "*", "127.0.0.1;::1"],
    "SECURE_COOKIES": ["2", "maybe"],
    "WORKERS": ["0", "abc", "65"],
    "THREADS": ["0", "-1", "1025"],
    "PASSWORD_LOG_N": ["3", "18", "abc", "0"],
}
SECRET = "hushhush"  # in all values of the two variables that hold secrets


def rows_of_bad() -> Iterator[dict[str, str]]:
    """Spread the bad values over five rows.

    In every row some variables are bad. No two are bad in the same rows, so
    that each is once bad where the other is good.
    """
    rows = [{} for _ in range(5)]
    turns = {size: combinations(range(5), size) for size in range(2, 5)}
    for name, values in BAD.items():
        numbers = next(turns[len(values)])
        for number, value in zip(numbers, values, strict=True):
            rows[number][name] = value
    yield from rows


VERBS = [["migrate"], ["serve"], ["create-admin", "root_1"]]
ROWS = list(zip(rows_of_bad(), cycle(VERBS), strict=False))
GOOD = [
    {
        "PORT": "1",
        "SECRET_KEY": "x" * 32,
        "ALLOWED_HOSTS": "*",
        "CORS_ORIGINS": "https://a.example",
        "LOG_LEVEL": "debug",
        "MAX_BODY_BYTES": "0",
        "MAX_IMPORT_BYTES": "0",
        "MAX_IMPORT_ENTRIES": "1",
        "MAX_BOOKMARKS": "1",
        "MAX_TAGS": "1",
        "TRUSTED_PROXIES": "127.0.0.1",
        "TOKEN_TTL": "1",
        "SESSION_TTL": "1",
        "LOGIN_LIMIT": "1/1",
        "SECURE_COOKIES": "0",
        "WORKERS": "1",
        "THREADS": "1",
        "PASSWORD_LOG_N": "4",
    },
    {
        "PORT": "65535",
        "SECRET_KEY": "ü 😀" * 20,
        "ALLOWED_HOSTS": "a.example,b-c.example,[::1],127.0.0.1",
        "CORS_ORIGINS": "https://a.example,http://localhost:3000",
        "LOG_LEVEL": "error",
        "MAX_BODY_BYTES": f"{10**12}",
        "MAX_IMPORT_BYTES": f"{10**12}",
        "MAX_IMPORT_ENTRIES": f"{10**6}",
        "MAX_BOOKMARKS": f"{10**9}",
        "MAX_TAGS": f"{10**9}",
        "TRUSTED_PROXIES": "10.0.0.1,2001:db8::1",
        "TOKEN_TTL": f"{10**9}",
        "SESSION_TTL": f"{10**9}",
        "LOGIN_LIMIT": f"{10**9 - 1}/{10**9 - 1}",
        "SECURE_COOKIES": "1",
        "WORKERS": "64",
        "THREADS": "1024",
        "PASSWORD_LOG_N": "17",
    },
]


@pytest.fixture(scope="module")
def idle(server: Server) -> Iterator[Server]:
    """Give a server that is not started, for its verbs alone."""
    own = Server(server.implementation)
    yield own
    own.stop()


@pytest.fixture
def checkout(server: Server, tmp_path: Path) -> Iterator[Server]:
    """Give a server of a fresh copy of the implementation."""
    source = run_file(server.implementation).parent
    folder = tmp_path / "elsewhere" / source.name
    left = shutil.ignore_patterns("var")
    shutil.copytree(source, folder, ignore=left)
    own = Server(str(folder))
    own.home = folder
    yield own
    own.stop()


def check_refused(
    done: subprocess.CompletedProcess, bad: dict[str, str]
) -> None:
    """Check that each bad variable is named, and no secret quoted."""
    assert done.returncode != 0
    for name in bad:
        named = rf"(?i)(?<![a-z_]){name}(?![a-z_])"
        assert re.search(named, done.stderr), f"{name}: {done.stderr}"
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.rule("SETTINGS-2", "SETTINGS-3", "SETTINGS-4", "SETTINGS-5")
@pytest.mark.managed
@pytest.mark.parametrize(("bad", "verb"), ROWS, ids=range(5))
def test_all_bad_variables_are_named(
    idle: Server, bad: dict[str, str], verb: list[str]
) -> None:
    """Every verb names all of them, quotes no secret and does nothing."""
    done = idle.run(*verb, env=bad, input=PASSWORD + "\n", timeout=20)
    check_refused(done, bad)
    with socket.socket() as probe:
        assert probe.connect_ex((idle.host, idle.port)) != 0
    assert not idle.database.exists()


@pytest.mark.rule("SETTINGS-5", "SETTINGS-6", "SETTINGS-1")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("good", "address", "place"),
    [
        (GOOD[0], "sqlite:///data/own.db", "data/own.db"),
        (GOOD[1], None, "var/shelf.db"),
    ],
    ids=["least", "most"],
)
def test_good_values_are_taken(
    checkout: Server, good: dict[str, str], address: str | None, place: str
) -> None:
    """Values within their form are taken.

    `sqlite:///file` is a path from the implementation's own folder.
    """
    done = checkout.run("migrate", env={**good, "DATABASE_URL": address})
    assert done.returncode == 0, done.stderr
    assert (checkout.home / place).is_file()
    with closing(sqlite3.connect(checkout.home / place)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    assert not list(checkout.folder.rglob("*.db"))


def create_bookmark(
    server: Server, user: User, size: int, expect: int | set[int]
) -> None:
    """Create a bookmark with a body of exactly a size."""
    start = b'{"title": "T", "url": "%b"' % unique_url().encode()
    headers = [
        ("Authorization", f"Bearer {user.token}"),
        ("Content-Type", "application/json"),
    ]
    body = start.ljust(size - 1) + b"}"
    request = raw.message(
        "POST", "/api/bookmarks", headers, body, host="127.0.0.1"
    )
    raw.exchange(server, request, expect=expect)


def logs_requests(server: Server) -> bool:
    """Wait for the line of a request, written before or after its answer."""
    deadline = time.monotonic() + 5
    while '"request"' not in server.log_text():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.rule("SETTINGS-1", "LIMITS-1", "HOSTS-4", "TOKENS-4", "HOSTS-5")
@pytest.mark.managed
def test_settings_have_their_effect(adjusted: Server) -> None:
    """What is set by a variable is what happens."""
    user = register(adjusted.url)
    before = datetime.now(UTC)
    answer = user.client.request(
        "create_token",
        json={"username": user.username, "password": user.password},
        expect=201,
    )
    expires = expect.timestamp(answer.json()["expires_at"])
    ttl = timedelta(seconds=77)
    assert before + ttl <= expires <= datetime.now(UTC) + ttl
    create_bookmark(adjusted, user, 200, 201)
    create_bookmark(adjusted, user, 201, UNREAD)
    for host, status in (
        ("Shelf.example:1", 200),
        ("localhost", 400),
        ("[::1]", 400),
    ):
        user.request("show_health", headers={"Host": host}, expect=status)
    assert logs_requests(adjusted)


@pytest.mark.rule("SETTINGS-1", "LIMITS-1", "HOSTS-4")
@pytest.mark.managed
def test_settings_have_their_defaults(untouched: Server) -> None:
    """Unset means the default."""
    user = register(untouched.url)
    before = datetime.now(UTC)
    answer = user.client.request(
        "create_token",
        json={"username": user.username, "password": user.password},
        expect=201,
    )
    expires = expect.timestamp(answer.json()["expires_at"])
    ttl = timedelta(seconds=86400)
    assert before + ttl <= expires <= datetime.now(UTC) + ttl
    create_bookmark(untouched, user, 65536, 201)
    create_bookmark(untouched, user, 65537, UNREAD)
    for host, status in (
        ("localhost:1", 200),
        ("127.0.0.1", 200),
        ("shelf.example", 400),
    ):
        user.request("show_health", headers={"Host": host}, expect=status)
    assert logs_requests(untouched)


@pytest.mark.rule("SETTINGS-10")
@pytest.mark.managed
def test_an_empty_value_means_unset(checkout: Server) -> None:
    """With all variables empty, all defaults are taken."""
    done = checkout.run("migrate", env=dict.fromkeys(SETTINGS, ""))
    assert done.returncode == 0, done.stderr
    assert (checkout.home / "var" / "shelf.db").is_file()


@pytest.mark.rule("SETTINGS-7")
@pytest.mark.managed
def test_a_secret_key_is_made_up_on_loopback(
    make_server: Callable[..., Server],
) -> None:
    """All workers share it, stderr warns, and nothing is kept on disk.

    Another start makes another.
    """
    own = make_server(SECRET_KEY=None, WORKERS="2", THREADS="2")
    home = run_file(own.implementation).parent
    before = files_in(home)
    own.start()
    assert "SECRET_KEY" in own.log_text()
    visitor = Visitor(own.url)
    fresh(visitor)
    form = document.form_to(visitor.visit("/"), "/bookmarks")
    for number in range(12):
        again = visitor.copy()  # on a connection of its own
        again.send(form, url=unique_url(), title=f"No. {number}")
        again.close()
    own.extra["WORKERS"] = "1"
    own.restart()
    answer = visitor.send(
        form, url=unique_url(), title="After", expect={403, *ACCEPTED}
    )
    assert answer.headers.get("location", "/login") == "/login"
    visitor.close()
    assert files_in(home) == before


def files_in(folder: Path) -> set[Path]:
    """List the files in a folder, but for bytecode."""
    found = folder.rglob("*")
    return {path for path in found if "__pycache__" not in path.parts}


@pytest.mark.rule("SETTINGS-7")
@pytest.mark.managed
def test_without_a_secret_key_only_loopback_is_served(
    make_server: Callable[..., Server],
) -> None:
    """With another `HOST`, `serve` ends and names what is missing."""
    own, env = make_server(), {"HOST": "0.0.0.0", "SECRET_KEY": None}
    check_refused(own.run("serve", env=env, timeout=20), {"SECRET_KEY": ""})
    with socket.socket() as probe:
        assert probe.connect_ex((own.host, own.port)) != 0


# The settings of the pages and of the sign-in


def fresh(visitor: Visitor) -> Cookie:
    """Sign up on the page and return the cookie of the session."""
    answer = visitor.submit(
        "/register", "/register", username=unique(), password=PASSWORD
    )
    cookies = set_cookies(answer)
    return next(one for one in cookies if one.name.endswith("session"))


@pytest.mark.rule("SETTINGS-1", "LIMITS-4")
@pytest.mark.managed
def test_login_limit_counts(small: Server) -> None:
    """`LOGIN_LIMIT` is how many may fail, and within how long."""
    user = register(small.url)
    body = {"username": user.username, "password": "a wrong phrase"}
    user.client.request("create_token", json=body, expect=401)
    answer = user.client.request("create_token", json=body, expect=429)
    assert 90 <= expect.retry_after(answer) <= 100
    user.client.close()


@pytest.mark.rule("SETTINGS-1", "LOGGING-5")
@pytest.mark.managed
def test_log_level_info_logs_requests(small: Server) -> None:
    """`LOG_LEVEL=info` logs requests."""
    client = Client(small.url)
    client.request("show_readiness", expect=200)
    client.close()
    assert logs_requests(small)


@pytest.mark.rule("SETTINGS-11")
@pytest.mark.managed
def test_cookies_for_a_proxy_without_one_are_warned_of(
    adjusted: Server, small: Server, untouched: Server
) -> None:
    """`SECURE_COOKIES=1` asks for `TRUSTED_PROXIES`, and only that does."""
    assert "TRUSTED_PROXIES" in adjusted.log_text()
    for other in (small, untouched):
        assert "TRUSTED_PROXIES" not in other.log_text()


@pytest.mark.rule("SETTINGS-1", "CLI-2")
@pytest.mark.managed
def test_host_is_where_it_listens(bare: Server, address: str) -> None:
    """`HOST` is the one address that is listened on."""
    assert bare.host == address
    client = Client(bare.url)
    client.request("show_health", expect=200)
    client.close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", bare.port)) != 0


@pytest.mark.rule("SETTINGS-1")
@pytest.mark.managed
def test_host_is_this_machine_alone_by_default(
    untouched: Server, address: str
) -> None:
    """`HOST` is 127.0.0.1 when it is not set."""
    with socket.socket() as probe:
        assert probe.connect_ex((address, untouched.port)) != 0


@pytest.mark.rule("SETTINGS-1")
@pytest.mark.managed
def test_threads_serve_together(adjusted: Server) -> None:
    """With three threads two that wait keep nobody else waiting."""
    user = register(adjusted.url)
    with ThreadPoolExecutor(2) as pool:
        with locked(adjusted.database):
            waiting = [pool.submit(user.bookmark) for _ in range(2)]
            time.sleep(0.5)
            began = time.monotonic()
            user.request("list_bookmarks", expect=200, timeout=4)
            seconds = time.monotonic() - began
            still = [one for one in waiting if not one.done()]
        made = [one.result(10)["id"] for one in waiting]
    assert seconds < 2
    assert len(still) == len(set(made)) == 2
    user.client.close()

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
from itertools import cycle, islice
from pathlib import Path

import document
import expect
import pytest
import raw
from client import PASSWORD, Client, User, register, unique, unique_url
from servers import SETTINGS, Server, run_file
from tables import locked
from uploads import UNREAD
from visitor import ACCEPTED, Cookie, Visitor, multipart, set_cookies

BAD = {
    "PORT": ["abc", "0", "65536", "-1", "0x50"],
    "DATABASE_URL": [
        "hushhush.db",
        "/tmp/hushhush.db",
        "mysql://root:hushhush@localhost/x",
        "http://hushhush",
    ],
    "SECRET_KEY": ["hushhush", "hushhush" * 3, "hushhush" * 3 + "1234567"],
    "LOG_LEVEL": ["trace", "loud", "debug,info"],
    "MAX_BODY_BYTES": ["abc", "-1", "1.5", "64k", f"{10**12 + 1}"],
    "MAX_IMPORT_BYTES": ["ten", "-5", "2.5", f"{10**12 + 1}", "10M"],
    "TOKEN_TTL": ["0", "abc", "-1", "1d", "1000000001"],
    "SESSION_TTL": ["0", "xyz", "-7", "P1D", "1000000001"],
    "LOGIN_LIMIT": ["10", "1/1000000000", "a/b", "10/0", "-1/60", "10:60"],
    "SECURE_COOKIES": ["2", "maybe"],
    "WORKERS": ["0", "abc", "-1", "65", "1.5"],
    "THREADS": ["0", "auto", "-1", "1025", "1.5"],
    "PASSWORD_LOG_N": ["3", "18", "abc", "-14", "0"],
}
SECRET = "hushhush"  # in all values of the two variables that hold secrets
ROWS = [
    dict(zip(BAD, values, strict=True))
    for values in islice(zip(*map(cycle, BAD.values()), strict=False), 6)
]
# Any two variables differ in some part: there one is bad, the other good.
PARTS = [
    {
        name: values[0]
        for number, (name, values) in enumerate(BAD.items(), 1)
        if number & bit
    }
    for bit in (1, 2, 4, 8)
]
GOOD = [
    {
        "PORT": "1",
        "SECRET_KEY": "x" * 32,
        "ALLOWED_HOSTS": "*",
        "CORS_ORIGINS": "https://a.example",
        "LOG_LEVEL": "debug",
        "MAX_BODY_BYTES": "0",
        "MAX_IMPORT_BYTES": "0",
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
        "TOKEN_TTL": f"{10**9}",
        "SESSION_TTL": f"{10**9}",
        "LOGIN_LIMIT": f"{10**9 - 1}/{10**9 - 1}",
        "SECURE_COOKIES": "1",
        "WORKERS": "64",
        "THREADS": "1024",
        "PASSWORD_LOG_N": "17",
    },
]
VERBS = [["serve"], ["create-admin", "root_1"]]


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
@pytest.mark.parametrize("bad", ROWS, ids=lambda row: row["PORT"])
def test_all_bad_variables_are_named(
    idle: Server, bad: dict[str, str]
) -> None:
    """stderr names every bad variable, and quotes no secret."""
    check_refused(idle.run("migrate", env=bad), bad)
    assert not idle.database.exists()


@pytest.mark.rule("SETTINGS-3", "SETTINGS-4")
@pytest.mark.managed
@pytest.mark.parametrize("bad", PARTS, ids=["1", "2", "4", "8"])
def test_bad_variables_among_good_ones_are_named(
    idle: Server, bad: dict[str, str]
) -> None:
    """Each variable is found by itself, whatever the others are."""
    check_refused(idle.run("migrate", env=bad), bad)


@pytest.mark.rule("SETTINGS-2")
@pytest.mark.managed
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_stops_at_a_bad_setting(
    make_server: Callable[..., Server], verb: list[str]
) -> None:
    """Every verb ends, nothing listens and nothing is made."""
    own, bad = make_server(), {"TOKEN_TTL": "soon", "THREADS": "0"}
    check_refused(own.run(*verb, env=bad, input=PASSWORD, timeout=20), bad)
    with socket.socket() as probe:
        assert probe.connect_ex((own.host, own.port)) != 0
    assert not own.database.exists()


@pytest.mark.rule("SETTINGS-5")
@pytest.mark.managed
@pytest.mark.parametrize("good", GOOD, ids=["least", "most"])
def test_good_values_are_taken(
    make_server: Callable[..., Server], good: dict[str, str]
) -> None:
    """Values within their form are taken."""
    done = make_server().run("migrate", env=good)
    assert done.returncode == 0, done.stderr


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
    assert '"request"' in adjusted.log_text()


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
    assert '"request"' in untouched.log_text()


@pytest.mark.rule("SETTINGS-10")
@pytest.mark.managed
def test_an_empty_value_means_unset(checkout: Server) -> None:
    """With all variables empty, all defaults are taken."""
    done = checkout.run("migrate", env=dict.fromkeys(SETTINGS, ""))
    assert done.returncode == 0, done.stderr
    assert (checkout.home / "var" / "shelf.db").is_file()


@pytest.mark.rule("SETTINGS-6", "SETTINGS-1")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("sqlite:///data/own.db", "data/own.db"),
        (None, "var/shelf.db"),
    ],
)
def test_a_relative_path_begins_at_the_implementation(
    checkout: Server, address: str | None, place: str
) -> None:
    """`sqlite:///file` is a path from the implementation's own folder."""
    done = checkout.run("migrate", env={"DATABASE_URL": address})
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(checkout.home / place)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    assert not list(checkout.folder.rglob("*.db"))


@pytest.mark.rule("SETTINGS-6")
@pytest.mark.managed
def test_an_absolute_path_is_taken_as_it_is(
    checkout: Server, tmp_path: Path
) -> None:
    """`sqlite:////file` is an absolute path."""
    place = tmp_path / "with blank & ü" / "absolute.db"
    place.parent.mkdir()
    done = checkout.run("migrate", env={"DATABASE_URL": f"sqlite:///{place}"})
    assert done.returncode == 0, done.stderr
    assert place.is_file()
    assert not list(checkout.home.rglob("*.db"))


@pytest.mark.rule("SETTINGS-7")
@pytest.mark.managed
def test_a_secret_key_is_made_up_on_loopback(checkout: Server) -> None:
    """All workers share it, stderr warns, and nothing is kept on disk."""
    checkout.extra |= {"SECRET_KEY": None, "WORKERS": "3", "THREADS": "2"}
    checkout.migrate()
    before = files_in(checkout.home)
    checkout.start(migrate=False)
    assert "SECRET_KEY" in checkout.log_text()
    visitor = Visitor(checkout.url)
    fresh(visitor)
    form = document.form_to(visitor.visit("/"), "/bookmarks")
    for number in range(20):
        again = visitor.copy()  # on a connection of its own
        again.send(form, url=unique_url(), title=f"No. {number}")
        again.close()
    visitor.close()
    assert files_in(checkout.home) == before


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


# The settings of the pages, of the import and of the sign-in

ORIGIN = "https://app.example"
ENTRY = '<DT><A HREF="{}">{}</A>\n'
HEADER = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"


def upload(size: int) -> tuple[str, bytes]:
    """Write the form of an import whose body has exactly a size."""
    text = HEADER + ENTRY.format(unique_url(), "T")
    for _ in range(2):
        file = text.encode()
        kind, body = multipart([], {"file": ("b.html", file)})
        text += " " * (size - len(body))
    return kind, body


def fresh(visitor: Visitor) -> Cookie:
    """Sign up on the page and return the cookie of the session."""
    answer = visitor.submit(
        "/register", "/register", username=unique(), password=PASSWORD
    )
    cookies = set_cookies(answer)
    return next(one for one in cookies if one.name.endswith("session"))


@pytest.fixture(scope="module")
def tuned(server: Server) -> Iterator[Server]:
    """Give a server with every setting of this part another one."""
    env = {
        "MAX_BODY_BYTES": "300",
        "MAX_IMPORT_BYTES": "2000",
        "LOGIN_LIMIT": "1/100",
        "CORS_ORIGINS": f"http://localhost:1,{ORIGIN}",
        "WORKERS": "2",
        "THREADS": "2",
        "LOG_LEVEL": "info",
    }
    with Server(server.implementation, env) as own:
        yield own


@pytest.mark.rule("SETTINGS-1", "IMPORTING-9")
@pytest.mark.managed
def test_max_import_bytes_is_for_the_import_alone(tuned: Server) -> None:
    """`MAX_IMPORT_BYTES` bounds the import, not `MAX_BODY_BYTES`."""
    user = register(tuned.url)
    for size, status in ((2000, 200), (2001, UNREAD)):
        kind, body = upload(size)
        assert len(body) == size
        request = raw.message(
            "POST",
            "/api/import",
            [
                ("Authorization", f"Bearer {user.token}"),
                ("Content-Type", kind),
            ],
            body,
        )
        raw.exchange(tuned, request, expect=status)
    user.client.close()


@pytest.mark.rule("SETTINGS-1", "LIMITS-4")
@pytest.mark.managed
def test_login_limit_counts(tuned: Server) -> None:
    """`LOGIN_LIMIT` is how many may fail, and within how long."""
    user = register(tuned.url)
    body = {"username": user.username, "password": "a wrong phrase"}
    user.client.request("create_token", json=body, expect=401)
    answer = user.client.request("create_token", json=body, expect=429)
    assert 90 <= expect.retry_after(answer) <= 100
    user.client.close()


@pytest.mark.rule("SETTINGS-1", "SETTINGS-5", "CORS-1")
@pytest.mark.managed
def test_cors_origins_are_allowed(tuned: Server) -> None:
    """`CORS_ORIGINS` is a list of those that are allowed."""
    client = Client(tuned.url)
    for origin in (ORIGIN, "http://localhost:1"):
        headers = {"Origin": origin}
        answer = client.request("show_openapi", headers=headers, expect=200)
        allowed = answer.headers["access-control-allow-origin"]
        assert allowed == origin
    client.close()


@pytest.mark.rule("SETTINGS-1", "LOGGING-5")
@pytest.mark.managed
def test_log_level_info_logs_requests(tuned: Server) -> None:
    """`LOG_LEVEL=info` logs requests."""
    client = Client(tuned.url)
    client.request("show_readiness", expect=200)
    client.close()
    assert '"request"' in tuned.log_text()


@pytest.mark.rule("SETTINGS-1", "SETTINGS-7", "SESSIONS-3")
@pytest.mark.managed
def test_the_secret_key_outlives_a_restart(
    make_server: Callable[..., Server],
) -> None:
    """With the same `SECRET_KEY` sessions and their forms go on."""
    own = make_server().start()
    visitor = Visitor(own.url)
    fresh(visitor)
    form = document.form_to(visitor.visit("/import"), "/logout")
    own.restart()
    assert visitor.is_signed_in()
    visitor.send(form)
    visitor.get("/import", expect=ACCEPTED)
    visitor.close()


@pytest.mark.rule("SETTINGS-1", "CLI-2")
@pytest.mark.managed
def test_host_is_where_it_listens(
    make_server: Callable[..., Server], address: str
) -> None:
    """`HOST` is the one address that is listened on."""
    own = make_server(HOST=address, ALLOWED_HOSTS=address)
    own.host = address
    own.start()
    client = Client(own.url)
    client.request("show_health", expect=200)
    client.close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", own.port)) != 0


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

"""Settings: what is set from outside."""

import os
import shutil
import socket
import sqlite3
import stat
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
from client import PASSWORD, Client, register, unique, unique_url
from servers import Server, run_file
from tables import locked
from visitor import Cookie, Visitor, multipart, set_cookies

BAD = {
    "PORT": ["abc", "0", "65536", "-1", "80.0", "+80", "８０", "0x50"],
    "DATABASE_URL": [
        "hushhush.db",
        "/tmp/hushhush.db",
        "sqlite:hushhush.db",
        "sqlite://hushhush.db",
        "mysql://root:hushhush@localhost/x",
        "http://hushhush",
        "sqlite:///",
        ":memory:",
    ],
    "SECRET_KEY": ["hushhush", "hushhush" * 3, "hushhush" * 3 + "1234567"],
    "ALLOWED_HOSTS": [
        "localhost:8000",
        "a b",
        "http://a.example",
        "a/b",
        "user@a.example",
        "[::1]:80",
        "a.example,b.example:80",
        "[::1",
    ],
    "CORS_ORIGINS": [
        "example.com",
        "http://a.example/path",
        "http://",
        "https://a b",
        "//a.example",
        "https://ok.example,nope",
    ],
    "LOG_LEVEL": ["trace", "DEBUG", "warn", "critical", "0", "debug,info"],
    "MAX_BODY_BYTES": [
        "abc",
        "-1",
        "1.5",
        "1_000",
        "64k",
        "٣",
        f"{10**12 + 1}",
    ],
    "MAX_IMPORT_BYTES": ["ten", "-5", "2.5", f"{10**12 + 1}", "10M", "0xff"],
    "TOKEN_TTL": ["0", "abc", "-1", "1.0", "1d", "１", "P1D", "1000000001"],
    "SESSION_TTL": ["0", "xyz", "-7", "1.0", "1000000001", "²", "∞"],
    "LOGIN_LIMIT": [
        "10",
        "10/",
        "1/1000000000",
        "a/b",
        "10/00",
        "-1/60",
        "10:60",
    ],
    "SECURE_COOKIES": ["2", "true", "yes", "on", "-1", "no", "１"],
    "WORKERS": ["0", "abc", "-1", "65", "1.5", "auto", "1_0"],
    "THREADS": ["0", "abc", "-1", "1025", "1.5", "1,2", "٨"],
    "PASSWORD_LOG_N": ["3", "18", "abc", "-14", "14.0", "0xe", "１４", "0"],
}
SECRETS = {"SECRET_KEY", "DATABASE_URL"}
ROWS = [
    dict(zip(BAD, values, strict=True))
    for values in islice(zip(*map(cycle, BAD.values()), strict=False), 8)
]
# Any two variables differ in some row: there one is bad, the other good.
HALVES = [
    {
        name: values[0]
        for number, (name, values) in enumerate(BAD.items(), 1)
        if number & bit
    }
    for bit in (1, 2, 4, 8)
]
GOOD = [
    {
        "PORT": "0080",
        "SECRET_KEY": "x" * 32,
        "ALLOWED_HOSTS": "*",
        "CORS_ORIGINS": "https://a.example",
        "LOG_LEVEL": "debug",
        "MAX_BODY_BYTES": "0",
        "MAX_IMPORT_BYTES": "0",
        "TOKEN_TTL": "001",
        "SESSION_TTL": "1",
        "LOGIN_LIMIT": "1/1",
        "SECURE_COOKIES": "0",
        "WORKERS": "1",
        "THREADS": "01",
        "PASSWORD_LOG_N": "04",
    },
    {
        "PORT": "65535",
        "SECRET_KEY": "ü 😀" * 20,
        "ALLOWED_HOSTS": "A.Example,b-c.example,[::1],127.0.0.1",
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
VERBS = [["serve"], ["seed", "1"], ["create-admin", "root_1"]]


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


def check_lines(text: str, bad: dict[str, str]) -> None:
    """Check that there is one line for each bad variable, no other."""
    lines = dict(line.split(": ", 1) for line in text.strip().splitlines())
    assert len(lines) == len(text.strip().splitlines()), text
    assert lines.keys() == bad.keys(), text
    for name in bad.keys() - SECRETS:
        assert bad[name] in lines[name], lines[name]
        assert len(lines[name]) > len(bad[name]) + 5, lines[name]
    assert "hushhush" not in text


@pytest.mark.rule("SETTINGS-2", "SETTINGS-3", "SETTINGS-4", "SETTINGS-5")
@pytest.mark.managed
@pytest.mark.parametrize("bad", ROWS, ids=lambda row: row["PORT"])
def test_each_bad_variable_has_its_line(
    idle: Server, bad: dict[str, str]
) -> None:
    """Exit 2, one line per bad variable: name, value, what is accepted."""
    done = idle.run("migrate", env=bad)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    check_lines(done.stderr, bad)


@pytest.mark.rule("SETTINGS-3", "SETTINGS-4")
@pytest.mark.managed
@pytest.mark.parametrize("bad", HALVES)
def test_only_the_bad_variables_have_lines(
    idle: Server, bad: dict[str, str]
) -> None:
    """One line for each bad variable, none for the others."""
    done = idle.run("migrate", env=bad)
    assert done.returncode == 2, done.stderr
    check_lines(done.stderr, bad)
    assert not idle.database.exists()


@pytest.mark.rule("SETTINGS-2")
@pytest.mark.managed
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_stops_at_a_bad_setting(
    idle: Server, verb: list[str]
) -> None:
    """Every verb exits with 2 within two seconds, nothing listens."""

    def seconds() -> float:
        bad = {"TOKEN_TTL": "soon", "THREADS": "0"}
        began = time.monotonic()
        done = idle.run(*verb, env=bad, input=PASSWORD, timeout=20)
        took = time.monotonic() - began
        assert done.returncode == 2, done.stderr
        check_lines(done.stderr, bad)
        return took

    assert any(seconds() < 2 for _ in range(3))
    with socket.socket() as probe:
        assert probe.connect_ex((idle.host, idle.port)) != 0
    assert not idle.database.exists()


@pytest.mark.rule("SETTINGS-5")
@pytest.mark.managed
@pytest.mark.parametrize("good", GOOD, ids=["least", "most"])
def test_good_values_are_taken(
    make_server: Callable[..., Server], good: dict[str, str]
) -> None:
    """Values within their form are taken."""
    done = make_server().run("migrate", env=good)
    assert (done.returncode, done.stderr) == (0, "")


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
    body = b'{"url": "https://e.example/", "title": "T", "notes": "%b"}'
    headers = {"Content-Type": "application/json"}
    for size, status in ((200, 201), (201, 413)):
        data = body % (b"x" * (size - len(body) + 2))
        assert len(data) == size
        user.request(
            "create_bookmark", data=data, headers=headers, expect=status
        )
    for host, status in (
        ("shelf.EXAMPLE:1", 200),
        ("localhost", 400),
        ("[::1]", 400),
    ):
        user.request("show_health", headers={"Host": host}, expect=status)
    assert '"request"' in adjusted.log_text()


@pytest.mark.rule("SETTINGS-1", "SETTINGS-8", "LIMITS-1", "HOSTS-4")
@pytest.mark.managed
def test_settings_have_their_defaults(untouched: Server) -> None:
    """An empty value means unset, and unset means the default."""
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
    head = b'{"title": "T", "url": "%b"' % unique_url().encode()
    headers = {"Content-Type": "application/json"}
    for size, status in ((65537, 413), (65536, 201)):
        data = head + b" " * (size - len(head) - 1) + b"}"
        user.request(
            "create_bookmark",
            data=data,
            headers=headers,
            expect=status,
        )
    for host, status in (
        ("localhost:1", 200),
        ("127.0.0.1", 200),
        ("[::1]:1", 200),
        ("shelf.example", 400),
    ):
        user.request("show_health", headers={"Host": host}, expect=status)
    assert '"request"' in untouched.log_text()
    assert '"statements"' not in untouched.log_text()
    assert "PASSWORD_LOG_N" not in untouched.log_text()


@pytest.mark.rule("SETTINGS-6", "SETTINGS-1")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("sqlite:///data/own.db", "data/own.db"),
        ("", "var/shelf.db"),
    ],
)
def test_a_relative_path_begins_at_the_implementation(
    checkout: Server, address: str, place: str
) -> None:
    """`sqlite:///file` is a path from the implementation's own folder."""
    done = checkout.run("migrate", env={"DATABASE_URL": address})
    assert (done.returncode, done.stderr) == (0, "")
    with closing(sqlite3.connect(checkout.home / place)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    assert not list(checkout.folder.rglob("*.db"))


@pytest.mark.rule("SETTINGS-6", "SETTINGS-7")
@pytest.mark.managed
def test_an_absolute_path_is_taken_as_it_is(
    checkout: Server, tmp_path: Path
) -> None:
    """`sqlite:////file` is an absolute path, a given key is no file."""
    place = tmp_path / "with blank & ü" / "absolute.db"
    place.parent.mkdir()
    done = checkout.run("migrate", env={"DATABASE_URL": f"sqlite:///{place}"})
    assert (done.returncode, done.stderr) == (0, "")
    assert place.is_file()
    assert not list(checkout.home.rglob("*.db"))
    files = [f for f in checkout.home.rglob("*") if f.is_file()]
    key = checkout.secret_key.encode()
    assert files
    assert not any(key in file.read_bytes() for file in files)
    assert not (checkout.home / "var" / "secret_key").exists()


@pytest.mark.rule("SETTINGS-7")
@pytest.mark.managed
def test_a_secret_key_is_made_once(checkout: Server) -> None:
    """An unset `SECRET_KEY` is made once, kept with mode 0600."""
    file = checkout.home / "var" / "secret_key"
    mask = os.umask(0)
    try:
        checkout.run("migrate", env={"SECRET_KEY": ""})
    finally:
        os.umask(mask)
    made = file.read_text()
    assert len(made.strip()) >= 32
    assert len(set(made)) > 10
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = checkout.run("seed", "1", env={"SECRET_KEY": ""}, input=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert file.read_text() == made
    file.unlink()
    checkout.run("migrate", env={"SECRET_KEY": ""})
    assert file.read_text() != made
    assert [f.name for f in file.parent.iterdir()] == ["secret_key"]


def break_key(folder: Path) -> None:
    """Keep a key that is too short."""
    folder.mkdir()
    (folder / "secret_key").write_text("half-a-key")


def hide_key(folder: Path) -> None:
    """Keep a folder where the key should be."""
    (folder / "secret_key").mkdir(parents=True)


@pytest.mark.rule("SETTINGS-9")
@pytest.mark.managed
@pytest.mark.parametrize("spoil", [break_key, Path.touch, hide_key])
def test_a_key_that_is_not_kept_well_is_refused(
    checkout: Server, spoil: Callable[[Path], None]
) -> None:
    """A short key, a file for the folder or the reverse: exit 2, a line."""
    spoil(checkout.home / "var")
    done = checkout.run("migrate", env={"SECRET_KEY": ""})
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("SECRET_KEY: ")
    assert "half-a-key" not in line
    assert not checkout.database.exists()


@pytest.mark.rule("SETTINGS-8")
@pytest.mark.managed
def test_serve_warns_of_cheap_passwords(
    server: Server, adjusted: Server
) -> None:
    """`run serve` warns on stderr when `PASSWORD_LOG_N` is below 14."""
    assert "PASSWORD_LOG_N" in server.log_text()
    assert "PASSWORD_LOG_N" in adjusted.log_text()


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
    for size, status in ((2000, 200), (2001, 413)):
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
        answer = client.request("show_health", headers=headers, expect=200)
        allowed = answer.headers["access-control-allow-origin"]
        assert allowed == origin
    client.close()


@pytest.mark.rule("SETTINGS-1", "LOGGING-5")
@pytest.mark.managed
def test_log_level_info_logs_requests(tuned: Server) -> None:
    """`LOG_LEVEL=info` logs requests, without the statements."""
    client = Client(tuned.url)
    client.request("show_readiness", expect=200)
    client.close()
    assert '"request"' in tuned.log_text()
    assert '"statements"' not in tuned.log_text()


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
    visitor.post("/logout", document.filled(form), expect=303)
    visitor.get("/import", expect=303)
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

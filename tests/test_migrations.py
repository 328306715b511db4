"""Migrations: changing the tables while data is in them."""

import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import expect, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    bookmarks_of,
    register,
    tags_of,
    together,
)
from tests.support.report import ROOT
from tests.support.servers import Server
from tests.support.tables import dump, holds, renamed, sizes
from tests.support.visitor import Visitor

TOKEN = "A" * 43
NEEDY = [
    ("show_me", ...),
    ("register_user", {"username": "z_abc", "password": PASSWORD}),
    ("create_token", {"username": "z_abc", "password": PASSWORD}),
    (
        "change_password",
        {"current_password": "x", "new_password": "some new phrase"},
    ),
    ("delete_me", ...),
    ("delete_token", ...),
    ("list_bookmarks", ...),
    ("create_bookmark", {"url": "https://e.example/", "title": "T"}),
    ("show_bookmark", ...),
    ("replace_bookmark", {"url": "https://e.example/", "title": "T"}),
    ("update_bookmark", {"title": "T"}),
    ("delete_bookmark", ...),
    ("list_tags", ...),
    ("list_users", ...),
    ("delete_user", ...),
    ("show_readiness", ...),
]
TABLELESS = [
    (operation, body)
    for operation, body in NEEDY
    if "bookmark" in operation or operation in ("list_tags", "show_readiness")
]


def schema(database: Path) -> list[tuple]:
    """Return the definition of everything in a database."""
    with closing(sqlite3.connect(database)) as db:
        found = db.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
        )
        return sorted(map(tuple, found), key=repr)


def migrate(server: Server, *step: str) -> None:
    """Run `migrate` and check that it was done."""
    done = server.run("migrate", *step, timeout=60)
    assert done.returncode == 0, done.stderr


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    """Return the names of a table's columns."""
    return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def copy_rows(source: Path, target: Path) -> None:
    """Copy what both have into the tables that are empty."""
    empty = [name for name, size in sizes(target).items() if not size]
    with closing(sqlite3.connect(target)) as db:
        db.execute("ATTACH ? AS source", [str(source)])
        with db:
            for name in empty:
                names = ", ".join(f'"{c}"' for c in columns(db, name))
                db.execute(
                    f'INSERT INTO main."{name}" ({names})'
                    f' SELECT {names} FROM source."{name}"'
                )


@pytest.fixture(scope="module")
def library(calm: Server) -> tuple[Server, User, list[dict]]:
    """Give a filled database of the newest schema, with its owner."""
    user = register(calm.url)
    texts = ["Café ÉTÉ", "100% _ \\", "😀 ' \" ;--", "ΣΊΣΥΦΟΣ"]
    for text in texts:
        user.bookmark(title=text, notes=f"{text}\n.", tags=["t"])
    return calm, user, bookmarks_of(user)


@dataclass
class Step:
    """Hold an empty database after one run of `migrate`."""

    schema: list[tuple]
    content: bytes


@pytest.fixture(scope="module")
def steps(server: Server) -> list[Step]:
    """Give a database that was empty after 0001 and after 0002."""
    own, found = Server(server.implementation), []
    own.database.touch()
    for step in ("0001", "0002"):
        migrate(own, step)
        own.checkpoint()
        found.append(Step(schema(own.database), own.database.read_bytes()))
    own.stop()
    return found


@pytest.fixture(scope="module")
def first_step(steps: list[Step]) -> bytes:
    """Give an empty database at step 0001."""
    return steps[0].content


@pytest.fixture(scope="module")
def second_step(steps: list[Step]) -> bytes:
    """Give an empty database at step 0002."""
    return steps[1].content


@pytest.fixture
def older(
    library: tuple[Server, User, list[dict]],
    first_step: bytes,
    make_server: Callable[..., Server],
) -> Server:
    """Give a database at step 0001 that holds the rows of the library."""
    own = make_server()
    own.database.write_bytes(first_step)
    copy_rows(library[0].database, own.database)
    return own


@pytest.mark.rule("MIGRATIONS-1", "MIGRATIONS-9", "STORAGE-11", "SETTINGS-6")
@pytest.mark.managed
def test_three_at_once_make_a_file_that_its_owner_alone_reads(
    library: tuple, make_server: Callable[..., Server]
) -> None:
    """No folder yet: newest afterwards, and private whatever the umask."""
    own = make_server()
    own.database = own.folder / "with blank & ü" / "b" / "shelf.db"
    own.extra["DATABASE_URL"] = f"sqlite:///{own.database}"
    before = os.umask(0)
    try:
        together(3, lambda _: migrate(own))
    finally:
        os.umask(before)
    assert schema(own.database) == schema(library[0].database)
    for file in own.database.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.rule("MIGRATIONS-1", "MIGRATIONS-2")
@pytest.mark.managed
def test_migrate_stops_after_the_step(
    library: tuple, steps: list[Step]
) -> None:
    """`run migrate 0001` stops there, and 0002 before the rest."""
    first, second = [step.schema for step in steps]
    newest = schema(library[0].database)
    names = [
        {row[1] for row in one if row[0] == "table"}
        for one in (first, second, newest)
    ]
    assert names[0] < names[1] < names[2]


@pytest.mark.rule("MIGRATIONS-2")
@pytest.mark.managed
def test_migrate_refuses_an_unknown_step(older: Server) -> None:
    """An unknown STEP is refused on stderr, and changes nothing."""
    before = schema(older.database), dump(older.database)
    done = older.run("migrate", "0002x")
    assert done.returncode != 0
    assert "0002x" in done.stderr
    assert (schema(older.database), dump(older.database)) == before


@pytest.mark.rule("MIGRATIONS-4")
@pytest.mark.managed
def test_migrate_twice_changes_nothing(library: tuple) -> None:
    """`run migrate` twice in a row changes nothing the second time."""
    own, user, made = library
    before = schema(own.database), dump(own.database)
    migrate(own)
    assert (schema(own.database), dump(own.database)) == before
    assert bookmarks_of(user) == made


@pytest.mark.rule("MIGRATIONS-5")
@pytest.mark.managed
def test_a_failing_step_leaves_everything(older: Server) -> None:
    """A step that fails says why and leaves all as it was before it."""
    with closing(sqlite3.connect(older.database)) as db, db:
        db.execute("CREATE TABLE tags (in_the_way TEXT)")
    before = schema(older.database), dump(older.database)
    done = older.run("migrate", timeout=60)
    assert done.returncode != 0
    assert "tags" in done.stderr
    assert (schema(older.database), dump(older.database)) == before


@pytest.mark.rule("MIGRATIONS-5")
@pytest.mark.managed
def test_migrate_leaves_what_is_no_database(
    make_server: Callable[..., Server],
) -> None:
    """A file that is not a database stays, and stderr says why."""
    own, content = make_server(), b"no database\n" * 500
    own.database.write_bytes(content)
    done = own.run("migrate")
    assert done.returncode != 0
    assert "not a database" in done.stderr
    assert own.database.read_bytes() == content


@pytest.fixture(scope="module")
def unmigrated(
    library: tuple, first_step: bytes
) -> Iterator[tuple[Server, User]]:
    """Give a server on a database at step 0001, with rows in it.

    The last of its tests brings it up to date.
    """
    own = Server(library[0].implementation)
    own.database.write_bytes(first_step)
    copy_rows(library[0].database, own.database)
    own.start(migrate=False)
    user = library[1]
    client = Client(own.url, user.token)
    yield own, User(user.username, user.password, user.token, client)
    client.close()
    own.stop()


@pytest.mark.rule("MIGRATIONS-6", "ERRORS-6")
@pytest.mark.managed
@pytest.mark.parametrize(("operation", "body"), TABLELESS)
def test_an_older_database_answers_503(
    unmigrated: tuple[Server, User], operation: str, body: object
) -> None:
    """An older schema: 503 on everything that needs what is missing."""
    own, user = unmigrated
    before = dump(own.database)
    answer = user.request(operation, id=1, json=body, expect=503)
    expect.problem(answer, 503)
    expect.retry_after(answer)
    assert dump(own.database) == before
    user.request("show_health", expect=200)


@pytest.mark.rule("MIGRATIONS-6", "ERRORS-6")
@pytest.mark.managed
def test_an_older_database_imports_nothing(
    unmigrated: tuple[Server, User],
) -> None:
    """An older schema: 503 for a file, and nothing of it is stored."""
    own, user = unmigrated
    before = dump(own.database)
    content = uploads.write(uploads.entry("https://e.example/", "T"))
    answer = user.request(
        "POST",
        "/api/import",
        data=uploads.form(content),
        headers=uploads.FORM,
        expect=503,
    )
    expect.problem(answer, 503)
    expect.retry_after(answer)
    assert dump(own.database) == before


@pytest.mark.rule("MIGRATIONS-6")
@pytest.mark.managed
def test_an_export_of_an_older_database_breaks_off(
    unmigrated: tuple[Server, User],
) -> None:
    """What is missing is found after the first bytes: the end never comes."""
    own, user = unmigrated
    bearer = ("Authorization", f"Bearer {user.token}")
    request = raw.message("GET", "/api/export", [bearer])
    with pytest.raises(raw.MalformedError, match="HTTP/1.1 200"):
        raw.exchange(own, request, expect=200)


@pytest.mark.rule("MIGRATIONS-3", "MIGRATIONS-1", "HEALTH-3")
@pytest.mark.managed
def test_a_migration_keeps_the_rows(
    unmigrated: tuple[Server, User], library: tuple
) -> None:
    """Rows stay, and the second step makes them as good as new ones."""
    older, reader = unmigrated
    newest, _, made = library
    migrate(older)
    assert schema(older.database) == schema(newest.database)
    reader.request("show_readiness", expect=200)
    kept = [{**item, "tags": []} for item in made]
    assert bookmarks_of(reader) == kept
    for q, place in (
        ("café été", 0),
        ("CAFÉ", 0),
        ("100% _ \\", 1),
        ("😀 '", 2),
        ("σίσυφοσ", 3),
        ("ΣΊΣΥΦΟΣ\n.", 3),
        (made[1]["url"].upper(), 1),
    ):
        answer = reader.request("list_bookmarks", params={"q": q}, expect=200)
        assert answer.json()["items"] == [kept[place]]
    assert tags_of(reader) == []
    reader.sign_in()
    new = reader.bookmark(tags=["new"])
    assert new["id"] > max(item["id"] for item in made)
    sent = {"url": made[0]["url"], "title": "T"}
    reader.request("create_bookmark", json=sent, expect=409)
    reader.request("delete_me", expect=204)
    assert holds(older.database, reader.username) == []


@pytest.mark.rule("MIGRATIONS-6", "MIGRATIONS-7", "ERRORS-6", "HEALTH-5")
@pytest.mark.managed
@pytest.mark.parametrize(("operation", "body"), NEEDY[:4])
def test_a_missing_database_answers_503(
    bare: Server, operation: str, body: object
) -> None:
    """No database: 503, and no request makes one."""
    client = Client(bare.url, TOKEN)
    answer = client.request(operation, json=body, expect=503)
    expect.problem(answer, 503)
    expect.retry_after(answer)
    client.close()
    assert not list(bare.folder.glob("shelf.db*"))


@pytest.mark.rule("MIGRATIONS-8")
@pytest.mark.managed
def test_make_run_migrates_first() -> None:
    """`make run` migrates before it serves."""
    make = shutil.which("make")
    done = subprocess.run(
        [make, "--dry-run", "run", "IMPL=stdlib"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert 0 < done.stdout.find("migrate") < done.stdout.find("serve")


# The third step: sessions and failed sign-ins

THIRD = ["POST /api/tokens", "GET /readyz"]


@pytest.fixture
def second(
    library: tuple[Server, User, list[dict]],
    second_step: bytes,
    make_server: Callable[..., Server],
) -> Server:
    """Give a database at step 0002 that holds the rows of the library."""
    own = make_server()
    own.database.write_bytes(second_step)
    copy_rows(library[0].database, own.database)
    return own


@pytest.mark.rule(
    "MIGRATIONS-1",
    "MIGRATIONS-2",
    "MIGRATIONS-3",
    "MIGRATIONS-6",
    "ERRORS-6",
    "HEALTH-3",
    "HEALTH-4",
)
@pytest.mark.managed
def test_without_the_third_step_nobody_signs_in(
    second: Server, library: tuple
) -> None:
    """At 0002 signing in is 503; after 0003 all goes on that was there."""
    second.start(migrate=False)
    _, user, made = library
    client = Client(second.url)
    body = {"username": user.username, "password": user.password}
    before = dump(second.database)
    assert "failed_sign_ins" not in before
    for method, path in (line.split() for line in THIRD):
        more = {"json": body} if method == "POST" else {}
        answer = client.request(method, path, expect=503, **more)
        expect.problem(answer, 503)
        expect.retry_after(answer)
    assert dump(second.database) == before
    client.request("show_health", expect=200)
    migrate(second, "0003")
    newest = dump(second.database)
    assert "failed_sign_ins" in newest.keys() - before.keys()
    kept = ("users", "tokens", "bookmarks", "tags")
    assert {name: newest[name] for name in kept} == {
        name: before[name] for name in kept
    }
    assert schema(second.database) == schema(library[0].database)
    client.request("show_readiness", expect=200)
    client.request("create_token", json=body, expect=201)
    client.token = user.token
    reader = User(user.username, user.password, user.token, client)
    assert bookmarks_of(reader) == made
    visitor = Visitor(second.url)
    visitor.sign_in(user.username, user.password)
    assert visitor.is_signed_in()
    assert made[0]["url"] in visitor.get("/").text
    visitor.close()
    client.close()


@pytest.mark.rule("MIGRATIONS-5")
@pytest.mark.managed
def test_a_third_step_that_fails_leaves_everything(second: Server) -> None:
    """What is in the way of the third step stops it, and it alone."""
    with closing(sqlite3.connect(second.database)) as db, db:
        db.execute("CREATE TABLE failed_sign_ins (in_the_way TEXT)")
    before = schema(second.database), dump(second.database)
    done = second.run("migrate", timeout=60)
    assert done.returncode != 0
    assert "failed_sign_ins" in done.stderr
    assert (schema(second.database), dump(second.database)) == before


@pytest.mark.rule("MIGRATIONS-6", "ERRORS-6")
@pytest.mark.managed
def test_without_its_table_a_page_says_so(library: tuple) -> None:
    """A page that cannot look up its session is 503, and then goes on."""
    own, user, _ = library
    visitor = Visitor(own.url)
    visitor.sign_in(user.username, user.password)
    (table,) = [name for name in sizes(own.database) if "session" in name]
    with renamed(own.database, table):
        for path in ("/", "/import", "/export"):
            expect.retry_after(visitor.get(path, expect=503))
    assert visitor.is_signed_in()
    visitor.close()

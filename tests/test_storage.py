"""Storage: what was acknowledged stays, what must not coexist does not."""

import os
import resource
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from select import select
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from tests import seed
from tests.support import document, expect, raw, tables, uploads
from tests.support.client import (
    ALL_OPERATIONS,
    PASSWORD,
    Client,
    User,
    bookmarks_of,
    encode_json,
    register,
    tags_of,
    together,
    unique,
    unique_url,
)
from tests.support.servers import Server
from tests.support.tables import dump, holds, locked, sizes
from tests.support.visitor import ACCEPTED, URLENCODED, Visitor, multipart

VERBS = [["migrate"], ["serve"], ["create-admin", "root_1"]]
PROBE = '''
import os, sqlite3, threading

class Probe(sqlite3.Connection):
    """Note before each use whether commits wait for the disk."""

    noted = None

    def note(self):
        value = super().execute("PRAGMA synchronous").fetchone()[0]
        if value == self.noted:
            return
        self.noted = value
        name = f"{os.getpid()}-{threading.get_ident()}-{id(self)}"
        with open(os.path.join(os.environ["PROBED"], name), "w") as file:
            file.write(str(value))

    def cursor(self, *args, **kwargs):
        self.note()
        return super().cursor(*args, **kwargs)

    def execute(self, *args):
        self.note()
        return super().execute(*args)

plain = sqlite3.connect

def connect(*args, **kwargs):
    return plain(*args, **{"factory": Probe, **kwargs})

sqlite3.connect = sqlite3.dbapi2.connect = connect
'''


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server whose writers may wait, and which may be killed.

    Each of its connections notes what PROBE asks.
    """
    probes, notes = map(tmp_path_factory.mktemp, ("probes", "notes"))
    (probes / "sitecustomize.py").write_text(PROBE)
    env = {"PYTHONPATH": str(probes), "PROBED": str(notes), "THREADS": "24"}
    with Server(os.environ.get("IMPL") or "stdlib", env) as own:
        yield own


@pytest.mark.rule("STORAGE-1", "BOOKMARKS-11")
@pytest.mark.managed
def test_the_database_itself_keeps_a_url_unique(
    server: Server, user: User, other: User
) -> None:
    """One account has a URL once: a constraint of the database."""
    made = user.bookmark()
    other.bookmark(url=made["url"])
    (table, _), *_ = holds(server.database, made["url"])
    with closing(sqlite3.connect(server.database)) as db:
        columns = [
            name
            for _, name, _, _, _, key in db.execute(
                f'PRAGMA table_info("{table}")'
            )
            if not key
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE.*url"):
            db.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {names}'
                f' FROM "{table}" WHERE url = ?',
                [made["url"]],
            )
        db.rollback()


@pytest.mark.rule("STORAGE-2", "ACCOUNTS-14")
@pytest.mark.managed
def test_delete_me_removes_every_row(server: Server, other: User) -> None:
    """Deleting an account removes all its rows and no others."""
    other.bookmark(tags=["kept"])
    before = dump(server.database)
    user = register(server.url)
    user.sign_in()
    user.bookmark(tags=["a", "b", "kept"], notes=user.username)
    user.bookmark(tags=["a"])
    assert sizes(server.database) != {k: len(v) for k, v in before.items()}
    user.request("delete_me", expect=204)
    assert dump(server.database) == before


@pytest.mark.rule("STORAGE-2", "PERMISSIONS-6")
@pytest.mark.managed
def test_delete_user_removes_every_row(server: Server, admin: User) -> None:
    """Deleting an account for somebody removes all its rows too."""
    before = dump(server.database)
    user = register(server.url)
    user.bookmark(tags=["a", "b"])
    admin.request("delete_user", id=user.id, expect=204)
    assert dump(server.database) == before


@pytest.mark.rule("STORAGE-2", "TAGS-3")
@pytest.mark.managed
def test_delete_bookmark_removes_its_tags(server: Server, user: User) -> None:
    """Nothing of a bookmark stays when it is deleted or loses its tags."""
    before = dump(server.database)
    made = user.bookmark(tags=["a", "b"])
    user.request("delete_bookmark", id=made["id"], expect=204)
    assert dump(server.database) == before


@dataclass(frozen=True)
class Write:
    """Hold a request that writes, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    data: bytes | None

    def elsewhere(self) -> "Write":
        """Return the same for another bookmark."""
        host = f"{unique()}.example".encode()
        data = self.data and self.data.replace(b"e.example", host)
        return replace(self, data=data)

    def is_refused(self, server: Server) -> None:
        """Send it and check that it answers 503."""
        client = Client(server.url)
        headers = {"Origin": server.url, **self.headers}
        answer = client.request(
            self.method,
            self.path,
            headers=headers,
            data=self.data,
            expect=503,
            timeout=30,
        )
        client.close()
        expect.retry_after(answer)


BESIDE_PATHS = [
    "/login",
    "/bookmarks",
    "/bookmarks/{id}/edit",
    "/bookmarks/{id}/delete",
    "/import",
    "/api/import",
]
BESIDE = {
    "create_bookmark": {"url": "https://e.example/{0}/{1}", "title": "{0}"},
    "replace_bookmark": {"url": "https://e.example/{0}", "title": "{0}"},
    "update_bookmark": {"notes": "{0}", "tags": ["{0}"]},
    "delete_bookmark": None,
    "create_token": {"username": "{0}", "password": PASSWORD},
    "change_password": {
        "current_password": PASSWORD,
        "new_password": "new {0}",
    },
    "delete_token": None,
}


def fill(value: object, name: str) -> object:
    """Put a name, and something new, into the texts of a body."""
    match value:
        case str():
            return value.format(name, unique())
        case list():
            return [fill(item, name) for item in value]
        case dict():
            return {key: fill(item, name) for key, item in value.items()}
    return value


def call(user: User, operation: str, id: int, token: str) -> Write:
    """Prepare an operation, with a body that is new each time."""
    method, path = ALL_OPERATIONS[operation]
    body = fill(BESIDE.get(operation), user.username)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
    }
    data = None if body is None else encode_json(body)
    return Write(method, path.format(id=id), headers, data)


def ask(server: Server, write: Write) -> raw.Asked:
    """Send a write and do not wait for its answer."""
    request = raw.message(
        write.method,
        write.path,
        write.headers.items(),
        write.data or b"",
        close=False,  # gunicorn closes one after the other, and waits
    )
    allowed = {200, 201, 204, 401, 403, 404, 422, *ACCEPTED}
    return raw.Asked(server, allowed, timeout=20).send([request])


def race_with_deletion(
    server: Server,
    user: User,
    make: Callable[[], Write],
    lock: Callable[[], object],
    before: int,
) -> list[int]:
    """Let three writes and one deletion meet at one lock.

    So many of the writes wait there before the deletion. PostgreSQL lets
    them through in their order; of those that wait for SQLite the last one
    often comes first, for it looks again in the shortest time.
    """
    writes = [make() for _ in range(3)]
    deletion = call(user, "delete_me", 0, user.token)
    with lock():
        asked = [ask(server, write) for write in writes[:before]]
        time.sleep(0.1)
        deleted = ask(server, deletion)
        time.sleep(0.01)
        asked += [ask(server, write) for write in writes[before:]]
        time.sleep(0.05 if before < 3 else 0)
    done = [one.answers()[0].status_code for one in asked]
    assert deleted.answers()[0].status_code == 204
    return done


def caller(user: User, operation: str) -> Callable[[], Write]:
    """Return what prepares an operation on a bookmark of an account."""
    made = user.bookmark(notes=user.username, tags=[user.username])
    own = operation == "change_password"  # which ends all other tokens
    token = user.token if own else user.sign_in()
    return lambda: call(user, operation, made["id"], token)


AFTER_EACH_OTHER = {"delete_bookmark": {404}, "change_password": {403}}
# A sign-in that came too late has failed; that refers to no account.
MAY_HOLD_THE_NAME = {"failed_sign_ins"}


@pytest.mark.rule("STORAGE-3")
@pytest.mark.managed
@pytest.mark.parametrize("operation", BESIDE)
def test_a_write_beside_the_deletion_is_done_before_or_401(
    server: Server, make_user: Callable[..., User], operation: str
) -> None:
    """A write beside the deletion of its account leaves no row."""
    twice = AFTER_EACH_OTHER.get(operation, set())
    for before in (1, 3, 3):
        user = make_user()
        done = race_with_deletion(
            server,
            user,
            caller(user, operation),
            lambda: locked(server.database),
            before,
        )
        assert set(done) <= {200, 201, 204, 401} | twice, done
        left = {table for table, _ in holds(server.database, user.username)}
        assert left <= MAY_HOLD_THE_NAME


@pytest.mark.rule("STORAGE-3")
@pytest.mark.managed
@pytest.mark.parametrize("path", BESIDE_PATHS)
def test_a_form_beside_the_deletion_leaves_no_row(
    server: Server, make_user: Callable[..., User], path: str
) -> None:
    """Forms and files beside the deletion: no 5xx, and nothing stays."""
    before = sizes(server.database)
    for waiting in (1, 3):
        user = make_user()
        id = user.bookmark()["id"]
        action = path.format(id=id)
        posts = [upload_of(user), *posts_of(user, id, {action})]
        (write,) = [one for one in posts if one.path == action]
        race_with_deletion(
            server,
            user,
            lambda write=write: write.elsewhere(),
            lambda: locked(server.database),
            waiting,
        )
    after = sizes(server.database)
    grown = {table for table in after if after[table] > before[table]}
    may_stay = {table for table in after if "session" in table}
    assert grown <= MAY_HOLD_THE_NAME | may_stay


TOKEN_ENDS = [
    "create_bookmark",
    "replace_bookmark",
    "update_bookmark",
    "delete_bookmark",
    "change_password",
    "delete_me",
]


def calls_of(user: User, id: int) -> list[Write]:
    """Prepare one write of each kind, with one token."""
    token = user.sign_in()
    made = [call(user, operation, id, token) for operation in TOKEN_ENDS]
    return [*made, upload_of(replace(user, token=token))]


def forms_of(visitor: Visitor, id: int) -> list[Write]:
    """Prepare one form of each kind, with one session."""
    return [
        prepare(visitor, page.format(id=id), action.format(id=id), values)
        for page, action, values in FORMS
        if action != "/logout"
    ]


def answers_of(asked: list[raw.Asked]) -> list[raw.Response]:
    """Return the answers that come to what was asked."""
    return [one.answers()[0] for one in asked]


def all_unauthorized(answers: list[raw.Response]) -> None:
    """Check that no token was valid any more."""
    assert {answer.status_code for answer in answers} == {401}


def all_at_login(answers: list[raw.Response]) -> None:
    """Check that all lead to the form to sign in."""
    assert {answer.status_code for answer in answers} <= ACCEPTED
    paths = {urlsplit(answer.headers["location"]).path for answer in answers}
    assert paths == {"/login"}


@pytest.mark.rule("TOKENS-16")
@pytest.mark.managed
def test_a_token_that_ends_while_a_write_waits(
    server: Server, user: User
) -> None:
    """Whatever waits for a lock when its token ends writes nothing."""
    made = user.bookmark()
    writes = calls_of(user, made["id"])
    with locked(server.database) as db:
        asked = [ask(server, write) for write in writes]
        time.sleep(0.3)
        db.execute("DELETE FROM tokens WHERE user_id = ?", [user.id])
        db.execute("COMMIT")
    all_unauthorized(answers_of(asked))
    user.client.token = user.sign_in()
    assert bookmarks_of(user) == [made]


@pytest.mark.rule("SESSIONS-12")
@pytest.mark.managed
def test_a_session_that_ends_while_a_form_waits(
    server: Server, user: User
) -> None:
    """Whatever waits for a lock when its session ends writes nothing."""
    made, visitor = user.bookmark(), Visitor(server.url)
    visitor.sign_in(user.username, user.password)
    forms = forms_of(visitor, made["id"])
    (table,) = [name for name in sizes(server.database) if "session" in name]
    with locked(server.database) as db:
        asked = [ask(server, form) for form in forms]
        time.sleep(0.3)
        newest = f"SELECT max(rowid) FROM {table}"
        db.execute(f"DELETE FROM {table} WHERE rowid = ({newest})")
        db.execute("COMMIT")
    all_at_login(answers_of(asked))
    assert bookmarks_of(user) == [made]
    visitor.close()


@pytest.mark.rule("STORAGE-3")
def test_twenty_writers_beside_the_deletion(
    user: User, crowd: list[Client]
) -> None:
    """A write is done before the deletion or answers 401, never 409."""

    def work(number: int) -> int:
        if number == 10:
            return user.request("delete_me", expect=204).status_code
        answer = crowd[number].request(
            "create_bookmark",
            json={"url": unique_url(), "title": "T", "tags": ["t"]},
            expect={201, 401},
            timeout=20,
        )
        return answer.status_code

    done = Counter(together(20, work))
    assert done[204] == 1
    assert done[201] + done[401] == 19


ENOUGH = 40  # acknowledged writes, before the server is killed


def write_until_killed(client: Client, kept: list[dict], gone: list) -> None:
    """Create, change and delete; note what was acknowledged."""
    while True:
        url = unique_url()
        sent = {"url": url, "title": "T", "tags": ["t"]}
        made = client.request("create_bookmark", json=sent, expect=201).json()
        kept.append(made)
        change = {"notes": url}
        answer = client.request(
            "update_bookmark", id=made["id"], json=change, expect=200
        )
        kept.append(answer.json())
        gone.append(made["id"])
        client.request("delete_bookmark", id=made["id"], expect=204)
        gone.append(None)
        sent["url"] += "/kept"
        made = client.request("create_bookmark", json=sent, expect=201).json()
        kept.append(made)


@pytest.mark.rule("STORAGE-4")
@pytest.mark.managed
def test_what_was_acknowledged_survives_a_kill(spare: Server) -> None:
    """Whatever was answered with 2xx is there after `kill -9`."""
    own, user = spare, register(spare.url)
    check_accounts = change_accounts(own)
    notes = [([], []) for _ in range(4)]

    def work(number: int) -> None:
        client = Client(own.url, user.token)
        with suppress(AssertionError):
            write_until_killed(client, *notes[number])
        client.close()

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work, number) for number in range(4)]
        while sum(len(kept) for kept, _ in notes) < ENOUGH:
            assert not any(one.done() for one in running)
            time.sleep(0.01)
        own.kill()
        for one in running:
            one.result(timeout=20)
    own.restart()
    user.client.close()
    user.client = Client(own.url, user.token)
    there = {item["id"]: item for item in bookmarks_of(user)}
    for kept, gone in notes:
        check_survivors(kept, gone, there)
    user.bookmark()
    check_accounts()


def change_accounts(own: Server) -> Callable[[], None]:
    """Make and end accounts and tokens; return a check of what is left."""
    users = [register(own.url) for _ in range(3)]
    ended = Client(own.url, users[1].sign_in())
    ended.request("delete_token", expect=204)
    users[2].request("delete_me", expect=204)
    for client in (ended, *(user.client for user in users)):
        client.close()

    def check() -> None:
        users[0].request("show_me", expect=200)
        users[0].sign_in()
        users[1].request("show_me", expect=200)
        users[2].request("show_me", expect=401)
        ended.request("show_me", expect=401)

    return check


def check_survivors(
    kept: list[dict], gone: list, there: dict[int, dict]
) -> None:
    """Compare what was acknowledged with what is there."""
    last = {item["id"]: item for item in kept}
    asked = {number for number in gone if number}
    open_request = kept[-1]["id"] if kept else None
    for number, item in last.items():
        if number in asked:
            continue
        assert number in there, f"bookmark {number} is lost"
        change = there[number]["updated_at"] != item["updated_at"]
        assert not change or number == open_request, f"{number} differs"
    done = [
        number
        for number, after in zip(gone, gone[1:], strict=False)
        if number and after is None
    ]
    assert not set(done) & there.keys(), "a deleted bookmark is back"


@pytest.mark.rule("STORAGE-5")
def test_twenty_creations_of_one_url(user: User, crowd: list[Client]) -> None:
    """Of 20 parallel creations exactly one answers 201, others 409."""
    for turn in range(4):
        sent = {"url": unique_url(), "title": f"T{turn}", "tags": ["t"]}

        def work(number: int, sent: dict = sent) -> int:
            answer = crowd[number].request(
                "create_bookmark", json=sent, expect={201, 409}, timeout=20
            )
            return answer.status_code

        assert Counter(together(20, work)) == {201: 1, 409: 19}
    assert len(bookmarks_of(user)) == 4


@pytest.mark.rule("STORAGE-5", "BOOKMARKS-11")
def test_twenty_changes_to_one_url(user: User, crowd: list[Client]) -> None:
    """Of 20 bookmarks that all want one URL exactly one gets it."""
    made = [user.bookmark() for _ in range(20)]
    url = unique_url()

    def work(number: int) -> int:
        answer = crowd[number].request(
            "update_bookmark",
            id=made[number]["id"],
            json={"url": url},
            expect={200, 409},
            timeout=20,
        )
        return answer.status_code

    assert Counter(together(20, work)) == {200: 1, 409: 19}
    assert [b["url"] for b in bookmarks_of(user)].count(url) == 1


@pytest.mark.rule("STORAGE-5", "ACCOUNTS-4")
def test_twenty_registrations_of_one_name(crowd: list[Client]) -> None:
    """Of 20 parallel registrations of one name exactly one answers 201.

    So many passwords at once may be too many (LIMITS-12).
    """
    sent = {"username": unique(), "password": PASSWORD}

    def work(number: int) -> int:
        answer = crowd[number].request(
            "register_user", json=sent, expect={201, 409, 503}, timeout=20
        )
        return answer.status_code

    done = Counter(together(20, work))
    assert done[201] == 1
    assert done[409] + done[503] == 19


@pytest.mark.rule("STORAGE-6")
def test_twenty_writers_make_four_bookmarks_each(
    user: User, crowd: list[Client]
) -> None:
    """All 80 are answered with success and are there afterwards."""

    def work(number: int) -> list[str]:
        urls = [unique_url() for _ in range(4)]
        for url in urls:
            crowd[number].request(
                "create_bookmark",
                json={"url": url, "title": "T", "tags": ["a", f"w{number}"]},
                expect=201,
                timeout=20,
            )
        return urls

    sent = [url for urls in together(20, work) for url in urls]
    assert sorted(b["url"] for b in bookmarks_of(user)) == sorted(sent)
    assert {t["name"]: t["bookmarks"] for t in tags_of(user)} == {
        "a": 80,
        **{f"w{number}": 4 for number in range(20)},
    }


@pytest.mark.rule("STORAGE-6")
def test_twenty_writers_make_four_changes_each(
    user: User, crowd: list[Client]
) -> None:
    """No change to one's own bookmark is lost beside those of others."""
    made = [user.bookmark() for _ in range(20)]

    def work(number: int) -> None:
        for turn in range(4):
            change = {"notes": f"{turn}", "tags": [f"{number}", f"t{turn}"]}
            crowd[number].request(
                "update_bookmark",
                id=made[number]["id"],
                json=change,
                expect=200,
                timeout=20,
            )

    together(20, work)
    there = {item["id"]: item for item in bookmarks_of(user)}
    for number, item in enumerate(made):
        expect.bookmark(
            there[item["id"]], notes="3", tags=sorted([f"{number}", "t3"])
        )


@pytest.mark.rule("STORAGE-7")
@pytest.mark.managed
def test_sqlite_runs_in_wal_mode(server: Server, user: User) -> None:
    """SQLite runs with `journal_mode=WAL`."""
    user.bookmark()
    header = server.database.read_bytes()[:20]
    assert header[:15] == b"SQLite format 3"
    assert tuple(header[18:20]) == (2, 2)


@pytest.mark.rule("STORAGE-7")
@pytest.mark.managed
def test_sqlite_waits_for_the_disk(spare: Server) -> None:
    """SQLite runs with `synchronous=FULL` on every connection."""
    user = register(spare.url)
    together(4, lambda _: user.bookmark(tags=["t"]))
    notes = Path(spare.extra["PROBED"])
    found = [note.read_text() for note in notes.iterdir()]
    assert found
    assert set(found) == {"2"}, found


ACCOUNT = {"username": "z_locked", "password": PASSWORD}
BOOKMARK = {"url": "https://e.example/", "title": "T"}
CHANGE = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
FILE = uploads.write(uploads.entry("https://e.example/imported"))
BODIES = {  # of the operations that write
    "register_user": ACCOUNT,
    "create_token": ...,
    "change_password": CHANGE,
    "create_bookmark": BOOKMARK,
    "replace_bookmark": BOOKMARK,
    "update_bookmark": {"title": "locked"},
    "delete_bookmark": None,
    "delete_token": None,
    "delete_me": None,
}
FORMS = [  # of a member: the page, where its form posts to, what is typed in
    ("/", "/bookmarks", BOOKMARK),
    ("/bookmarks/{id}/delete", "/bookmarks/{id}/delete", {}),
    ("/bookmarks/{id}/edit", "/bookmarks/{id}/edit", {"title": "locked"}),
    ("/import", "/import", {}),
    ("/", "/logout", {}),
]


def writes_of(user: User, id: int) -> list[Write]:
    """Prepare one write of each kind, with all that it has to know."""
    account = {"username": user.username, "password": user.password}
    json = {
        "Authorization": f"Bearer {user.token}",
        "Content-Type": "application/json",
    }
    made = []
    for operation, body in BODIES.items():
        method, path = ALL_OPERATIONS[operation]
        sent = account if body is ... else body
        data = encode_json(sent) if sent else None
        made.append(Write(method, path.format(id=id), json, data))
    made.append(upload_of(user))
    return made + list(posts_of(user, id))


def upload_of(user: User) -> Write:
    """Prepare an import by the API."""
    headers = {"Authorization": f"Bearer {user.token}", **uploads.FORM}
    return Write("POST", "/api/import", headers, uploads.form(FILE))


def posts_of(
    user: User, id: int, wanted: set[str] | None = None
) -> Iterator[Write]:
    """Prepare what the forms of the pages send, or those that are wanted."""
    account = {"username": user.username, "password": user.password}
    stranger, member = Visitor(user.client.url), Visitor(user.client.url)
    member.sign_in(**account)
    forms = [
        (stranger, "/register", "/register", ACCOUNT),
        (stranger, "/login", "/login", account),
        *((member, *form) for form in FORMS),
    ]
    for visitor, page, action, values in forms:
        path = action.format(id=id)
        if wanted is None or path in wanted:
            yield prepare(visitor, page.format(id=id), path, values)
    stranger.close()
    member.close()


def prepare(visitor: Visitor, page: str, action: str, values: dict) -> Write:
    """Fill in a form and do not send it."""
    form = document.form_to(visitor.visit(page), action)
    pairs = document.filled(form, **values)
    kind, data = URLENCODED, urlencode(pairs).encode()
    if action == "/import":
        kind, data = multipart(pairs, {"file": ("b.html", FILE)})
    headers = {"Content-Type": kind, "Cookie": visitor.cookie}
    return Write("POST", action, headers, data)


@pytest.mark.rule("STORAGE-8", "ERRORS-6", "HEALTH-2")
@pytest.mark.managed
def test_a_write_waits_five_seconds_for_a_lock(spare: Server) -> None:
    """A write that meets a lock waits up to 5 s, then answers 503."""
    user, late = register(spare.url), register(spare.url)
    late.client.close()  # which the server would, while it is idle so long
    made = user.bookmark()
    writes = writes_of(user, made["id"])

    def seconds(write: Write) -> float:
        began = time.monotonic()
        write.is_refused(spare)
        return time.monotonic() - began

    with ThreadPoolExecutor(len(writes) + 1) as pool:
        with locked(spare.database):  # until all have given up
            running = [pool.submit(seconds, one) for one in writes]
            time.sleep(1)
            user.request("show_health", expect=200)
            user.request("show_me", expect=200)
            user.request("show_bookmark", id=made["id"], expect=200)
            waited = [one.result() for one in running]
            waiting = pool.submit(late.bookmark)
            time.sleep(1)
        waiting.result()
    assert min(waited) > 4, waited
    assert bookmarks_of(user) == [made]
    user.bookmark()


def move(user: User, source: Server, target: Server) -> User:
    """Give a server that is not started all that one that runs knows."""
    tables.copy(source.database, target.database)
    target.secret_key = source.secret_key
    return replace(user, client=Client(target.url, user.token))


@dataclass
class Known:
    """Hold an account of a calm server and what it might write."""

    user: User
    made: dict
    writes: list[Write]


@pytest.fixture(scope="module")
def known(calm: Server) -> Known:
    """Give an account that servers with a bad database know."""
    user = register(calm.url)
    made = user.bookmark()
    return Known(user, made, writes_of(user, made["id"]))


@pytest.fixture
def readonly(
    calm: Server, known: Known, make_server: Callable[..., Server]
) -> Server:
    """Give a server whose database SQLite must not write to.

    A write version that is too new makes it so, whoever asks: file
    modes would not keep out the superuser.
    """
    own = make_server()
    move(known.user, calm, own)
    with own.database.open("r+b") as file:
        file.seek(18)
        file.write(bytes([3]))
    return own.start(migrate=False)


@pytest.mark.rule("STORAGE-9", "LOGGING-9")
@pytest.mark.managed
def test_a_read_only_database_takes_no_writes(
    readonly: Server, known: Known
) -> None:
    """A read-only database: 503 for writes, nothing lost."""
    before = dump(readonly.database)
    for write in known.writes:
        write.is_refused(readonly)
    assert known.user.username not in readonly.log_text()
    assert "e.example" not in readonly.log_text()
    client = Client(readonly.url)
    client.request("show_health", expect=200)
    client.close()
    assert dump(readonly.database) == before


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Let no file that a new process writes grow beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.rule("STORAGE-9")
@pytest.mark.managed
def test_a_full_disk_takes_no_writes(
    calm: Server, make_server: Callable[..., Server]
) -> None:
    """A full disk: 503 for what does not fit, and nothing else is lost."""
    own, user = make_server(LOG_LEVEL="error"), register(calm.url)
    kept = [user.bookmark(notes="x" * 1000) for _ in range(3)]
    user = move(user, calm, own)
    with limited_files(own.database.stat().st_size + 60_000):
        assert own.serve()
    refused = []
    for _ in range(60):
        sent = {"url": unique_url(), "title": "T", "notes": "x" * 1000}
        answer = user.request("create_bookmark", json=sent, expect={201, 503})
        {201: kept, 503: refused}[answer.status_code].append(answer)
    assert len(refused) >= 10
    for answer in refused:
        expect.problem(answer, 503)
        expect.retry_after(answer)
    user.request("show_health", expect=200)
    made = kept[:3] + [answer.json() for answer in kept[3:]]
    assert bookmarks_of(user) == made
    own.kill()
    found = [row for _, row in holds(own.database, "x" * 1000)]
    assert len(found) == len(made)


def overwrite(path: Path, start: int) -> None:
    """Put garbage into a file from one place to its end."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5garbage" * ((size - start) // 8 + 1))


@pytest.mark.rule("STORAGE-9", "HEALTH-2", "HEALTH-4")
@pytest.mark.managed
def test_a_corrupt_database_takes_no_writes(
    calm: Server, known: Known, make_server: Callable[..., Server]
) -> None:
    """A corrupt file: 503, and nothing writes over what is left."""
    own, start = make_server(), 4096
    client = move(known.user, calm, own).client
    overwrite(own.database, start)
    before = own.database.read_bytes()
    assert own.serve()
    for write in known.writes:
        write.is_refused(own)
    expect.problem(client.request("list_bookmarks", expect=503), 503)
    client.request("show_health", expect=200)
    assert own.database.read_bytes()[start:] == before[start:]
    client.close()


def refuse_postgresql(server: Server, *verb: str) -> None:
    """Check that a verb says that there is no PostgreSQL, and exits 2."""
    secret = "postgresql://somebody:hushhush@localhost/shelf"
    done = server.run(*verb, env={"DATABASE_URL": secret})
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert "PostgreSQL" in done.stderr
    assert "hushhush" not in done.stderr + done.stdout


@pytest.mark.rule("STORAGE-10", "SETTINGS-4")
@pytest.mark.managed
@pytest.mark.postgres(driver=False)
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_run_says_that_it_has_no_postgresql(
    server: Server, verb: list[str]
) -> None:
    """Without a driver, PostgreSQL is refused with exit 2."""
    refuse_postgresql(server, *verb)


def check_far_date(server: Server) -> None:
    """Keep, show, change, export and delete what is of the last second."""
    user, last = register(server.url), "9999-12-31T23:59:59"
    entry = uploads.entry(unique_url(), "Far", 'ADD_DATE="253402300799"')
    user.request(
        "import_bookmarks",
        data=uploads.form(uploads.write(entry)),
        headers=uploads.FORM,
        expect=200,
    )
    (made,) = bookmarks_of(user)
    expect.bookmark(
        made, created_at=f"{last}.000000Z", updated_at=f"{last}.000000Z"
    )
    shown = user.request("show_bookmark", id=made["id"], expect=200).json()
    assert shown == made
    change = {"title": "Changed"}
    changed = user.request(
        "update_bookmark", id=made["id"], json=change, expect=200
    ).json()
    assert changed == made | change | {"updated_at": changed["updated_at"]}
    assert made["updated_at"] < changed["updated_at"] < "9999-12-31T23:59:59Z"
    exported = user.request("export_bookmarks", expect=200)
    assert 'ADD_DATE="253402300799"' in exported.text
    user.request("delete_bookmark", id=made["id"], expect=204)
    user.client.close()


@pytest.mark.rule("STORAGE-12")
@pytest.mark.managed
def test_the_last_second_of_the_calendar(server: Server) -> None:
    """A bookmark of the year 9999 is as good as any."""
    check_far_date(server)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """Give a server with a fresh PostgreSQL database, in Tokyo."""
    base, name = os.environ["TEST_POSTGRES_URL"], unique()
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
        db.execute(f"ALTER DATABASE {name} SET timezone TO 'Asia/Tokyo'")
        db.execute(f"ALTER DATABASE {name} SET datestyle TO 'SQL, DMY'")
    address = urlsplit(base)._replace(path=f"/{name}").geturl()
    own = Server(os.environ.get("IMPL") or "stdlib", {"DATABASE_URL": address})
    own.address = address
    try:
        own.migrations = migrate_at_once(own)
        yield own.start(migrate=False)
    finally:
        own.stop()
        with psycopg.connect(base, autocommit=True) as db:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate_at_once(server: Server) -> list[subprocess.CompletedProcess]:
    """Run `migrate` four times at the same moment."""
    return together(4, lambda _: server.run("migrate", timeout=60))


def postgres_holds(address: str, marker: str) -> list[tuple[str, str]]:
    """Return table and row wherever a row has the marker in it."""
    with psycopg.connect(address) as db:
        names = db.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema = 'public'"
        ).fetchall()
        return [
            (name, row)
            for (name,) in names
            for (row,) in db.execute(f"SELECT t::text FROM {name} t")
            if marker in row
        ]


@contextmanager
def locked_rows(
    address: str, value: str, column: str = "username"
) -> Iterator[None]:
    """Hold a row, the account's by its name, so that its writers wait."""
    table = {"username": "users", "url": "bookmarks"}[column]
    with psycopg.connect(address) as db:
        db.execute(
            f"SELECT 1 FROM {table} WHERE {column} = %s FOR UPDATE", [value]
        )
        yield
        db.rollback()


def hang_up(address: str) -> None:
    """End all connections to a database."""
    with psycopg.connect(os.environ["TEST_POSTGRES_URL"]) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s",
            [urlsplit(address).path[1:]],
        )


def answers_behind(
    postgres: Server, user: User, end: Write, writes: list[Write]
) -> list[raw.Response]:
    """Let writes wait behind the end of what they were sent with."""
    with locked_rows(postgres.address, user.username):
        ended = ask(postgres, end)
        time.sleep(0.1)
        asked = [ask(postgres, write) for write in writes]
        time.sleep(0.3)
    assert ended.answers()[0].status_code == 204
    return answers_of(asked)


@contextmanager
def away(address: str) -> Iterator[None]:
    """Let nobody reach a database for a while."""
    name = urlsplit(address).path[1:]
    change = f"ALTER DATABASE {name} ALLOW_CONNECTIONS"
    with psycopg.connect(os.environ["TEST_POSTGRES_URL"]) as db:
        db.autocommit = True
        db.execute(f"{change} false")
        hang_up(address)
        try:
            yield
        finally:
            db.execute(f"{change} true")


@pytest.mark.managed
@pytest.mark.postgres
class TestPostgreSQL:
    """The promises of storage, kept by another database."""

    @pytest.mark.rule("STORAGE-10", "MIGRATIONS-9", "MIGRATIONS-4")
    def test_migrate_at_once_and_again(self, postgres: Server) -> None:
        """Several `run migrate` all exit with 0; one more changes nothing."""
        for done in postgres.migrations:
            assert done.returncode == 0, done.stderr
        user = register(postgres.url)
        made = user.bookmark(tags=["t"])
        user.request("show_readiness", expect=200)
        done = postgres.run("migrate", timeout=60)
        assert done.returncode == 0, done.stderr
        assert bookmarks_of(user) == [made]

    @pytest.mark.rule("STORAGE-12")
    def test_a_database_with_a_calendar_of_its_own(
        self, postgres: Server
    ) -> None:
        """Its time zone and its style of dates change no time."""
        user, before = register(postgres.url), datetime.now(UTC)
        made = user.bookmark()
        created = expect.timestamp(made["created_at"])
        assert before <= created <= datetime.now(UTC)
        assert bookmarks_of(user) == [made]
        check_far_date(postgres)

    @pytest.mark.rule("STORAGE-12")
    def test_connections_that_died_are_noticed(self, postgres: Server) -> None:
        """After the database has hung up on all, every request is served."""
        user = register(postgres.url)

        def work(_: int) -> None:
            client = Client(postgres.url, user.token)
            client.request("show_me", expect=200, timeout=20)
            sent = {"url": unique_url(), "title": "T"}
            client.request(
                "create_bookmark", json=sent, expect=201, timeout=20
            )
            client.close()

        for _ in range(2):
            together(8, work)
            hang_up(postgres.address)
        together(8, work)
        assert len(bookmarks_of(user)) == 24

    @pytest.mark.rule("STORAGE-10", "TOKENS-16")
    @pytest.mark.parametrize("ending", ["change_password", "delete_token"])
    def test_a_token_that_ends_while_a_write_waits(
        self, postgres: Server, ending: str
    ) -> None:
        """Whatever waits behind the end of its token writes nothing."""
        user = register(postgres.url)
        made = user.bookmark()
        writes = calls_of(user, made["id"])
        token = writes[0].headers["Authorization"].split()[1]
        own = user.token if ending == "change_password" else token
        end = call(user, ending, 0, own)
        all_unauthorized(answers_behind(postgres, user, end, writes))
        assert bookmarks_of(user) == [made]

    @pytest.mark.rule("STORAGE-10", "TOKENS-16")
    def test_a_token_that_ends_while_its_write_waits_for_a_row(
        self, postgres: Server
    ) -> None:
        """A sign-out waits for the write, or the write finds it."""
        user = register(postgres.url)
        made, token = user.bookmark(), user.sign_in()
        write = call(user, "update_bookmark", made["id"], token)
        with locked_rows(postgres.address, made["url"], "url"):
            asked = ask(postgres, write)
            time.sleep(0.2)
            ended = ask(postgres, call(user, "delete_token", 0, token))
            at_once, _, _ = select([ended.connection], [], [], 1)
        assert ended.answers()[0].status_code == 204
        status = asked.answers()[0].status_code
        assert (bool(at_once), status) in {(True, 401), (False, 200)}

    @pytest.mark.rule("STORAGE-10", "SESSIONS-12")
    def test_a_session_that_ends_while_a_form_waits(
        self, postgres: Server
    ) -> None:
        """Whatever waits behind the end of its session writes nothing."""
        user, visitor = register(postgres.url), Visitor(postgres.url)
        made = user.bookmark()
        visitor.sign_in(user.username, user.password)
        forms = forms_of(visitor, made["id"])
        end = call(user, "change_password", 0, user.token)
        all_at_login(answers_behind(postgres, user, end, forms))
        assert bookmarks_of(user) == [made]
        visitor.close()

    @pytest.mark.rule("STORAGE-10", "LOGGING-9")
    def test_a_statement_that_fails_tells_no_value(
        self, postgres: Server
    ) -> None:
        """What was to be stored or looked for is not in the log."""
        user, secret = register(postgres.url), unique()
        with psycopg.connect(postgres.address) as db:
            db.execute("ALTER TABLE bookmarks RENAME TO away")
        try:
            sent = {"url": f"https://{secret}.example/", "title": secret}
            user.request("create_bookmark", json=sent, expect=503)
            query = {"q": secret, "tag": secret}
            user.request("list_bookmarks", params=query, expect=503)
        finally:
            with psycopg.connect(postgres.address) as db:
                db.execute("ALTER TABLE away RENAME TO bookmarks")
        log = postgres.log_text()
        assert "Traceback" in log
        assert secret not in log
        user.request("list_bookmarks", expect=200)

    @pytest.mark.rule("STORAGE-10", "STORAGE-4")
    def test_rows_survive_a_kill(self, postgres: Server) -> None:
        """Whatever was answered with 2xx is there after `kill -9`."""
        user = register(postgres.url)
        made = [user.bookmark(tags=["a", "b"]) for _ in range(5)]
        postgres.restart()
        user.client = Client(postgres.url, user.token)
        assert bookmarks_of(user) == made

    @pytest.mark.rule("STORAGE-10", "STORAGE-5")
    def test_twenty_creations_of_one_url(self, postgres: Server) -> None:
        """Of 20 parallel creations exactly one answers 201."""
        user = register(postgres.url)
        for _ in range(4):
            sent = {"url": unique_url(), "title": "T", "tags": ["t"]}

            def work(_: int, sent: dict = sent) -> int:
                client = Client(postgres.url, user.token)
                answer = client.request(
                    "create_bookmark", json=sent, expect={201, 409}
                )
                client.close()
                return answer.status_code

            assert Counter(together(20, work)) == {201: 1, 409: 19}
        assert len(bookmarks_of(user)) == 4

    @pytest.mark.rule("STORAGE-10", "STORAGE-6")
    def test_twenty_writers_make_four_bookmarks_each(
        self, postgres: Server
    ) -> None:
        """All 80 are there."""
        user = register(postgres.url)

        def work(number: int) -> None:
            client = Client(postgres.url, user.token)
            for _ in range(4):
                sent = {"url": unique_url(), "title": "T", "tags": ["t"]}
                client.request("create_bookmark", json=sent, expect=201)
            client.close()

        together(20, work)
        assert len(bookmarks_of(user)) == 80

    @pytest.mark.rule("STORAGE-10", "STORAGE-3")
    @pytest.mark.parametrize("operation", BESIDE)
    def test_a_write_beside_the_deletion(
        self, postgres: Server, operation: str
    ) -> None:
        """A write beside the deletion of its account leaves no row."""
        twice = AFTER_EACH_OTHER.get(operation, set())
        for _ in range(2):
            user = register(postgres.url)
            done = race_with_deletion(
                postgres,
                user,
                caller(user, operation),
                lambda user=user: locked_rows(postgres.address, user.username),
                before=1,
            )
            assert set(done) <= {200, 201, 204, 401} | twice, done
            held = postgres_holds(postgres.address, user.username)
            assert {table for table, _ in held} <= MAY_HOLD_THE_NAME

    @pytest.mark.rule("STORAGE-10", "CACHING-7")
    def test_of_twenty_changes_with_one_tag_one_wins(
        self, postgres: Server
    ) -> None:
        """Of 20 parallel PUTs with one `If-Match` exactly one is done."""
        user = register(postgres.url)
        made = user.bookmark()
        shown = user.request("show_bookmark", id=made["id"], expect=200)
        headers = {"If-Match": expect.etag(shown)}

        def work(number: int) -> tuple[int, str]:
            client = Client(postgres.url, user.token)
            sent = {"url": made["url"], "title": f"{number}"}
            answer = client.request(
                "replace_bookmark",
                id=made["id"],
                json=sent,
                headers=headers,
                expect={200, 412},
            )
            client.close()
            return answer.status_code, sent["title"]

        done = together(20, work)
        assert Counter(status for status, _ in done) == {200: 1, 412: 19}
        (winner,) = [title for status, title in done if status == 200]
        (item,) = bookmarks_of(user)
        expect.bookmark(item, title=winner, tags=[])

    @pytest.mark.rule("STORAGE-10", "IMPORTING-5")
    def test_two_imports_at_once(self, postgres: Server) -> None:
        """Of two imports of one file each URL is created once."""
        user = register(postgres.url)

        def work(_: int) -> dict:
            client = Client(postgres.url, user.token)
            answer = client.request(
                "import_bookmarks",
                data=uploads.form(uploads.many(300)),
                headers=uploads.FORM,
                expect=200,
                timeout=20,
            )
            client.close()
            return answer.json()

        done = together(2, work)
        for name in ("created", "skipped"):
            assert sum(one[name] for one in done) == 300, done
        urls = [f"https://example.com/many/{n}" for n in range(300)]
        assert [one["url"] for one in bookmarks_of(user)] == urls

    @pytest.mark.rule("STORAGE-10", "LIMITS-4")
    def test_sign_ins_that_fail_are_counted(self, postgres: Server) -> None:
        """After ten that failed the next is refused."""
        user = register(postgres.url)
        sent = {"username": user.username, "password": "a wrong phrase"}
        for status in [401] * 10 + [429]:
            answer = user.request("create_token", json=sent, expect=status)
        expect.retry_after(answer)

    @pytest.mark.rule("STORAGE-10", "SESSIONS-3", "SESSIONS-4")
    def test_a_session_begins_and_ends(self, postgres: Server) -> None:
        """Who signs in by the page is known until the sign-out."""
        user, visitor = register(postgres.url), Visitor(postgres.url)
        visitor.sign_in(user.username, user.password)
        visitor.submit("/", "/bookmarks", url=unique_url(), title="By a page")
        (item,) = bookmarks_of(user)
        expect.bookmark(item, title="By a page")
        before = visitor.copy()
        visitor.submit("/", "/logout")
        for browser in (visitor, before):
            assert not browser.is_signed_in()
            browser.close()

    @pytest.mark.rule("STORAGE-10", "HEALTH-4", "ERRORS-6")
    def test_a_database_that_is_away(self, postgres: Server) -> None:
        """Not ready, and 503, until the database is back."""
        user = register(postgres.url)
        with away(postgres.address):
            for operation in ("show_readiness", "show_me", "delete_me"):
                answer = user.request(operation, expect=503, timeout=20)
                expect.problem(answer, 503)
                expect.retry_after(answer)
            user.request("show_health", expect=200)
        user.request("show_readiness", expect=200, timeout=20)
        user.request("show_me", expect=200)

    @pytest.mark.rule("STORAGE-10", "TAGS-2", "SEARCH-2")
    def test_order_and_search_are_the_same(self, postgres: Server) -> None:
        """Tags go by code points and `É` finds `é`, whatever the locale."""
        user = register(postgres.url)
        names = ["a b", "a", "a-b", "é", "z", "_", "ab", "😀", "\uffee"]
        made = user.bookmark(title="CAFÉ", tags=names)
        items = user.request("list_tags", expect=200).json()["items"]
        assert [item["name"] for item in items] == sorted(names)
        for q, total in (("café", 1), ("cafe", 0), ("%", 0), ("_", 0)):
            answer = user.request(
                "list_bookmarks", params={"q": q}, expect=200
            )
            assert expect.page(answer.json(), total=total) == [made] * total

    @pytest.mark.rule("STORAGE-10", "CLI-5", "CLI-6")
    def test_create_admin(self, postgres: Server) -> None:
        """The verb does the same as on SQLite."""
        verb = ("create-admin", unique())
        done = together(2, lambda _: postgres.run(*verb, input=PASSWORD))
        failed = [one for one in done if one.returncode]
        assert len(failed) == 1, [one.stderr for one in done]

    @pytest.mark.rule("STORAGE-10", "IMPORTING-8")
    def test_many_bookmarks_are_imported(self, postgres: Server) -> None:
        """A file of many bookmarks is stored whole and in its order."""
        username = unique()
        token = seed.seed(postgres.url, username, PASSWORD, 2000)
        client = Client(postgres.url, token)
        made = bookmarks_of(User(username, PASSWORD, token, client))
        client.close()
        wanted = [seed.bookmark(number + 1) for number in range(2000)]
        names = ("url", "title", "notes", "tags")
        assert [{name: one[name] for name in names} for one in made] == wanted

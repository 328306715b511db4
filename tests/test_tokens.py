"""Tokens: signing in, staying signed in, signing out."""

import base64
import hashlib
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from tests.support import expect, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    bookmarks_of,
    register,
    unique,
    unique_url,
)
from tests.support.raw import Response
from tests.support.servers import Server
from tests.support.tables import dump

DAY = 86400
SIGN_IN_FAULTS = [
    ({}, [("username", "required"), ("password", "required")]),
    ({"username": "abc"}, [("password", "required")]),
    ({"password": "abc"}, [("username", "required")]),
    ({"username": None, "password": "abc"}, [("username", "type")]),
    ({"username": 5, "password": "abc"}, [("username", "type")]),
    ({"username": ["a"], "password": "abc"}, [("username", "type")]),
    ({"username": {}, "password": "abc"}, [("username", "type")]),
    ({"username": True, "password": "abc"}, [("username", "type")]),
    ({"username": "abc", "password": None}, [("password", "type")]),
    ({"username": "abc", "password": 12345678}, [("password", "type")]),
    ({"username": "abc", "password": ["x"]}, [("password", "type")]),
    ({"username": "a\0b", "password": "abc"}, [("username", "invalid")]),
    ({"username": "abc", "password": "\0"}, [("password", "invalid")]),
    (
        {"username": "abc", "password": "abc", "admin": True},
        [("admin", "unknown")],
    ),
    (
        {"extra": 1, "username": "\0", "password": 1},
        [("username", "invalid"), ("password", "type"), ("extra", "unknown")],
    ),
]
NEITHER = [
    ("", ""),
    ("a", "a"),
    ("ab", "short"),
    ("A" * 31, "x" * 129),
    ("a" * 5000, "b" * 5000),
    ("Not A Name", "not a password"),
    ("jürgen", "ü" * 8),
    ("😀😀😀", "😀"),
    (" demo ", " "),
    ("a\nb", "a\nb"),
    ("admin'--", "' OR '1'='1"),
    ("%", "%"),
    ("\u200b", "\ufeff"),
]

UNFIT = ["", "x" * 129, "b" * 5000, "😀", " " + PASSWORD, PASSWORD.upper()]


def ask(client: Client, username: object, password: object) -> Response:
    """Try to sign in where it must be refused."""
    return client.request(
        "create_token",
        json={"username": username, "password": password},
        headers={"Authorization": None},
        expect=401,
    )


def face(answer: Response) -> tuple[bytes, dict]:
    """Return the body and the headers that do not change by themselves."""
    changing = {"date", "expires", "x-request-id"}
    headers = {
        k: v for k, v in answer.headers.items() if k.lower() not in changing
    }
    return answer.content, headers


@pytest.mark.rule("TOKENS-1", "TOKENS-5")
def test_create_token_answers_a_token(client: Client, user: User) -> None:
    """201 with exactly `token`, `token_type`, `expires_at`; no-store."""
    before = datetime.now(UTC)
    answer = client.request(
        "create_token",
        json={"username": user.username, "password": user.password},
        expect=201,
    )
    body = expect.strict_json(answer)
    token = expect.token(body)
    expires = expect.timestamp(body["expires_at"])
    assert expires > before
    directives = answer.headers["Cache-Control"].lower().split(",")
    assert "no-store" in [one.strip() for one in directives]
    headers = {"Authorization": f"Bearer {token}"}
    me = client.request("show_me", headers=headers, expect=200)
    assert me.json()["username"] == user.username


@pytest.mark.rule("TOKENS-2")
def test_each_sign_in_makes_a_new_token(user: User) -> None:
    """A token is 32 random bytes; each sign-in makes a new one."""
    tokens = [user.sign_in() for _ in range(30)]
    assert len(set(tokens)) == 30
    whole = [base64.urlsafe_b64decode(token + "=") for token in tokens]
    assert {len(one) for one in whole} == {32}
    for place in range(32):
        assert len({one[place] for one in whole}) > 5, f"byte {place}"
    for token in tokens[::10]:
        headers = {"Authorization": f"Bearer {token}"}
        user.request("show_me", headers=headers, expect=200)


@pytest.mark.rule("TOKENS-3")
@pytest.mark.managed
def test_a_token_is_stored_only_as_its_digest(
    server: Server, user: User
) -> None:
    """A token is stored only as its SHA-256."""
    digest = hashlib.sha256(user.token.encode()).digest()
    forms = {
        digest,
        digest.hex(),
        base64.b64encode(digest).decode(),
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    raw_bytes = base64.urlsafe_b64decode(user.token + "=")
    values = [
        value
        for rows in dump(server.database).values()
        for row in rows
        for value in row
    ]
    assert len([v for v in values if type(v) is not int and v in forms]) == 1
    texts = "\n".join(map(repr, values))
    for secret in (user.token, raw_bytes.hex(), repr(raw_bytes)[2:-1]):
        assert secret not in texts
    files = server.folder.glob("shelf.db*")
    assert not any(user.token.encode() in f.read_bytes() for f in files)


@pytest.mark.rule("TOKENS-4", "TOKENS-18")
@pytest.mark.managed
def test_a_token_ends_after_its_time(brief: Server) -> None:
    """A token answers 401 after `TOKEN_TTL` seconds; then its row goes."""
    user, ttl = register(brief.url), timedelta(seconds=2)
    sent = {"username": user.username, "password": user.password}
    for _ in range(3):  # a busy machine may be too late to use it
        before = datetime.now(UTC)
        answer = user.client.request("create_token", json=sent, expect=201)
        body, after = answer.json(), datetime.now(UTC)
        expires = expect.timestamp(body["expires_at"])
        assert before + ttl <= expires <= after + ttl
        user.client.token = body["token"]
        shown = user.request("show_me", expect={200, 401})
        if datetime.now(UTC) < expires:
            break
    assert shown.status_code == 200
    left = (expires - datetime.now(UTC)).total_seconds()
    time.sleep(max(0, left + 0.02))
    for operation in ("show_me", "list_bookmarks", "list_tags"):
        user.request(operation, expect=401)
    sent = {"url": unique_url(), "title": "T"}
    user.request("create_bookmark", json=sent, expect=401)
    user.request("delete_token", expect=401)
    user.request("delete_me", expect=401)
    assert tokens_of(brief, user) > 1
    user.client.token = user.sign_in()
    user.request("show_me", expect=200)
    assert tokens_of(brief, user) == 1


def tokens_of(server: Server, user: User) -> int:
    """Count the rows of an account's tokens."""
    with closing(sqlite3.connect(server.database)) as db:
        query = "SELECT count(*) FROM tokens WHERE user_id = ?"
        return db.execute(query, [user.id]).fetchone()[0]


@pytest.mark.rule("TOKENS-4", "SETTINGS-1")
@pytest.mark.managed
def test_a_token_is_valid_for_a_day_by_default(
    server: Server, user: User
) -> None:
    """`TOKEN_TTL` is 86400 seconds when it is not set."""
    before = datetime.now(UTC)
    answer = user.client.request(
        "create_token",
        json={"username": user.username, "password": user.password},
        expect=201,
    )
    expires = expect.timestamp(answer.json()["expires_at"])
    day = timedelta(seconds=DAY)
    assert before + day <= expires <= datetime.now(UTC) + day


@pytest.mark.rule("TOKENS-6")
def test_a_refused_sign_in_always_looks_the_same(
    client: Client, user: User
) -> None:
    """Unknown name, wrong password, neither: the same 401."""
    wrong = ask(client, user.username, "wrong password")
    expect.problem(wrong, 401)
    tries = [
        *NEITHER,
        (unique(), PASSWORD),
        (user.username.upper(), user.password),
        (f" {user.username}", user.password),
        *((user.username, password) for password in UNFIT),
    ]
    for name, password in tries:
        assert face(ask(client, name, password)) == face(wrong), name


@pytest.mark.rule("TOKENS-7")
@pytest.mark.parametrize("name", ["", "ab", "Not A Name", "a" * 5000])
def test_a_name_that_nobody_can_have_is_no_invalid_input(
    client: Client, name: str
) -> None:
    """What sign-up would refuse is at sign-in a wrong name like any other."""
    ask(client, name, PASSWORD)


@pytest.mark.rule("TOKENS-7")
@pytest.mark.parametrize(("sent", "errors"), SIGN_IN_FAULTS)
def test_create_token_refuses_what_is_no_sign_in(
    client: Client, sent: dict, errors: list
) -> None:
    """422 is for fields missing, unknown, mistyped or with a NUL."""
    answer = client.request("create_token", json=sent, expect=422)
    expect.problem(answer, 422, errors)


def work_of(server: Server) -> float:
    """Return the CPU time of a server with its children, in seconds."""
    first = psutil.Process(server.process.pid)
    times = [
        one.cpu_times() for one in [first, *first.children(recursive=True)]
    ]
    return sum(one.user + one.system for one in times)


@pytest.mark.rule("TOKENS-8")
@pytest.mark.managed
def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    silent: Server,
) -> None:
    """They differ by at most 30 %, over several accounts.

    So do names that nobody can have, and passwords that are too long. The
    server's own work is measured, for a machine may be busy with something
    else. The accounts are new: each may fail ten times.
    """
    client, work = Client(silent.url), Counter()
    known = [unique() for _ in range(3)]
    for name in known:
        body = {"username": name, "password": PASSWORD}
        client.request("register_user", json=body, expect=201)
    for name in known:
        for what, username, password in (
            ("wrong", name, "a wrong password"),
            ("unknown", unique(), "a wrong password"),
            ("unfit", f"No {unique()}", PASSWORD),
            ("long", name, "x" * 129),
        ):
            before = work_of(silent)
            for _ in range(4):
                ask(client, username, password)
            work[what] += work_of(silent) - before
    client.close()
    ratios = {what: seconds / work["wrong"] for what, seconds in work.items()}
    assert all(0.7 <= ratio <= 1.3 for ratio in ratios.values()), ratios


@pytest.mark.rule("TOKENS-9")
@pytest.mark.parametrize(
    "value", [None, "", "Basic eDp5", "Bearer x", "Bearer", "nonsense"]
)
@pytest.mark.parametrize(
    "operation", ["show_me", "list_bookmarks", "delete_token", "list_users"]
)
def test_a_401_names_the_scheme(
    client: Client, operation: str, value: str | None
) -> None:
    """Every 401 carries `WWW-Authenticate` with the scheme Bearer."""
    answer = client.request(
        operation, headers={"Authorization": value}, expect=401
    )
    expect.problem(answer, 401)
    expect.challenge(answer)


WRONG = [
    "",
    "x",
    "{token}x",
    "x{token}",
    "{token}=",
    "{token}==",
    "{short}",
    "{tail}",
    "{swapped}",
    "{reversed}",
    "{token}{token}",
    "{token} {token}",
    "{token},{token}",
    "{token}, {token}",
    "{token} x",
    "x {token}",
    "Bearer {token}",
    "Bearer",
    '"{token}"',
    "<{token}>",
    "token={token}",
    "{digest}",
    "{token};",
    "%00{token}",
    "null",
    "undefined",
    "' OR '1'='1",
    "é",
    "\xff\xfe",
    "é{token}",
    "A" * 43,
    "-" * 43,
    "A" * 4000,
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
]


def wrong_token(form: str, token: str) -> str:
    """Make of a valid token one that is not."""
    return form.format(
        token=token,
        short=token[:-1],
        tail=token[1:],
        swapped=token.swapcase(),
        reversed=token[::-1],
        digest=hashlib.sha256(token.encode()).hexdigest(),
    )


@pytest.mark.rule("TOKENS-10")
@pytest.mark.parametrize("form", WRONG)
def test_anything_but_one_valid_token_is_refused(
    client: Client, someone: User, form: str
) -> None:
    """Anything but one valid token answers 401."""
    value = f"Bearer {wrong_token(form, someone.token)}".rstrip()
    answer = client.request(
        "show_me",
        headers={"Authorization": value.encode("latin-1")},
        expect=401,
    )
    expect.problem(answer, 401)
    expect.no_secret(answer, someone.token)


@pytest.mark.rule("TOKENS-17")
@pytest.mark.parametrize("form", ["x", "{token}x", "{short}", "{swapped}"])
def test_a_bad_token_is_told(client: Client, someone: User, form: str) -> None:
    """A token that is not valid is told by `error="invalid_token"`."""
    value = f"Bearer {wrong_token(form, someone.token)}"
    headers = {"Authorization": value}
    answer = client.request("show_me", headers=headers, expect=401)
    assert expect.challenge(answer) == "invalid_token"


@pytest.mark.rule("TOKENS-10")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/bookmarks"),
        ("POST", "/api/bookmarks"),
        ("PUT", "/api/bookmarks/1"),
        ("PATCH", "/api/bookmarks/1"),
        ("DELETE", "/api/bookmarks/1"),
        ("GET", "/api/tags"),
        ("PUT", "/api/me/password"),
        ("DELETE", "/api/me"),
        ("DELETE", "/api/tokens/current"),
        ("GET", "/api/users"),
        ("DELETE", "/api/users/1"),
    ],
)
def test_a_revoked_token_is_refused_everywhere(
    user: User, method: str, path: str
) -> None:
    """A token that was ended opens nothing any more."""
    user.request("delete_token", expect=204)
    sent = {"url": unique_url(), "title": "T"}
    user.request(method, path, json=sent, expect=401)


@pytest.mark.rule("TOKENS-12")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_case_insensitive(
    client: Client, someone: User, scheme: str
) -> None:
    """The scheme `Bearer` is case-insensitive."""
    headers = {"Authorization": f"{scheme} {someone.token}"}
    answer = client.request("show_me", headers=headers, expect=200)
    assert answer.json()["id"] == someone.id
    headers = {"Authorization": f"{scheme} x"}
    client.request("show_me", headers=headers, expect=401)


@pytest.mark.rule("TOKENS-13")
@pytest.mark.parametrize(
    "form",
    [
        "Basic {0}",
        "Token {0}",
        "Digest {0}",
        "JWT {0}",
        "Bearertoken {0}",
        "Bear {0}",
        "{0}",
        "Bearer{0}",
        "Bearer_{0}",
        "Negotiate",
    ],
)
def test_another_scheme_is_as_no_credentials(
    client: Client, someone: User, form: str
) -> None:
    """Another scheme answers as a request without credentials does."""
    without = client.request("show_me", expect=401)
    headers = {"Authorization": form.format(someone.token)}
    answer = client.request("show_me", headers=headers, expect=401)
    assert face(answer) == face(without)


@pytest.mark.rule("TOKENS-13")
@pytest.mark.parametrize(
    "name", ["token", "access_token", "bearer", "authorization", "api_key"]
)
def test_a_token_in_the_query_or_the_body_is_ignored(
    client: Client, someone: User, name: str
) -> None:
    """A token in the query or the body is no credential."""
    for value in (someone.token, f"Bearer {someone.token}"):
        client.request("show_me", params={name: value}, expect=401)
        sent = {"url": unique_url(), "title": "T", name: value}
        client.request("create_bookmark", json=sent, expect=401)


@pytest.mark.rule("TOKENS-13")
@pytest.mark.parametrize(
    "header", ["X-Token", "X-Auth-Token", "X-API-Key", "Proxy-Authorization"]
)
def test_a_token_in_another_header_is_ignored(
    client: Client, someone: User, header: str
) -> None:
    """Only `Authorization` carries credentials."""
    headers = {header: f"Bearer {someone.token}"}
    client.request("show_me", headers=headers, expect=401)
    headers = {"Cookie": f"token={someone.token}; session={someone.token}"}
    client.request("show_me", headers=headers, expect=401)


@pytest.mark.rule("TOKENS-14")
@pytest.mark.parametrize(
    "value", ["Bearer {0}", "Bearer x", "Bearer", "Basic eDp5", "é", ""]
)
def test_operations_without_a_token_ignore_one(
    client: Client, someone: User, value: str
) -> None:
    """Operations that need no token ignore one, good or bad."""
    text = value.format(someone.token).encode("latin-1")
    headers = {"Authorization": text}
    client.request("show_health", headers=headers, expect=200)
    client.request("show_readiness", headers=headers, expect=200)
    sent = {"username": unique(), "password": PASSWORD}
    client.request("register_user", json=sent, headers=headers, expect=201)
    answer = client.request(
        "create_token", json=sent, headers=headers, expect=201
    )
    own = {"Authorization": f"Bearer {expect.token(answer.json())}"}
    answer = client.request("show_me", headers=own, expect=200)
    assert answer.json()["username"] == sent["username"]


@pytest.mark.rule("TOKENS-15")
def test_delete_token_ends_that_token_only(user: User, other: User) -> None:
    """204 without a body; the token that asks ends, and no other."""
    tokens = [user.sign_in() for _ in range(3)]
    ended = {"Authorization": f"Bearer {tokens[1]}"}
    answer = user.request("delete_token", headers=ended, expect=204)
    expect.no_body(answer)
    for operation in ("show_me", "delete_token"):
        user.request(operation, headers=ended, expect=401)
    for token in (tokens[0], tokens[2], user.token):
        headers = {"Authorization": f"Bearer {token}"}
        user.request("show_me", headers=headers, expect=200)
    other.request("show_me", expect=200)


@pytest.mark.rule("TOKENS-16")
def test_a_token_that_ends_under_way_writes_nothing(
    server: Server, user: User
) -> None:
    """The body comes after the token has ended: 401, nothing stored."""
    body = uploads.form(uploads.many(1000))  # too long to be read first
    headers = {
        **uploads.FORM,
        "Authorization": f"Bearer {user.sign_in()}",
        "Content-Length": str(len(body)),
        "Expect": "100-continue",
    }
    head = raw.message("POST", "/api/import", headers.items())
    asked = raw.Asked(server, 401, timeout=10).send([head])
    asked.wait_for_continue()
    ended = {"Authorization": headers["Authorization"]}
    user.request("delete_token", headers=ended, expect=204)
    asked.send_body(body)
    asked.answers()
    assert bookmarks_of(user) == []


@pytest.mark.rule("TOKENS-2", "TOKENS-15")
@pytest.mark.managed
def test_a_token_that_ended_leaves_no_row(server: Server, user: User) -> None:
    """An ended token is gone from the database."""
    before = dump(server.database)
    headers = {"Authorization": f"Bearer {user.sign_in()}"}
    assert dump(server.database) != before
    user.request("delete_token", headers=headers, expect=204)
    assert dump(server.database) == before

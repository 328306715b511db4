"""Accounts: names, passwords and what is kept of them."""

import base64
import hashlib
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import argon2
import pytest

from tests.support import document, expect
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    tags_of,
    unique,
    unique_url,
)
from tests.support.report import SPEC
from tests.support.servers import Server
from tests.support.tables import dump, holds
from tests.support.visitor import ACCEPTED, FORM_AGAIN, URLENCODED, Visitor

pytest_plugins = "tests.support.visiting"

COMMON = (SPEC / "common-passwords.txt").read_text("utf-8").split()
BAD_NAMES = [
    ("", {"too_short", "invalid"}),
    ("a", {"too_short", "invalid"}),
    ("ab", {"too_short", "invalid"}),
    ("a" * 31, {"too_long", "invalid"}),
    ("a" * 5000, {"too_long", "invalid"}),
    ("Abc", "invalid"),
    ("ABC", "invalid"),
    ("a b", "invalid"),
    (" abc", "invalid"),
    ("abc ", "invalid"),
    ("abc\n", "invalid"),
    ("\nabc", "invalid"),
    ("a-b-c", "invalid"),
    ("a.b.c", "invalid"),
    ("a@b.c", "invalid"),
    ("a/../b", "invalid"),
    ("jürgen", "invalid"),
    ("ﬁona", "invalid"),
    ("１２３", "invalid"),
    ("٣٤٥", "invalid"),
    ("аbс", "invalid"),
    ("abc\u200b", "invalid"),
    ("<b>x</b>", "invalid"),
    ("abc\0", "invalid"),
    ("😀😀😀", "invalid"),
    (None, "type"),
    (123, "type"),
    (True, "type"),
    (["abc"], "type"),
    ({"a": "b"}, "type"),
]
LENGTHS = [
    ("a7b8c9d", 422),
    ("a7b8c9d0", 201),
    ("é" * 7, 422),
    ("é" * 8, 201),
    ("😀" * 7, 422),
    ("😀" * 8, 201),
    ("e\u0301" * 4, 201),
    ("x" * 127 + "y", 201),
    ("x" * 128 + "y", 422),
    ("😀" * 128, 201),
    ("😀" * 129, 422),
    ("", 422),
    ("x" * 5000, 422),
]
BAD_PASSWORDS = [
    (None, "type"),
    (12345678, "type"),
    (True, "type"),
    (["a7b8c9d0"], "type"),
    ("a7b8\0c9d0", "invalid"),
    ("a7b8c9d0\0", "invalid"),
]
EXACT = [
    ("correct horse", ["Correct horse", "correct horse ", " correct horse"]),
    (" blanks around ", ["blanks around", " blanks around", "blanks around "]),
    ("line break\n", ["line break", "line break\r\n", "line break\n\n"]),
    ("caf\u00e9 caf\u00e9", ["cafe\u0301 cafe\u0301", "cafe cafe"]),
    ("cafe\u0301 cafe", ["caf\u00e9 cafe", "cafe cafe"]),
    ("Straße und so", ["Strasse und so", "straße und so"]),
    ("ﬁsh and chips", ["fish and chips"]),
    ("p" * 72 + "tail one", ["p" * 72 + "tail two", "p" * 72]),
    ("😀" * 127 + "x", ["😀" * 127 + "y", "😀" * 127, "😀" * 127 + "xx"]),
    ("percent %s {0} \\", ["percent %s {0} ", "percent %s {0} \\\\"]),
    ("nbsp\u00a0 nbsp\u00a0", ["nbsp  nbsp ", "nbsp\u00a0 nbsp"]),
]


def sign_in(
    client: Client, username: str, password: str, wanted: int
) -> object:
    """Ask for a token, with no token on the request."""
    return client.request(
        "create_token",
        json={"username": username, "password": password},
        headers={"Authorization": None},
        expect=wanted,
    )


@pytest.mark.rule("ACCOUNTS-1", "ACCOUNTS-2")
def test_register_user_answers_the_user(client: Client) -> None:
    """`register_user` answers 201, the user and `Location: /api/me`."""
    name = unique()
    answer = client.request(
        "register_user",
        json={"username": name, "password": PASSWORD},
        expect=201,
    )
    expect.user(expect.strict_json(answer), username=name, admin=False)
    expect.location(answer, "/api/me")


@pytest.mark.rule("ACCOUNTS-18", "ACCOUNTS-2")
def test_show_me_shows_the_account_that_asks(user: User, other: User) -> None:
    """A user is the same wherever it appears."""
    for account in (user, other):
        answer = account.request("show_me", expect=200)
        me = expect.strict_json(answer)
        assert me["username"] == account.username
        expect.user(
            me,
            username=account.username,
            admin=False,
            id=account.id,
        )
    assert user.id != other.id


@pytest.mark.rule("ACCOUNTS-3")
@pytest.mark.parametrize(
    "name", ["abc", "___", "000", "a_1", "z" * 3, "x" * 17, "_a0"]
)
def test_register_user_takes_good_names(client: Client, name: str) -> None:
    """Small letters, digits and the underscore: 3 to 30 of them."""
    own = (name + unique())[:30]
    sent = {"username": own, "password": PASSWORD}
    answer = client.request("register_user", json=sent, expect=201)
    expect.user(answer.json(), username=own)


@pytest.mark.rule("ACCOUNTS-3")
@pytest.mark.parametrize("length", [3, 30])
def test_register_user_takes_names_of_every_length(
    client: Client, length: int
) -> None:
    """A name has 3 to 30 characters, both included."""
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789_"
    for _ in range(9):  # a short name may be taken
        name = "".join(secrets.choice(alphabet) for _ in range(length))
        sent = {"username": name, "password": PASSWORD}
        answer = client.request("register_user", json=sent, expect={201, 409})
        if answer.status_code == 201:
            break
    expect.user(answer.json(), username=name)


@pytest.mark.rule("ACCOUNTS-3")
@pytest.mark.parametrize(("name", "code"), BAD_NAMES)
def test_register_user_refuses_bad_names(
    client: Client, name: object, code: str | set[str]
) -> None:
    """A name that does not match `[a-z0-9_]{3,30}` answers 422."""
    sent = {"username": name, "password": PASSWORD}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [("username", code)])


@pytest.mark.rule("ACCOUNTS-4")
def test_register_user_refuses_a_taken_name(
    client: Client, user: User
) -> None:
    """A name that is taken answers 409, and its account stays."""
    sent = {"username": user.username, "password": "another pass phrase"}
    for _ in range(2):
        answer = client.request("register_user", json=sent, expect=409)
        expect.problem(answer, 409)
    sign_in(client, user.username, user.password, 201)
    sign_in(client, user.username, "another pass phrase", 401)


@pytest.mark.rule("ACCOUNTS-5")
@pytest.mark.parametrize(("password", "status"), LENGTHS)
def test_register_user_counts_the_password(
    client: Client, password: str, status: int
) -> None:
    """A new password has 8 to 128 code points."""
    name = unique()
    client.request(
        "register_user",
        json={"username": name, "password": password},
        expect=status,
    )
    sign_in(client, name, password, {201: 201, 422: 401}[status])


@pytest.mark.rule("ACCOUNTS-5")
@pytest.mark.parametrize(("password", "status"), LENGTHS)
def test_change_password_counts_the_password(
    user: User, password: str, status: int
) -> None:
    """A new password has 8 to 128 code points when it is changed too."""
    answer = user.request(
        "change_password",
        json={"current_password": user.password, "new_password": password},
        expect={201: 204, 422: 422}[status],
    )
    fields = [error["field"] for error in answer_errors(answer.content)]
    assert fields == {201: [], 422: ["new_password"]}[status]


def answer_errors(content: bytes) -> list[dict]:
    """Return the errors of a problem document, none for no body."""
    return json.loads(content or b"{}").get("errors", [])


@pytest.mark.rule("ACCOUNTS-5", "ACCOUNTS-11")
@pytest.mark.parametrize(("password", "code"), BAD_PASSWORDS)
@pytest.mark.parametrize("field", ["current_password", "new_password"])
def test_change_password_refuses_what_is_no_password(
    user: User, field: str, password: object, code: str
) -> None:
    """Both passwords are strings without NUL."""
    sent = {
        "current_password": user.password,
        "new_password": "another pass phrase",
        field: password,
    }
    answer = user.request("change_password", json=sent, expect=422)
    expect.problem(answer, 422, [(field, code)])
    sign_in(user.client, user.username, user.password, 201)


@pytest.mark.rule("ACCOUNTS-5")
@pytest.mark.parametrize(("password", "code"), BAD_PASSWORDS)
def test_register_user_refuses_what_is_no_password(
    client: Client, password: object, code: str
) -> None:
    """A password is a string without NUL."""
    sent = {"username": unique(), "password": password}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [("password", code)])


@pytest.mark.rule("ACCOUNTS-5")
@pytest.mark.parametrize("current", ["", "x", "x" * 5000])
def test_the_current_password_is_compared_and_not_judged(
    user: User, current: str
) -> None:
    """`current_password` may be any string; a wrong one answers 403."""
    sent = {"current_password": current, "new_password": "some new phrase"}
    answer = user.request("change_password", json=sent, expect=403)
    expect.problem(answer, 403)


COMMON_SAMPLE = sorted(
    {COMMON[0], COMMON[-1], *COMMON[:: max(1, len(COMMON) // 8)]}
)


@pytest.mark.rule("ACCOUNTS-6")
@pytest.mark.parametrize("change", [str, str.upper, str.title])
@pytest.mark.parametrize("password", COMMON_SAMPLE)
def test_a_common_password_is_refused(
    client: Client, someone: User, password: str, change: Callable[[str], str]
) -> None:
    """A password of the list, compared by casefold, is `common`."""
    sent = {"username": unique(), "password": change(password)}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [("password", "common")])
    sent = {
        "current_password": someone.password,
        "new_password": change(password),
    }
    answer = someone.request("change_password", json=sent, expect=422)
    expect.problem(answer, 422, [("new_password", "common")])


@pytest.mark.rule("ACCOUNTS-6")
@pytest.mark.parametrize("form", ["{0}{0}", "qx{0}", "{0}qx"])
def test_a_password_that_only_holds_a_common_one_is_taken(
    client: Client, form: str
) -> None:
    """The whole password is compared with the list."""
    password = form.format(COMMON[0])
    assert password not in COMMON
    sent = {"username": unique(), "password": password}
    client.request("register_user", json=sent, expect=201)


@pytest.mark.rule("ACCOUNTS-7")
def test_the_username_is_no_password(client: Client, user: User) -> None:
    """A new password that is the username is `common`."""
    name = unique()
    sent = {"username": name, "password": name}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [("password", "common")])
    sent = {"current_password": user.password, "new_password": user.username}
    answer = user.request("change_password", json=sent, expect=422)
    expect.problem(answer, 422, [("new_password", "common")])
    sent = {"current_password": user.password, "new_password": name}
    user.request("change_password", json=sent, expect=204)


@pytest.mark.rule("ACCOUNTS-8")
@pytest.mark.parametrize(("password", "others"), EXACT)
def test_a_password_is_verified_exactly_as_sent(
    make_user: Callable[..., User], password: str, others: list[str]
) -> None:
    """Nothing is trimmed, cut, folded or normalised."""
    user = make_user(password=password)
    for wrong in others:
        sign_in(user.client, user.username, wrong, 401)
        sent = {"current_password": wrong, "new_password": "some new phrase"}
        user.request("change_password", json=sent, expect=403)
    sign_in(user.client, user.username, password, 201)


def decodings(text: str) -> Iterator[bytes]:
    """Read a text as itself, as hexadecimal and as base64."""
    yield text.encode()
    if re.fullmatch("(?:[0-9a-f]{2})+", text):
        yield bytes.fromhex(text)
    if re.fullmatch("[A-Za-z0-9+/._-]+=*", text):
        plain = text.rstrip("=").replace("-", "+").replace("_", "/")
        yield base64.b64decode(plain.replace(".", "+") + "==")


def is_scrypt_of(stored: str, password: str) -> bool:
    """Find in a hash its parameters, its salt and the digest that follows."""
    numbers = set(re.findall(r"(?<![0-9A-Za-z])[0-9]+(?![0-9A-Za-z])", stored))
    if not ({"8", "5"} <= numbers and {"16384", "14"} & numbers):
        return False
    parts = [part for part in re.split(r"[$:,]", stored) if len(part) > 7]
    digests = [digest[:64] for part in parts for digest in decodings(part)]
    for salt in (salt for part in parts for salt in decodings(part)):
        made = hashlib.scrypt(
            password.encode(), salt=salt, n=2**14, r=8, p=5, maxmem=2**26
        )
        if any(len(d) >= 32 and made.startswith(d) for d in digests):
            return True
    return False


def is_argon2_of(stored: str, password: str) -> bool:
    """Verify a hash in the form that the reference of Argon2 gives it."""
    found = argon2.extract_parameters(stored)
    return (
        found.type is argon2.Type.ID
        and found.memory_cost >= 2**14
        and argon2.PasswordHasher().verify(stored, password)
    )


@pytest.mark.rule("ACCOUNTS-9")
@pytest.mark.managed
def test_passwords_are_stored_as_hashes(untouched: Server) -> None:
    """Only hashes of a memory-hard function are stored, with salts."""
    password = "a pass phrase to look for"
    users = [register(untouched.url, password) for _ in range(2)]
    assert holds(untouched.database, password) == []
    stored = [
        value
        for user in users
        for _, row in holds(untouched.database, user.username)
        for value in row
        if re.search(r"\bscrypt|\$argon2id", str(value))
    ]
    assert len(set(stored)) == 2, stored
    for value in stored:
        judge = is_scrypt_of if "scrypt" in value else is_argon2_of
        assert judge(value, password), value


def hash_of(server: Server, user: User) -> str:
    """Return the hash that is stored of an account's password."""
    (stored,) = {
        value
        for _, row in holds(server.database, user.username)
        for value in map(str, row)
        if re.search(r"\bscrypt|\$argon2id", value)
    }
    return stored


def cost_of(stored: str) -> str:
    """Return what a hash says but for its salt and its digest."""
    return re.sub(r"[A-Za-z0-9+/._=-]{12,}", "…", stored)


@pytest.mark.rule("ACCOUNTS-16")
@pytest.mark.managed
def test_a_hash_of_another_cost_is_replaced(
    server: Server, adjusted: Server, user: User, visitor: Visitor
) -> None:
    """The right password, and no other, brings its hash up to date."""
    twin = register(adjusted.url, user.password)
    new, old = hash_of(server, user), hash_of(adjusted, twin)
    assert cost_of(new) != cost_of(old)
    name, password = user.username, user.password
    for sign_in_again in (
        lambda: sign_in(user.client, name, password, 201),
        lambda: visitor.sign_in(name, password),
    ):
        with closing(sqlite3.connect(server.database, timeout=10)) as db, db:
            update = "UPDATE users SET password = ? WHERE username = ?"
            db.execute(update, [old, name])
        sign_in(user.client, name, "a wrong phrase", 401)
        assert hash_of(server, user) == old
        sign_in_again()
        assert cost_of(hash_of(server, user)) == cost_of(new)
        kept = hash_of(server, user)
        sign_in(user.client, name, password, 201)
        assert hash_of(server, user) == kept
    user.request("show_me", expect=200)
    twin.client.close()


@pytest.mark.rule("ACCOUNTS-17")
def test_a_new_password_is_text(client: Client, user: User) -> None:
    """U+FFFD stands for bytes that were none: `invalid`."""
    bad = "pass phrase \ufffd"
    sent = {"username": unique(), "password": bad}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [("password", "invalid")])
    change = {"current_password": user.password, "new_password": bad}
    answer = user.request("change_password", json=change, expect=422)
    expect.problem(answer, 422, [("new_password", "invalid")])
    sign_in(client, user.username, bad, 401)
    sign_in(client, user.username, user.password, 201)


def post_bytes(
    visitor: Visitor, path: str, name: str, password: bytes
) -> None:
    """Send the form of an account with a password of any bytes."""
    form = document.form_to(visitor.visit(path), path)
    token = urlencode(document.hidden_of(form)).encode()
    visitor.request(
        "POST",
        path,
        data=b"%b&username=%b&password=%b" % (token, name.encode(), password),
        headers={"Content-Type": URLENCODED, "Origin": visitor.origin},
        expect={*ACCEPTED, *FORM_AGAIN},
    )


@pytest.mark.rule("ACCOUNTS-17")
def test_a_form_with_a_password_that_is_no_text(
    visitor: Visitor, client: Client
) -> None:
    """The page refuses U+FFFD as the API does."""
    name = unique()
    post_bytes(visitor, "/register", name, b"pass phrase %EF%BF%BD")
    assert not visitor.is_signed_in()
    sent = {"username": name, "password": PASSWORD}
    client.request("register_user", json=sent, expect=201)


@pytest.mark.rule("ACCOUNTS-17", "ACCOUNTS-8")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"%ff", b"%fe"),
        (b"\xff", b"\xfe"),
        (b"%C3", b"%C4"),
        (b"%ff", b"%EF%BF%BD"),
        (b"%ed%a0%80", b"%ed%a0%81"),
    ],
)
def test_passwords_of_other_bytes_are_others(
    server: Server, visitor: Visitor, first: bytes, second: bytes
) -> None:
    """Bytes that are not UTF-8 are refused, or told apart."""
    name, other = unique(), Visitor(server.url)
    post_bytes(visitor, "/register", name, b"pass phrase " + first)
    post_bytes(other, "/login", name, b"pass phrase " + second)
    assert not other.is_signed_in()
    other.close()


@pytest.mark.rule("ACCOUNTS-10", "ACCOUNTS-12")
def test_change_password_changes_it(user: User) -> None:
    """204 without a body; the new password signs in, the old does not."""
    new = "quite another phrase"
    others = [user.sign_in() for _ in range(3)]
    answer = user.request(
        "change_password",
        json={"current_password": user.password, "new_password": new},
        expect=204,
    )
    expect.no_body(answer)
    sign_in(user.client, user.username, user.password, 401)
    sign_in(user.client, user.username, new, 201)
    user.request("show_me", expect=200)
    for token in others:
        headers = {"Authorization": f"Bearer {token}"}
        user.request("show_me", headers=headers, expect=401)


@pytest.mark.rule("ACCOUNTS-12")
def test_change_password_ends_only_ones_own_tokens(
    user: User, other: User
) -> None:
    """The tokens of other accounts stay valid."""
    user.request(
        "change_password",
        json={
            "current_password": user.password,
            "new_password": "quite another phrase",
        },
        expect=204,
    )
    other.request("show_me", expect=200)


@pytest.mark.rule("ACCOUNTS-10")
@pytest.mark.managed
def test_a_password_replaced_during_a_sign_in_signs_nobody_in(
    server: Server,
) -> None:
    """From the change on, the old password signs nobody in."""
    user, other = (register(server.url, PASSWORD + end) for end in "12")
    credentials = {"username": user.username, "password": user.password}
    with closing(sqlite3.connect(server.database, timeout=10)) as db:
        db.execute(
            "UPDATE users SET password = (SELECT password FROM users"
            " WHERE username = ?) WHERE username = ?",
            [other.username, user.username],
        )
        with ThreadPoolExecutor(1) as pool:
            sign_in = pool.submit(
                Client(server.url).request,
                "create_token",
                json=credentials,
                expect=401,
            )
            time.sleep(1)  # it has read the old hash, and waits to write
            db.commit()
            expect.problem(sign_in.result(), 401)


@pytest.mark.rule("ACCOUNTS-11")
def test_change_password_refuses_a_wrong_current_one(
    user: User, other: User
) -> None:
    """A wrong `current_password` answers 403 and changes nothing."""
    token = user.sign_in()
    other.request(
        "change_password",
        json={
            "current_password": other.password,
            "new_password": "the password of another",
        },
        expect=204,
    )
    for wrong in ("wrong", "", "the password of another", PASSWORD + " "):
        answer = user.request(
            "change_password",
            json={"current_password": wrong, "new_password": "new phrase 1"},
            expect=403,
        )
        expect.problem(answer, 403)
    sign_in(user.client, user.username, "new phrase 1", 401)
    sign_in(user.client, user.username, user.password, 201)
    headers = {"Authorization": f"Bearer {token}"}
    user.request("show_me", headers=headers, expect=200)


@pytest.mark.rule("ACCOUNTS-13")
def test_no_response_holds_a_password_or_a_hash(
    client: Client, make_user: Callable[..., User]
) -> None:
    """No answer, right or wrong, shows a password or its hash."""
    first, second = "phrase " + unique(), "phrase " + unique()
    user = make_user(password=first)
    wrong = {"username": user.username, "password": second}
    right = {"username": user.username, "password": first}
    change = {"current_password": second, "new_password": first}
    answers = [
        client.request("register_user", json=right, expect=409),
        client.request("register_user", json={**right, "x": 1}, expect=422),
        client.request(
            "register_user",
            json={"username": first, "password": second},
            expect=422,
        ),
        client.request("create_token", json=wrong, expect=401),
        client.request("create_token", json=right, expect=201),
        user.request("change_password", json=change, expect=403),
        user.request(
            "change_password", json={**change, "x": first}, expect=422
        ),
        user.request("show_me", expect=200),
        user.request("list_bookmarks", expect=200),
        user.request("list_tags", expect=200),
        user.request(
            "change_password",
            json={"current_password": first, "new_password": second},
            expect=204,
        ),
        client.request(
            "register_user",
            json={"username": unique(), "password": first},
            expect=201,
        ),
        user.request("delete_me", expect=204),
    ]
    for answer in answers:
        expect.no_secret(answer, first, second)


@pytest.mark.rule("ACCOUNTS-14")
def test_delete_me_ends_the_account(user: User, other: User) -> None:
    """204; tokens end, the data goes, the name is free again."""
    token = user.sign_in()
    made = user.bookmark(tags=["t"])
    answer = user.request("delete_me", expect=204)
    expect.no_body(answer)
    for bearer in (user.token, token):
        headers = {"Authorization": f"Bearer {bearer}"}
        user.request("show_me", headers=headers, expect=401)
    user.request("delete_me", expect=401)
    sign_in(user.client, user.username, user.password, 401)
    sent = {"username": user.username, "password": "another pass phrase"}
    again = user.client.request(
        "register_user",
        json=sent,
        headers={"Authorization": None},
        expect=201,
    )
    assert again.json()["id"] != user.id
    user.request("show_me", expect=401)
    user.client.token = sign_in(
        user.client, user.username, "another pass phrase", 201
    ).json()["token"]
    user.request("show_bookmark", id=made["id"], expect=404)
    listed = user.request("list_bookmarks", expect=200).json()
    assert expect.page(listed, total=0) == []
    assert tags_of(user) == []
    user.bookmark(url=made["url"])
    other.request("show_me", expect=200)


@pytest.mark.rule("ACCOUNTS-14", "STORAGE-2")
@pytest.mark.managed
def test_delete_me_leaves_no_row(server: Server, user: User) -> None:
    """Deleting the account deletes its data from all tables."""
    user.bookmark(url=unique_url(), notes=user.username, tags=[user.username])
    assert holds(server.database, user.username) != []
    user.request("delete_me", expect=204)
    assert holds(server.database, user.username) == []


@pytest.mark.rule("ACCOUNTS-15")
@pytest.mark.parametrize("value", [True, 1, "true", False])
@pytest.mark.parametrize("field", ["admin", "is_admin", "is_staff", "role"])
def test_register_user_takes_no_rights(
    client: Client, field: str, value: object
) -> None:
    """`admin` in the body is `unknown`."""
    sent = {"username": unique(), "password": PASSWORD, field: value}
    answer = client.request("register_user", json=sent, expect=422)
    expect.problem(answer, 422, [(field, "unknown")])
    sign_in(client, sent["username"], PASSWORD, 401)


@pytest.mark.rule("ACCOUNTS-15", "ACCOUNTS-3")
@pytest.mark.managed
def test_a_refused_registration_stores_nothing(
    server: Server, client: Client
) -> None:
    """A registration that is refused leaves no row behind."""
    before = dump(server.database)
    for change in ({"password": "x"}, {"admin": True}, {"username": "X Y"}):
        sent = {"username": unique(), "password": PASSWORD, **change}
        client.request("register_user", json=sent, expect=422)
    assert dump(server.database) == before


@pytest.mark.rule("ACCOUNTS-6")
def test_the_list_of_common_passwords_is_as_described() -> None:
    """One password a line, folded, in order, 8 to 128 characters each."""
    text = Path(SPEC / "common-passwords.txt").read_text("utf-8")
    lines = text.splitlines()
    assert lines == sorted(set(lines))
    assert all(line == line.casefold() for line in lines)
    assert all(8 <= len(line) <= 128 for line in lines)
    assert len(lines) >= 3000

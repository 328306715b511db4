"""Limits: how large a body may be, how often a sign-in may fail."""

import http.client
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.support import document, expect, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    together,
    unique,
    unique_url,
)
from tests.support.servers import Server
from tests.support.uploads import UNREAD
from tests.support.visitor import FORM_AGAIN, Visitor

pytest_plugins = "tests.support.visiting"

LIMIT = 65536
WRITES = [
    ("POST", "/api/users"),
    ("POST", "/api/tokens"),
    ("PUT", "/api/me/password"),
    ("POST", "/api/bookmarks"),
    ("PUT", "/api/bookmarks/{id}"),
    ("PATCH", "/api/bookmarks/{id}"),
]


def bookmark(size: int) -> bytes:
    """Write a valid bookmark, filled up with blanks to a size."""
    body = json.dumps({"url": unique_url(), "title": "A title"})
    return body.encode().ljust(size)


def head(user: User, method: str, path: str, *more: tuple[str, str]) -> bytes:
    """Write the head of a request whose body is JSON."""
    return raw.message(
        method,
        path,
        [
            ("Authorization", f"Bearer {user.token}"),
            ("Content-Type", "application/json"),
            *more,
        ],
    )


def count(user: User) -> int:
    """Return how many bookmarks the account has."""
    return user.request("list_bookmarks", expect=200).json()["total"]


@pytest.mark.rule("LIMITS-1")
@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_body_within_the_limit(user: User, size: int) -> None:
    """A body of exactly the limit is read."""
    user.request(
        "create_bookmark",
        data=bookmark(size),
        headers={"Content-Type": "application/json"},
        expect=201,
    )


@pytest.mark.rule("LIMITS-1")
@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 1000, 2 * LIMIT])
def test_body_past_the_limit(server: Server, user: User, size: int) -> None:
    """Of a body with one byte more nothing is stored."""
    length = ("Content-Length", str(size))
    start = head(user, "POST", "/api/bookmarks", length)
    raw.exchange(server, start, bookmark(size), expect=UNREAD)
    assert count(user) == 0


@pytest.mark.rule("LIMITS-11")
@pytest.mark.parametrize("size", [LIMIT + 1, 2 * LIMIT])
def test_status_of_a_body_past_the_limit(
    server: Server, user: User, size: int
) -> None:
    """413 says that the body is too large."""
    length = ("Content-Length", str(size))
    start = head(user, "POST", "/api/bookmarks", length)
    raw.exchange(server, start, expect=413, timeout=3)


@pytest.mark.rule("LIMITS-1")
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_operation_has_the_limit(
    server: Server, user: User, method: str, path: str
) -> None:
    """Every operation that takes a body refuses one past the limit."""
    target = path.format(id=user.bookmark()["id"])
    length = ("Content-Length", str(LIMIT + 1))
    start = head(user, method, target, length)
    raw.exchange(server, start, b"{" * 1000, expect=UNREAD)


@pytest.mark.rule("LIMITS-1")
@pytest.mark.managed
def test_limit_that_is_set(adjusted: Server) -> None:
    """The limit follows MAX_BODY_BYTES."""
    body = json.dumps({"username": unique(), "password": PASSWORD}).encode()
    kind = ("Content-Type", "application/json")
    for size, status in [(201, UNREAD), (1000, UNREAD), (200, 201)]:
        request = raw.message(
            "POST", "/api/users", [kind], body.ljust(size), host=adjusted.host
        )
        raw.exchange(adjusted, request, expect=status)


@pytest.mark.rule("LIMITS-2")
@pytest.mark.parametrize(
    "chunks",
    [1, 2, 17, 70],
)
def test_chunks_past_the_limit(
    server: Server, user: User, chunks: int
) -> None:
    """A chunked body past the limit is refused."""
    size = (LIMIT + 1 + chunks) // chunks
    body = bookmark(size * chunks)
    cut = [body[i * size : (i + 1) * size] for i in range(chunks)]
    coding = ("Transfer-Encoding", "chunked")
    start = head(user, "POST", "/api/bookmarks", coding)
    raw.exchange(server, start, raw.chunked(*cut), expect=UNREAD)
    assert count(user) == 0


@pytest.mark.rule("LIMITS-2")
def test_chunks_within_the_limit(user: User) -> None:
    """Chunks within the limit are taken, or refused as chunks are."""
    body = bookmark(LIMIT)
    answer = user.request(
        "create_bookmark",
        data=iter([body[:20], body[20:60000], body[60000:]]),
        headers={"Content-Type": "application/json"},
        expect={201, *expect.REFUSED},
    )
    assert count(user) == (answer.status_code == 201)


@pytest.mark.rule("LIMITS-3")
@pytest.mark.parametrize("size", [LIMIT + 1, 10**7, 10**10, 10**17])
def test_refusal_comes_before_the_body(
    server: Server, user: User, size: int
) -> None:
    """What says that it is too large is refused unread."""
    length = ("Content-Length", str(size))
    start = head(user, "POST", "/api/bookmarks", length)
    raw.exchange(server, start, expect=expect.REFUSED, timeout=3)


@pytest.mark.rule("LIMITS-3")
def test_refusal_comes_before_the_last_chunk(
    server: Server, user: User
) -> None:
    """Chunks are counted while they come."""
    coding = ("Transfer-Encoding", "chunked")
    start = head(user, "POST", "/api/bookmarks", coding)
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    raw.exchange(server, start, *[chunk] * 8, expect=UNREAD, timeout=3)


@pytest.mark.rule("LIMITS-3")
def test_refusal_instead_of_continue(server: Server, user: User) -> None:
    """A client that asks first is refused."""
    more = [("Content-Length", "70000"), ("Expect", "100-continue")]
    start = head(user, "POST", "/api/bookmarks", *more)
    raw.exchange(server, start, expect=expect.REFUSED, timeout=3)


# How often a sign-in may fail

ALLOWED = 10  # LOGIN_LIMIT is 10/60 by default
WRONG = "a wrong pass phrase"
BUSY = {201, 401, 429, 503}
FORWARDED = [
    {"X-Forwarded-For": "203.0.113.7"},
    {"X-Forwarded-For": "203.0.113.8, 127.0.0.1"},
    {"Forwarded": "for=203.0.113.9"},
    {"X-Real-IP": "203.0.113.10"},
    {"X-Client-IP": "203.0.113.11", "CF-Connecting-IP": "203.0.113.12"},
    {"True-Client-IP": "203.0.113.13", "Via": "1.1 proxy"},
]


def attempt(
    client: Client,
    username: str,
    password: str,
    status: int | set[int],
    **headers: str,
) -> raw.Response:
    """Try to sign in by the API."""
    return client.request(
        "create_token",
        json={"username": username, "password": password},
        headers={"Authorization": None, **headers},
        expect=status,
    )


def fail(client: Client, username: str, count: int = ALLOWED) -> None:
    """Fail to sign in, as often as is allowed by default."""
    for _ in range(count):
        attempt(client, username, WRONG, 401)


def check_refused(
    client: Client, username: str, password: str = PASSWORD
) -> raw.Response:
    """Check that a sign-in is refused for a while."""
    answer = attempt(client, username, password, 429)
    expect.problem(answer, 429)
    assert 1 <= expect.retry_after(answer) <= 60
    return answer


@pytest.mark.rule("LIMITS-4", "SETTINGS-1")
def test_the_eleventh_sign_in_is_refused(user: User, client: Client) -> None:
    """After ten that failed the next is 429, right password or wrong."""
    fail(client, user.username)
    for password in (PASSWORD, WRONG, "", PASSWORD):
        answer = check_refused(client, user.username, password)
    assert expect.retry_after(answer) > 45
    user.request("show_me", expect=200)


@pytest.mark.rule("LIMITS-4", "LIMITS-5")
@pytest.mark.parametrize(
    "name",
    [
        "{unique}",
        "{unique}" + "x" * 128,
        "{unique}" + "x" * 5000,
        "Ü{unique}",
        "'{unique}' or 1=1 --%",
    ],
)
def test_names_that_do_not_exist_count_as_well(
    client: Client, name: str
) -> None:
    """429 does not tell which names there are; each counts for itself."""
    username = name.format(unique=unique())
    fail(client, username)
    check_refused(client, username)
    attempt(client, "x" + username, WRONG, 401)


@pytest.mark.rule("LIMITS-4", "TOKENS-6")
def test_a_refusal_does_not_tell_who_exists(
    user: User, client: Client
) -> None:
    """For a name and for none the refusal reads the same."""
    names = [user.username, unique()]
    for name in names:
        fail(client, name)
    bodies = [check_refused(client, name).json() for name in names]
    assert bodies[0] == bodies[1]


@pytest.mark.rule("LIMITS-4", "ERRORS-9")
def test_invalid_input_is_no_failed_sign_in(
    user: User, client: Client
) -> None:
    """Faults of the input are not counted, and come before 429."""
    for _ in range(ALLOWED + 2):
        client.request(
            "create_token", json={"username": user.username}, expect=422
        )
    attempt(client, user.username, PASSWORD, 201)
    fail(client, user.username)
    client.request(
        "create_token", json={"username": user.username}, expect=422
    )
    check_refused(client, user.username)


@pytest.mark.rule("LIMITS-5")
def test_other_names_are_not_affected(
    user: User, other: User, client: Client
) -> None:
    """Who is not guessed at signs in as ever."""
    fail(client, user.username)
    check_refused(client, user.username)
    attempt(client, other.username, PASSWORD, 201)
    attempt(client, user.username[:-1], PASSWORD, 401)
    attempt(client, user.username.upper(), PASSWORD, 401)
    attempt(client, user.username + " ", PASSWORD, 401)


@pytest.mark.rule("LIMITS-7")
def test_a_success_resets_nothing(user: User, client: Client) -> None:
    """Right ones between the wrong ones change nothing in the count."""
    for _ in range(ALLOWED - 1):
        fail(client, user.username, 1)
        attempt(client, user.username, PASSWORD, 201)
    fail(client, user.username, 1)
    check_refused(client, user.username)


@pytest.mark.rule("LIMITS-7")
def test_successes_do_not_count(user: User, client: Client) -> None:
    """Signing in often is no guessing."""
    for _ in range(ALLOWED + 2):
        attempt(client, user.username, PASSWORD, 201)


def change(user: User, current: str, status: int) -> raw.Response:
    """Try to change the password to what it is."""
    body = {"current_password": current, "new_password": user.password}
    return user.request("change_password", json=body, expect=status)


@pytest.mark.rule("LIMITS-8", "LIMITS-4")
def test_wrong_current_passwords_count(user: User, client: Client) -> None:
    """Ten wrong current passwords end guessing everywhere."""
    for _ in range(ALLOWED):
        change(user, WRONG, 403)
    answer = change(user, user.password, 429)
    expect.problem(answer, 429)
    expect.retry_after(answer)
    check_refused(client, user.username)


def submit(visitor: Visitor, name: str, password: str) -> None:
    """Try in vain to sign in by the page."""
    visitor.submit(
        "/login",
        "/login",
        username=name,
        password=password,
        expect=FORM_AGAIN,
    )
    assert not visitor.is_signed_in()


@pytest.mark.rule("LIMITS-8", "LIMITS-4")
def test_the_page_counts_too(
    user: User, client: Client, visitor: Visitor
) -> None:
    """After ten failures on the page nobody signs in, by the API neither."""
    for _ in range(ALLOWED):
        submit(visitor, user.username, WRONG)
    submit(visitor, user.username, PASSWORD)
    check_refused(client, user.username)
    change(user, user.password, 429)


@pytest.mark.rule("LIMITS-8")
def test_all_three_count_together(
    user: User, client: Client, visitor: Visitor
) -> None:
    """Four here, three there and three on the page are ten."""
    fail(client, user.username, 4)
    for _ in range(3):
        change(user, WRONG, 403)
        submit(visitor, user.username, WRONG)
    check_refused(client, user.username)
    change(user, user.password, 429)
    submit(visitor, user.username, PASSWORD)


@pytest.mark.rule("LIMITS-8", "ERRORS-8")
def test_without_a_token_no_current_password_counts(
    user: User, client: Client
) -> None:
    """A stranger's 401 is no failed sign-in of anybody."""
    body = {"current_password": WRONG, "new_password": PASSWORD}
    for _ in range(ALLOWED + 1):
        client.request("change_password", json=body, expect=401)
    attempt(client, user.username, PASSWORD, 201)


@pytest.mark.rule("LIMITS-9", "HOSTS-7")
def test_a_forwarded_address_is_no_other_address(
    user: User, client: Client
) -> None:
    """Whatever address a client claims, the peer's counts."""
    for turn in range(ALLOWED):
        headers = FORWARDED[turn % len(FORWARDED)]
        attempt(client, user.username, WRONG, 401, **headers)
    for headers in [{}, *FORWARDED]:
        attempt(client, user.username, PASSWORD, 429, **headers)


def status_from(
    server: Server, source: str, body: dict, *forwarded: str
) -> int:
    """Try to sign in from another address of this machine."""
    connection = http.client.HTTPConnection(
        server.host, server.port, timeout=10, source_address=(source, 0)
    )
    data = json.dumps(body).encode()
    connection.putrequest("POST", "/api/tokens")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(data)))
    for value in forwarded:
        connection.putheader("X-Forwarded-For", value)
    connection.endheaders(data)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.rule("LIMITS-4")
@pytest.mark.managed
def test_another_address_is_not_affected(
    server: Server, user: User, client: Client, address: str
) -> None:
    """Nobody is locked out by a stranger who is elsewhere."""
    fail(client, user.username)
    check_refused(client, user.username)
    body = {"username": user.username, "password": user.password}
    assert status_from(server, "127.0.0.1", body) == 429
    assert status_from(server, address, body) == 201


@pytest.mark.rule("LIMITS-6", "LIMITS-4", "SETTINGS-1")
@pytest.mark.managed
def test_the_window_slides_on(brief: Server) -> None:
    """Each failure counts for two seconds, and a refused try not at all.

    One name fails twice at once, is refused then, and free after
    `Retry-After`; the other fails once early and once late.
    """
    client, window = Client(brief.url), 2
    for _ in range(3):  # only a try that kept its moments tells anything
        user, late = register(brief.url), unique()
        began = time.monotonic()
        fail(client, user.username, 2)
        fail(client, late, 1)
        free = time.monotonic() + window + 0.05
        first = attempt(client, user.username, PASSWORD, {201, 429})
        heard = time.monotonic()
        time.sleep(max(0, free - 1.05 - time.monotonic()))
        second = time.monotonic()
        fail(client, late, 1)
        tries = [
            attempt(client, name, WRONG, {401, 429})
            for name in (late, user.username, user.username)
        ]
        in_time = time.monotonic() < began + window
        time.sleep(max(0, free - time.monotonic()))
        after = [attempt(client, late, WRONG, {401, 429}) for _ in "12"]
        if in_time and time.monotonic() < second + window:
            break
        user.client.close()
    else:
        pytest.fail("the machine was too slow to look")
    assert [one.status_code for one in (first, *tries)] == [429] * 4
    assert [one.status_code for one in after] == [401, 429]
    assert expect.retry_after(tries[0]) == 1
    seconds = expect.retry_after(first)
    assert seconds <= window
    time.sleep(max(0, heard + seconds + 0.05 - time.monotonic()))
    attempt(client, user.username, PASSWORD, 201)
    user.client.close()
    client.close()


# A server whose LOGIN_LIMIT is 1/100, behind a proxy at 127.0.0.1


@pytest.mark.rule("LIMITS-10")
@pytest.mark.managed
def test_all_workers_share_the_count(small: Server) -> None:
    """Whichever of them answers, the second is refused."""
    process, deadline = (
        psutil.Process(small.process.pid),
        time.monotonic() + 10,
    )
    while len(process.children(recursive=True)) < 2:
        assert time.monotonic() < deadline, "there are no two workers"
        time.sleep(0.05)
    for name in (unique(), unique()):
        statuses = []
        for _ in range(8):
            client = Client(small.url)
            answer = attempt(client, name, WRONG, {401, 429})
            statuses.append(answer.status_code)
            client.close()
        assert statuses == [401] + [429] * 7


@pytest.mark.rule("LIMITS-10", "LIMITS-4", "SETTINGS-7", "SESSIONS-3")
@pytest.mark.managed
def test_the_count_outlives_a_restart(small: Server) -> None:
    """What was counted is counted after a crash.

    With the same `SECRET_KEY` sessions and their forms go on, too.
    """
    client, visitor, name = Client(small.url), Visitor(small.url), unique()
    fail(client, name, 1)
    client.close()
    fields = {"username": unique(), "password": PASSWORD}
    visitor.submit("/register", "/register", **fields)
    form = document.form_to(visitor.visit("/import"), "/logout")
    small.restart()
    assert visitor.is_signed_in()
    visitor.send(form)
    assert not visitor.is_signed_in()
    visitor.close()
    client = Client(small.url)
    answer = attempt(client, name, WRONG, 429)
    assert expect.retry_after(answer) <= 100
    client.close()


@pytest.fixture
def guessed(small: Server) -> Iterator[User]:
    """Give an account of the server behind a proxy."""
    account = register(small.url)
    yield account
    account.client.close()


def guess(user: User, forwarded: str, status: int | set[int]) -> raw.Response:
    """Fail to sign in from an address that the proxy tells."""
    headers = {"X-Forwarded-For": forwarded}
    return attempt(user.client, user.username, WRONG, status, **headers)


@pytest.mark.rule("LIMITS-13", "SETTINGS-1")
@pytest.mark.managed
def test_the_proxy_tells_the_address(guessed: User) -> None:
    """The last address is the client's, whatever stands before it."""
    guess(guessed, "203.0.113.7", 401)
    guess(guessed, "203.0.113.7", 429)
    guess(guessed, "198.51.100.1, 203.0.113.7", 429)
    guess(guessed, "203.0.113.7, 198.51.100.1", 401)
    guess(guessed, "203.0.113.7,198.51.100.1", 429)
    guess(guessed, "203.0.113.8", 401)
    sent = guessed.username, PASSWORD
    for forwarded, status in [("203.0.113.7", 429), ("203.0.113.9", 201)]:
        headers = {"X-Forwarded-For": forwarded}
        attempt(guessed.client, *sent, status, **headers)
    attempt(guessed.client, guessed.username, WRONG, 401)
    attempt(guessed.client, *sent, 429)


@pytest.mark.rule("LIMITS-13")
@pytest.mark.managed
def test_the_last_line_of_two_counts(small: Server, guessed: User) -> None:
    """A line of the client's own before the proxy's changes nothing."""
    body = {"username": guessed.username, "password": WRONG}
    lines = [("198.51.100.1", "203.0.113.7"), ("198.51.100.2", "203.0.113.7")]
    found = [status_from(small, "127.0.0.1", body, *two) for two in lines]
    assert found == [401, 429]


@pytest.mark.rule("LIMITS-13", "ROBUSTNESS-1")
@pytest.mark.managed
@pytest.mark.parametrize(
    "forwarded", ["", ",", "unknown", "_hidden", "1.2.3", "::g", "x" * 5000]
)
def test_no_address_is_an_address_too(guessed: User, forwarded: str) -> None:
    """What a proxy never writes is counted somehow, and breaks nothing."""
    guess(guessed, forwarded, 401)
    guess(guessed, forwarded, 429)


@pytest.mark.rule("LIMITS-14")
@pytest.mark.managed
def test_others_than_the_proxy_tell_nothing(
    small: Server, guessed: User, address: str
) -> None:
    """Who is not the proxy counts for the address it comes from."""
    body = {"username": guessed.username, "password": WRONG}
    hosts = ["203.0.113.7", "203.0.113.8"]
    assert [status_from(small, address, body, one) for one in hosts] == [
        401,
        429,
    ]


@pytest.mark.rule("LIMITS-15")
@pytest.mark.managed
def test_a_network_of_ipv6_is_one_address(guessed: User) -> None:
    """Addresses with the same first 64 bits count as one."""
    guess(guessed, "2001:db8:1:2::1", 401)
    for same in (
        "2001:db8:1:2::2",
        "2001:db8:1:2:ffff:ffff:ffff:ffff",
        "2001:0DB8:0001:0002:0000:0000:0000:0001",
    ):
        guess(guessed, same, 429)
    guess(guessed, "2001:db8:1:3::1", 401)
    guess(guessed, "2001:db8:2:2::1", 401)
    guess(guessed, "203.0.113.1", 401)
    guess(guessed, "203.0.113.2", 401)


@pytest.mark.rule("LIMITS-16")
@pytest.mark.managed
@pytest.mark.parametrize("form", ["{}", "x{}"], ids=["a name", "no name"])
def test_many_addresses_are_too_many(guessed: User, form: str) -> None:
    """Ten times the limit for one name end guessing from everywhere."""
    sent = form.format(guessed.username), WRONG
    for number in range(10):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        attempt(guessed.client, *sent, 401, **headers)
    headers = {"X-Forwarded-For": "203.0.113.77"}
    for password in (WRONG, PASSWORD):
        answer = attempt(guessed.client, sent[0], password, 429, **headers)
        assert 1 <= expect.retry_after(answer) <= 100
    attempt(guessed.client, unique(), WRONG, 401, **headers)


@pytest.mark.rule("LIMITS-12")
@pytest.mark.managed
def test_those_who_hash_leave_room_for_others(hashing: Server) -> None:
    """Beside many who send passwords, who sends none is answered."""
    user, name = register(hashing.url), unique()
    number = 12 * (os.cpu_count() or 1)
    clients = [Client(hashing.url) for _ in range(number)]
    visitor = Visitor(hashing.url)
    form = document.form_to(visitor.visit("/login"), "/login")

    def ask(which: int) -> list[raw.Response]:
        operations = ["create_token", "register_user"]
        return [
            clients[which].request(
                operation,
                json={"username": f"{name}_{which}_{turn}", "password": WRONG},
                expect=BUSY,
            )
            for turn, operation in enumerate(operations)
        ]

    with ThreadPoolExecutor(1) as pool:
        storm = pool.submit(together, number, ask)
        for _ in range(10):
            user.request("show_me", expect=200)
            visitor.send(
                form,
                username=name,
                password=WRONG,
                expect={503, *FORM_AGAIN},
            )
        found = [answer for each in storm.result() for answer in each]
    busy = [answer for answer in found if answer.status_code == 503]
    assert 0 < len(busy) < len(found)
    for answer in busy:
        expect.problem(answer, 503)
        expect.retry_after(answer)
    for one in [*clients, visitor, user.client]:
        one.close()


# What an account may keep

MOST = 10  # of the fixture `small`


@pytest.mark.rule("LIMITS-17", "SETTINGS-1")
@pytest.mark.managed
def test_an_account_keeps_so_many_bookmarks(small: Server) -> None:
    """One more is refused by the API, the page and the import."""
    user, other = register(small.url), register(small.url)
    made = [user.bookmark() for _ in range(MOST - 1)]
    two = uploads.write(*(uploads.entry(unique_url()) for _ in "12"))
    answer = post(user, two, 409)
    expect.problem(answer, 409)
    assert count(user) == MOST - 1
    known = uploads.write(
        uploads.entry(made[0]["url"]), uploads.entry(unique_url())
    )
    assert post(user, known, 200).json()["created"] == 1
    sent = {"url": unique_url(), "title": "One more"}
    answer = user.request("create_bookmark", json=sent, expect=409)
    expect.problem(answer, 409)
    post(user, two, 409)
    assert post(user, known, 200).json()["created"] == 0
    visitor = Visitor(small.url)
    visitor.sign_in(user.username, user.password)
    visitor.submit("/", "/bookmarks", expect=FORM_AGAIN, **sent)
    visitor.submit("/import", "/import", expect=FORM_AGAIN, file=two)
    visitor.close()
    assert count(user) == MOST
    user.request(
        "update_bookmark", id=made[0]["id"], json={"title": "T"}, expect=200
    )
    other.bookmark()
    user.request("delete_bookmark", id=made[0]["id"], expect=204)
    user.bookmark()
    for one in (user, other):
        one.client.close()


def post(user: User, content: bytes, status: int) -> raw.Response:
    """Import a file."""
    return user.request(
        "import_bookmarks",
        data=uploads.form(content),
        headers=uploads.FORM,
        expect=status,
    )


@pytest.mark.rule("LIMITS-17", "STORAGE-6")
@pytest.mark.managed
def test_of_many_at_once_so_many_are_kept(small: Server) -> None:
    """Who comes at the same moment gets no more than is free."""
    user = register(small.url)
    for _ in range(MOST - 3):
        user.bookmark()
    clients = [Client(small.url, user.token) for _ in range(8)]

    def work(number: int) -> int:
        sent = {"url": unique_url(), "title": "T"}
        answer = clients[number].request(
            "create_bookmark", json=sent, expect={201, 409}
        )
        return answer.status_code

    assert sorted(together(8, work)) == [201] * 3 + [409] * 5
    assert count(user) == MOST
    for one in [*clients, user.client]:
        one.close()


@pytest.mark.rule("LIMITS-4", "STORAGE-6")
def test_parallel_tries_are_all_counted(server: Server, user: User) -> None:
    """Of many at once few get through, and then none."""
    clients = [Client(server.url) for _ in range(8)]

    def try_once(client: Client) -> int:
        while True:  # 503 if too many hash at once (LIMITS-12)
            allowed = {401, 429, 503}
            answer = attempt(client, user.username, WRONG, allowed)
            if answer.status_code != 503:
                return answer.status_code

    def work(number: int) -> list[int]:
        return [try_once(clients[number]) for _ in range(4)]

    found = [status for each in together(8, work) for status in each]
    assert ALLOWED <= found.count(401) <= ALLOWED + 8
    check_refused(clients[0], user.username)
    for client in clients:
        client.close()

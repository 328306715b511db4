"""Limits: how large a body may be, and when it is refused."""

import json

import expect
import pytest
import raw
from client import PASSWORD, User, unique, unique_url
from servers import Server

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
    """One byte more answers 413, and nothing is stored."""
    length = ("Content-Length", str(size))
    start = head(user, "POST", "/api/bookmarks", length)
    body = bookmark(size)
    answer = raw.exchange(server, start, body, expect=413)[0]
    expect.problem(answer, 413)
    assert count(user) == 0


@pytest.mark.rule("LIMITS-1")
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_operation_has_the_limit(
    server: Server, user: User, method: str, path: str
) -> None:
    """Every operation that takes a body answers 413 past the limit."""
    target = path.format(id=user.bookmark()["id"])
    length = ("Content-Length", str(LIMIT + 1))
    start = head(user, method, target, length)
    answer = raw.exchange(server, start, b"{" * 1000, expect=413)[0]
    expect.problem(answer, 413)


@pytest.mark.rule("LIMITS-1")
@pytest.mark.managed
def test_limit_that_is_set(adjusted: Server) -> None:
    """The limit follows MAX_BODY_BYTES."""
    body = json.dumps({"username": unique(), "password": PASSWORD}).encode()
    kind = ("Content-Type", "application/json")
    for size, status in [(201, 413), (1000, 413), (200, 201)]:
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
    """A chunked body past the limit answers 413, or 411."""
    size = (LIMIT + 1 + chunks) // chunks
    body = bookmark(size * chunks)
    cut = [body[i * size : (i + 1) * size] for i in range(chunks)]
    coding = ("Transfer-Encoding", "chunked")
    start = head(user, "POST", "/api/bookmarks", coding)
    answer = raw.exchange(server, start, raw.chunked(*cut), expect={411, 413})[
        0
    ]
    expect.problem(answer, answer.status_code)
    assert count(user) == 0


@pytest.mark.rule("LIMITS-2")
def test_chunks_within_the_limit(user: User) -> None:
    """Only the data of the chunks counts, not their frames."""
    body = bookmark(LIMIT)
    user.request(
        "create_bookmark",
        data=iter([body[:20], body[20:60000], body[60000:]]),
        headers={"Content-Type": "application/json"},
        expect={201, 411},
    )


@pytest.mark.rule("LIMITS-3")
@pytest.mark.parametrize("size", [LIMIT + 1, 10**7, 10**10, 10**17])
def test_refusal_comes_before_the_body(
    server: Server, user: User, size: int
) -> None:
    """What says that it is too large is refused unread."""
    length = ("Content-Length", str(size))
    start = head(user, "POST", "/api/bookmarks", length)
    raw.exchange(server, start, expect=413, timeout=3)


@pytest.mark.rule("LIMITS-3")
def test_refusal_comes_before_the_last_chunk(
    server: Server, user: User
) -> None:
    """Chunks are counted while they come."""
    coding = ("Transfer-Encoding", "chunked")
    start = head(user, "POST", "/api/bookmarks", coding)
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    raw.exchange(server, start, *[chunk] * 8, expect={411, 413}, timeout=3)


@pytest.mark.rule("LIMITS-3")
def test_refusal_instead_of_continue(server: Server, user: User) -> None:
    """A client that asks first is told 413."""
    more = [("Content-Length", "70000"), ("Expect", "100-continue")]
    start = head(user, "POST", "/api/bookmarks", *more)
    raw.exchange(server, start, expect=413, timeout=3)

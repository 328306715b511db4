"""The socket client, against servers that say what they are told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest

from tests.support import raw, report

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
GET = raw.message("GET", "/")
Say = Callable[..., SimpleNamespace]


@pytest.fixture
def say() -> Iterator[Say]:
    """Give a maker of servers that answer with given bytes, and hang up."""
    sockets = []

    def say(*pieces: bytes, hold: float = 0) -> SimpleNamespace:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(0.01)
                time.sleep(hold)

        threading.Thread(target=serve, daemon=True).start()
        return SimpleNamespace(
            host="127.0.0.1", port=listener.getsockname()[1]
        )

    yield say
    for listener in sockets:
        listener.close()


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        ([OK], b"hi"),
        ([OK[:9], OK[9:30], OK[30:]], b"hi"),
        ([b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"], b""),
        ([b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"], b""),
        ([b"HTTP/1.0 200 OK\r\n\r\nto the ", b"end"], b"to the end"),
        (
            [
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"2\r\nhi\r\n1;x=y\r\n!\r\n0\r\n\r\n",
            ],
            b"hi!",
        ),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + OK], b"hi"),
    ],
)
def test_right_responses(
    say: Say, answer: list[bytes], content: bytes
) -> None:
    """A response is read by its framing, however it is cut."""
    got = raw.exchange(say(*answer), GET, expect=200)
    assert [one.content for one in got] == [content]


@pytest.mark.parametrize(
    "answer",
    [
        b"hello",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\nC: d\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x00\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nlong",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\nlong\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\nbody",
        OK + OK,
    ],
)
def test_wrong_responses(say: Say, answer: bytes) -> None:
    """A response that breaks the syntax is found."""
    with pytest.raises(AssertionError):
        raw.exchange(say(answer), GET, expect={200, 204})


def test_status(say: Say) -> None:
    """A status is always compared."""
    with pytest.raises(AssertionError, match="expected 404, got 200"):
        raw.exchange(say(OK), GET, expect=404)
    raw.exchange(say(OK), GET, expect={200, 404})


@pytest.mark.parametrize(
    ("target", "answer", "broken"),
    [
        ("/", b"500 X\r\nContent-Length: 5\r\n\r\n/app/", ["leak"]),
        ("/", b"200 X\r\nContent-Length: 5\r\n\r\n/app/", []),
        ("/app/", b"500 X\r\nContent-Length: 5\r\n\r\n/app/", []),
        ("/", b"501 X\r\nContent-Length: 0\r\n\r\n", ["server_error"]),
        ("/api/me", b"404 X\r\nContent-Length: 0\r\n\r\n", ["problem"]),
        ("/api/me", b"400 X\r\nContent-Length: 0\r\n\r\n", []),
        ("/api/me", b"200 X\r\nContent-Length: 2\r\n\r\nhi", ["json"]),
        ("/api/me", b"412 X\r\nContent-Length: 2\r\n\r\n{}", []),
        ("/", b"401 X\r\nContent-Length: 0\r\n\r\n", ["challenge"]),
        ("/api/x", b"304 X\r\nSet-Cookie: a=b\r\n\r\n", ["cookie"]),
    ],
)
def test_what_no_answer_may_be(
    say: Say, target: str, answer: bytes, broken: list[str]
) -> None:
    """What breaks an invariant is noted, as it is by the client."""
    report.log.clear()
    status = {200, 304, 400, 401, 404, 412, 500}
    with suppress(AssertionError):
        raw.exchange(
            say(b"HTTP/1.1 " + answer),
            raw.message("GET", target),
            expect=status,
        )
    (exchange,) = report.log.exchanges
    report.log.clear()
    assert list(exchange.broken) == broken


@pytest.mark.parametrize(
    ("cookie", "broken"),
    [
        ("session=; Path=/; Max-Age=0; SameSite=Lax", []),
        ("session=; Max-Age=0\r\nSet-Cookie: session=b", ["cookie"]),
        ("session=; Max-Age=01", ["cookie"]),
        ("other=; Max-Age=0", ["cookie"]),
    ],
)
def test_a_cookie_that_was_sent_may_end(
    say: Say, cookie: str, broken: list[str]
) -> None:
    """An answer of the API may end a session that is none, and set none."""
    report.log.clear()
    request = raw.message("GET", "/api/me", [("Cookie", "a=b; session=x")])
    answer = f"HTTP/1.1 304 X\r\nSet-Cookie: {cookie}\r\n\r\n"
    raw.exchange(say(answer.encode()), request, expect=304)
    (exchange,) = report.log.exchanges
    report.log.clear()
    assert list(exchange.broken) == broken


def test_each_answer_is_judged_by_its_request(say: Say) -> None:
    """On one connection, the second may be asked for by another method."""
    report.log.clear()
    requests = raw.message("HEAD", "/api/me", close=False)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    raw.exchange(say(head, OK), requests + GET, expect=[200, 200])
    requests = raw.message("GET", "/", close=False)
    requests += raw.message("GET", "/api/me")
    raw.exchange(say(OK, OK), requests, expect=[200, 200])
    found = [list(one.broken) for one in report.log.exchanges]
    report.log.clear()
    assert found == [[], ["json"]]


def test_a_missing_header_is_told(say: Say) -> None:
    """It fails as an assertion does, and is absent all the same."""
    (answer,) = raw.exchange(say(OK), GET, expect=200)
    assert answer.headers["content-LENGTH"] == "2"
    assert answer.headers.get("cache-control") is None
    assert "cache-control" not in answer.headers
    with pytest.raises(AssertionError, match="^the answer has no Cache-Cont"):
        answer.headers["cache-control"]


def test_closed(say: Say) -> None:
    """A connection that closes without an answer is told apart."""
    assert raw.exchange(say(), GET, expect=raw.CLOSED) == [None]
    with pytest.raises(AssertionError, match="got closed"):
        raw.exchange(say(), GET, expect=200)


def test_silence(say: Say) -> None:
    """A server that says nothing is not waited for."""
    with pytest.raises(AssertionError, match="no whole answer"):
        raw.exchange(say(hold=1), GET, expect=200, timeout=0.1)


def test_silence_where_more_was_announced(say: Say) -> None:
    """A server that waits for a body is told from one that hangs."""
    request = raw.message("POST", "/", [("Content-Length", "65537")], b"{}")
    with pytest.raises(AssertionError, match="65,537 bytes and 2 came"):
        raw.exchange(say(hold=1), request, expect=413, timeout=0.1)


def test_several_responses(say: Say) -> None:
    """As many responses are read as statuses are expected."""
    requests = raw.message("HEAD", "/", close=False) + GET
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    got = raw.exchange(say(head + OK), requests, expect=[200, 200])
    assert [one.content for one in got] == [b"", b"hi"]


def test_body_of_head(say: Say) -> None:
    """A body after HEAD is found when the connection is to close."""
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody"
    with pytest.raises(AssertionError, match="belong to no response"):
        raw.exchange(say(answer), raw.message("HEAD", "/"), expect=200)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            raw.message("GET", "/x"),
            b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ),
        (
            raw.message("PUT", "/", [("A", b"\xff")], b"hi", close=False),
            b"PUT / HTTP/1.1\r\nHost: localhost\r\nA: \xff\r\n"
            b"Content-Length: 2\r\n\r\nhi",
        ),
        (
            raw.message("GET", "/", host=None, close=False),
            b"GET / HTTP/1.1\r\n\r\n",
        ),
        (
            raw.message(
                "POST",
                "/",
                [("Transfer-Encoding", "chunked")],
                raw.chunked(b"hi", b"0123456789abcdef"),
                close=False,
            ),
            b"POST / HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            b"2\r\nhi\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
        ),
    ],
)
def test_message(message: bytes, text: bytes) -> None:
    """A request is written as it was asked for."""
    assert message == text


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_body_follows_the_interim_answer(say: Say) -> None:
    """The head is sent first, and the body when it is asked for."""
    head = raw.message("POST", "/", [("Content-Length", "2")])
    asked = raw.Asked(say(CONTINUE, OK), 200, timeout=5).send([head])
    asked.wait_for_continue()
    asked.send_body(b"hi")
    assert [one.content for one in asked.answers()] == [b"hi"]


@pytest.mark.parametrize("first", [OK, b"", CONTINUE[:-2]])
def test_another_answer_asks_for_no_body(say: Say, first: bytes) -> None:
    """A final answer, none or half of one is told."""
    asked = raw.Asked(say(first), 200, timeout=5).send([GET])
    with asked.connection, pytest.raises(AssertionError):
        asked.wait_for_continue()

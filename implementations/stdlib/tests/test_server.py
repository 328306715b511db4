"""The HTTP server of the standard-library implementation."""

import http.client
import importlib
import json
import logging
import multiprocessing
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import misbehaving
import psutil
import pytest

STDLIB = Path(__file__).resolve().parents[1]

sys.path.insert(0, str(STDLIB))
server = importlib.import_module("app.framework.server")
workers = importlib.import_module("app.framework.workers")
sys.path.remove(str(STDLIB))


def listen(
    application: Callable, threads: int = 8, **limits: float
) -> server.Server:
    """Make a server that has these limits in place of its own."""
    made = server.Server(application, "127.0.0.1", 0, threads)
    for name, value in limits.items():
        assert hasattr(made, name)
        setattr(made, name, value)
    return made


def start(application: Callable, **options: float) -> Iterator[int]:
    """Run a server in a thread; yield its port; stop it."""
    running = listen(application, **options)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield running.port
    running.stop()
    thread.join(15)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve the misbehaving application with two threads."""
    yield from start(misbehaving.application, threads=2)


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """Serve it with little patience."""
    hurry = dict.fromkeys(
        ("head_seconds", "body_seconds", "idle_seconds"), 0.3
    )
    hurry |= {"long_body_seconds": 1.5, "write_seconds": 0.5}
    yield from start(misbehaving.application, threads=2, **hurry)


def connect(port: int) -> socket.socket:
    """Open a connection that fails rather than hangs."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def receive(sock: socket.socket) -> bytes:
    """Read until the server closes."""
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def talk(port: int, *pieces: bytes, end: bool = False) -> bytes:
    """Send pieces, read until the server closes."""
    with connect(port) as sock:
        for piece in pieces:
            sock.sendall(piece)
        if end:
            sock.shutdown(socket.SHUT_WR)
        return receive(sock)


def status(answer: bytes) -> int:
    """Read the status of the first response."""
    return int(re.match(rb"HTTP/1\.1 (\d{3}) ", answer)[1])


def statuses(answer: bytes) -> list[int]:
    """Read the status of every response."""
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def content(answer: bytes) -> bytes:
    """Cut off the head."""
    return answer.split(b"\r\n\r\n", 1)[1]


def seen(answer: bytes) -> dict:
    """Read the environ out of the answer of show_environ."""
    assert status(answer) == 200
    return json.loads(content(answer))


def request(
    line: str = "GET / HTTP/1.1", *fields: str, body: str = ""
) -> bytes:
    """Write a request with a Host and Connection: close."""
    lines = [line, "Host: example.com", "Connection: close", *fields, "", body]
    return "\r\n".join(lines).encode("latin-1")


def plain(*lines: str) -> bytes:
    """Write a head of just these lines."""
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def post(*fields: str, body: str = "", path: str = "/") -> bytes:
    """Write a POST request."""
    return request(f"POST {path} HTTP/1.1", *fields, body=body)


H = "Host: h"
CHUNKED = "Transfer-Encoding: chunked"
REFUSED = [
    # (name, RFC 9112 section, status, bytes)
    ("no-host", "3.2", 400, plain("GET / HTTP/1.1")),
    ("two-hosts", "3.2", 400, plain("GET / HTTP/1.1", H, "Host: i")),
    ("equal-hosts", "3.2", 400, plain("GET / HTTP/1.1", H, H)),
    ("host-and-empty", "3.2", 400, plain("GET / HTTP/1.1", H, "Host:")),
    ("two-hosts-1.0", "3.2", 400, plain("GET / HTTP/1.0", H, H)),
    ("empty-host-1.0", "3.2", 400, plain("GET / HTTP/1.0", "Host:")),
    *(
        (
            f"host-{value!r}", "3.2", 400,
            plain("GET / HTTP/1.1", f"Host: {value}"),
        )
        for value in [
            "", "a b", "user@h", "h/path", "h1, h2", "h1,h2", "h:80a", "<h>",
            "h:123456", "[::1", "::1", "[g::1]", "h?q", "h#f", "h\\i",
            "\xe9.h", "h:80:80",
        ]
    ),
    ("connect", "3.2.3", 400, plain("CONNECT h:80 HTTP/1.1", H)),
    ("connect-path", "3.2.3", 400, plain("CONNECT / HTTP/1.1", H)),
    ("get-asterisk", "3.2.4", 400, request("GET * HTTP/1.1")),
    ("options-two", "3.2.4", 400, request("OPTIONS ** HTTP/1.1")),
    ("authority-form", "3.2.3", 400, request("GET h:80 HTTP/1.1")),
    ("relative", "3.2.1", 400, request("GET index HTTP/1.1")),
    ("other-scheme", "3.2.2", 400, request("GET ftp://h/ HTTP/1.1")),
    ("absolute-no-host", "3.2.2", 400, request("GET http:///x HTTP/1.1")),
    ("absolute-user", "3.2.2", 400, request("GET http://u@h/ HTTP/1.1")),
    ("absolute-unhosted", "3.2", 400, plain("GET http://h/ HTTP/1.1")),
    ("fragment", "3.2", 400, request("GET /#x HTTP/1.1")),
    ("absolute-fragment", "3.2", 400, request("GET http://h#x HTTP/1.1")),
    ("space-in-target", "3.2", 400, request("GET /a b HTTP/1.1")),
    ("tab-in-target", "3.2", 400, request("GET /a\tb HTTP/1.1")),
    ("raw-non-ascii", "3.2", 400, request("GET /\xe9 HTTP/1.1")),
    ("nul-in-target", "3.2", 400, request("GET /\0 HTTP/1.1")),
    ("backslash", "3.2", 400, request("GET /a\\b HTTP/1.1")),
    ("absolute-backslash", "3.2", 400, request("GET http://h/\\ HTTP/1.1")),
    ("two-spaces", "3", 400, request("GET  / HTTP/1.1")),
    ("tab-separated", "3", 400, request("GET\t/\tHTTP/1.1")),
    ("space-first", "3", 400, request(" GET / HTTP/1.1")),
    ("space-last", "3", 400, request("GET / HTTP/1.1 ")),
    ("no-version", "2.3", 400, request("GET /")),
    ("no-target", "3", 400, request("GET HTTP/1.1")),
    ("method-token", "3.1", 400, request("G(T / HTTP/1.1")),
    ("method-non-ascii", "3.1", 400, request("G\xcbT / HTTP/1.1")),
    ("version-9.9", "2.3", 505, request("GET / HTTP/9.9")),
    ("version-2.0", "2.3", 505, request("GET / HTTP/2.0")),
    ("preface", "2.3", 505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    *(
        (f"version-{version}", "2.3", 400, request(f"GET / {version}"))
        for version in [
            "HTTP/1", "HTTP/01.01", "http/1.1", "HTTP/ 1.1", "HTTP/1.1.1",
            "HTTP/1.10", "HTTP/1,1", "HTTPS/1.1", "HTTP/\xb9.1", "HTTP/+1.1",
        ]
    ),
    ("bare-lf", "2.2", 400, b"GET / HTTP/1.1\nHost: h\n\n"),
    ("lf-after-line", "2.2", 400, b"GET / HTTP/1.1\nHost: h\r\n\r\n"),
    ("lf-after-field", "2.2", 400, b"GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n"),
    ("lf-at-end", "2.2", 400, b"GET / HTTP/1.1\r\nHost: h\r\n\n"),
    ("bare-cr", "2.2", 400, b"GET / HTTP/1.1\rHost: h\r\n\r\n"),
    ("cr-cr-lf", "2.2", 400, b"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n"),
    ("fold", "5.2", 400, request("GET / HTTP/1.1", "A: b", " c")),
    ("fold-tab", "5.2", 400, request("GET / HTTP/1.1", "A: b", "\tc")),
    ("fold-first", "2.2", 400, plain("GET / HTTP/1.1", " A: b", H)),
    ("space-colon", "5.1", 400, request("GET / HTTP/1.1", "A : b")),
    ("tab-colon", "5.1", 400, request("GET / HTTP/1.1", "A\t: b")),
    *(
        (f"field-{field!r}", "5", 400, request("GET / HTTP/1.1", field))
        for field in [
            ":", ": b", "no colon", "[A]: b", "A,B: c", "A\xe9: b", 'A"B: c',
            "A B: c", "A: b\0c", "A: b\x01", "A: b\x7f", "A: b\rc", "A: \x1b",
            "A\0: b", "A/B: c", "A@B: c", "(A): b",
        ]
    ),
    *(
        (
            f"length-{value!r}", "6.3", 400,
            post(f"Content-Length: {value}", body="ab"),
        )
        for value in [
            "+2", "-1", "0x2", "1_0", "2 2", "abc", "", "2, 2", "2, 3", "2,",
            ",2", "2;", "2.0", "1e1", "\xb2", "9" * 5000, '"2"',
        ]
    ),
    ("two-lengths", "6.3", 400,
     post("Content-Length: 2", "Content-Length: 3", body="abc")),
    ("equal-lengths", "6.3", 400,
     post("Content-Length: 2", "Content-Length: 2", body="ab")),
    ("length-and-empty", "6.3", 400,
     post("Content-Length: 2", "Content-Length:", body="ab")),
    ("cl-te", "6.1", 400,
     post("Content-Length: 5", CHUNKED, body="0\r\n\r\n")),
    ("te-cl", "6.1", 400,
     post(CHUNKED, "Content-Length: 5", body="0\r\n\r\n")),
    ("te-1.0", "6.1", 400,
     request("POST / HTTP/1.0", CHUNKED, body="0\r\n\r\n")),
    *(
        (
            f"te-{value!r}", "6.1", code,
            post(f"Transfer-Encoding: {value}", body="0\r\n\r\n"),
        )
        for value, code in [
            ("identity", 400), ("gzip", 400), ("chunked, gzip", 400),
            ("chunked, identity", 400), ("", 400), ("chunked;q=1", 400),
            ("\x0bchunked", 400), ("chunked,", 400), ('"chunked"', 400),
            ("xchunked", 400), ("gzip, chunked", 501),
            ("chunked, chunked", 501), (", chunked", 501),
        ]
    ),
    ("te-twice", "6.1", 501, post(CHUNKED, CHUNKED, body="0\r\n\r\n")),
    *(
        (f"chunk-{body!r}", "7.1", 400, post(CHUNKED, body=body))
        for body in [
            "0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
            "zz\r\nhello\r\n0\r\n\r\n", "-1\r\nhello\r\n0\r\n\r\n",
            "\r\nhello\r\n0\r\n\r\n", "5_0\r\nhello\r\n0\r\n\r\n",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
            "5\rhello\r\n0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n",
            "5\r\nhell\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
            "5;a\0b\r\nhello\r\n0\r\n\r\n", "5;a\nb\r\nhello\r\n0\r\n\r\n",
            "5;" + "a" * 5000, "0\r\nbad trailer\r\n\r\n",
            "0\r\n folded: x\r\n\r\n", "0\r\nA: b\n\r\n", "\xb5\r\nhello\r\n",
            "0\nGET / HTTP/1.1\r\n", "5;\r\nhello\r\n0\r\n\r\n",
            "5;a b\r\nhello\r\n0\r\n\r\n", "5;(a)\r\nhello\r\n0\r\n\r\n",
            "5;a=\r\nhello\r\n0\r\n\r\n", "5;a=(\r\nhello\r\n0\r\n\r\n",
            '5;a="b\r\nhello\r\n0\r\n\r\n', "5;=b\r\nhello\r\n0\r\n\r\n",
            "5;a;;b\r\nhello\r\n0\r\n\r\n", "5 a\r\nhello\r\n0\r\n\r\n",
            ("1;" + "a" * 4000 + "\r\nb\r\n") * 9 + "0\r\n\r\n",
        ]
    ),
    ("expectation", "10.1.1 of 9110", 417,
     request("GET / HTTP/1.1", "Expect: bogus")),
    ("long-line", "3", 414, request(f"GET /{'a' * 100_000} HTTP/1.1")),
    ("line-9000", "3", 414, request(f"GET /{'a' * 9000} HTTP/1.1")),
    ("big-field", "5.4 of 9110", 431,
     request("GET / HTTP/1.1", "A: " + "a" * 100_000)),
    ("many-fields", "5.4 of 9110", 431,
     request("GET / HTTP/1.1", *["A: b"] * 200)),
    ("10000-fields", "5.4 of 9110", 431,
     request("GET / HTTP/1.1", *["A: b"] * 10_000)),
    ("tls", "2", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9),
    ("random", "2", 400, bytes(range(256))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "code", "data"),
    [row[1:] for row in REFUSED],
    ids=[row[0][:40].encode("ascii", "backslashreplace").decode()
         for row in REFUSED],
)  # fmt: skip
def test_malformed(port: int, section: str, code: int, data: bytes) -> None:
    """Refuse it with one answer and close (RFC 9112, section in the row)."""
    answer = talk(port, data + request("GET /smuggled HTTP/1.1"))
    assert statuses(answer) == [code]
    assert b"\r\nConnection: close\r\n" in answer
    assert b"smuggled" not in answer


ACCEPTED = [
    ("origin-form", request("GET /a/b?c=d&e HTTP/1.1"),
     {"PATH_INFO": "/a/b", "QUERY_STRING": "c=d&e", "RAW_URI": "/a/b?c=d&e"}),
    ("percent", request("GET /%62%2F%c3%a9%00%zz%?%62 HTTP/1.1"),
     {"PATH_INFO": "/b/\xc3\xa9\0%zz%", "QUERY_STRING": "%62"}),
    ("backslash-in-query", request("GET /?a\\b HTTP/1.1"),
     {"PATH_INFO": "/", "QUERY_STRING": "a\\b"}),
    ("double-slash", request("GET //a//b HTTP/1.1"), {"PATH_INFO": "//a//b"}),
    ("dots", request("GET /a/../b HTTP/1.1"), {"PATH_INFO": "/a/../b"}),
    ("absolute", request("GET http://other:81/x?y HTTP/1.1"),
     {"PATH_INFO": "/x", "QUERY_STRING": "y", "HTTP_HOST": "other:81"}),
    ("absolute-case", request("GET HTTP://other HTTP/1.1"),
     {"PATH_INFO": "/", "HTTP_HOST": "other"}),
    ("absolute-query", request("GET http://other?y HTTP/1.1"),
     {"PATH_INFO": "/", "QUERY_STRING": "y"}),
    ("options", request("OPTIONS * HTTP/1.1"),
     {"PATH_INFO": "*", "REQUEST_METHOD": "OPTIONS"}),
    ("absolute-options", request("OPTIONS http://other HTTP/1.1"),
     {"PATH_INFO": "*", "HTTP_HOST": "other"}),
    ("method", request("get / HTTP/1.1"), {"REQUEST_METHOD": "get"}),
    ("odd-method", request("M-SEARCH / HTTP/1.1"),
     {"REQUEST_METHOD": "M-SEARCH"}),
    ("leading-crlf", b"\r\n" + request(), {"PATH_INFO": "/"}),
    ("minor-version", request("GET / HTTP/1.2"),
     {"SERVER_PROTOCOL": "HTTP/1.1"}),
    ("http-1.0", plain("GET / HTTP/1.0"), {"SERVER_PROTOCOL": "HTTP/1.0"}),
    ("ipv6-host", plain("GET / HTTP/1.1", "Host: [::1]:80",
                        "Connection: close"), {"HTTP_HOST": "[::1]:80"}),
    ("empty-port", plain("GET / HTTP/1.1", "Host: h:", "Connection: close"),
     {"HTTP_HOST": "h:"}),
    ("blanks", request("GET / HTTP/1.1", "A: \t b  c \t"), {"HTTP_A": "b  c"}),
    ("no-blank", request("GET / HTTP/1.1", "A:b"), {"HTTP_A": "b"}),
    ("empty-field", request("GET / HTTP/1.1", "A:"), {"HTTP_A": ""}),
    ("obs-text", request("GET / HTTP/1.1", "A: \xe9"), {"HTTP_A": "\xe9"}),
    ("joined", request("GET / HTTP/1.1", "A: b", "a: c"), {"HTTP_A": "b,c"}),
    ("cookies", request("GET / HTTP/1.1", "Cookie: a=b", "cookie: c=d; e"),
     {"HTTP_COOKIE": "a=b; c=d; e"}),
    ("dropped-name", request("GET / HTTP/1.1", "X-A: b", "X_A: c"),
     {"HTTP_X_A": "b"}),
    ("content-type", post("Content-Type: a/b", "Content-Length: 0"),
     {"CONTENT_TYPE": "a/b", "CONTENT_LENGTH": "0", "body": ""}),
    ("length", post("Content-Length: 5", body="hello"), {"body": "hello"}),
    ("length-zeros", post("Content-Length: 005", body="hello"),
     {"body": "hello"}),
    ("length-get", request("GET / HTTP/1.1", "Content-Length: 2", body="ab"),
     {"body": "ab"}),
    ("garbage-after", post("Content-Length: 2", body="ab" + "x" * 99),
     {"body": "ab"}),
    ("chunked", post(CHUNKED, body="5\r\nhello\r\n0\r\n\r\n"),
     {"body": "hello", "CONTENT_LENGTH": "5"}),
    ("chunks", post(CHUNKED, body="1\r\na\r\n00A\r\n" + "b" * 10 +
                    "\r\n0b\r\n" + "c" * 11 + "\r\n000\r\n\r\n"),
     {"body": "a" + "b" * 10 + "c" * 11}),
    ("chunk-case", post("Transfer-Encoding: Chunked", body="0\r\n\r\n"),
     {"body": ""}),
    ("extension", post(CHUNKED, body='2;a="b";c\r\nab\r\n0;d\r\n\r\n'),
     {"body": "ab"}),
    ("extension-quoted", post(CHUNKED, body='2 ; a\t= "\\";\xe9"\r\nab\r\n'
                              "0\r\n\r\n"), {"body": "ab"}),
    ("extension-blank", post(CHUNKED, body="2 ; a\r\nab\r\n0\r\n\r\n"),
     {"body": "ab"}),
    ("trailer", post(CHUNKED, body="2\r\nab\r\n0\r\nX-T: 1\r\n\r\n"),
     {"body": "ab"}),
    ("crlf-in-chunk", post(CHUNKED, body="4\r\n\r\n\r\n\r\n0\r\n\r\n"),
     {"body": "\r\n\r\n"}),
    ("upgrade", request("GET / HTTP/1.1", "Upgrade: h2c"), {"PATH_INFO": "/"}),
    ("line-8000", request(f"GET /{'a' * 7990} HTTP/1.1"),
     {"PATH_INFO": "/" + "a" * 7990}),
    ("field-8000", request("GET / HTTP/1.1", "A: " + "a" * 8000),
     {"HTTP_A": "a" * 8000}),
    ("90-fields", request("GET / HTTP/1.1", *["A: b"] * 90),
     {"HTTP_A": ",".join("b" * 90)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [row[1:] for row in ACCEPTED],
    ids=[row[0] for row in ACCEPTED],
)
def test_well_formed(port: int, data: bytes, expected: dict) -> None:
    """Hand it to the application as PEP 3333 and RFC 9112 have it."""
    environ = seen(talk(port, data))
    assert expected.items() <= environ.items()
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_forged_names(port: int) -> None:
    """Never take Content_Length or X_Forwarded_User for another field."""
    data = request(
        "GET / HTTP/1.1", "Content_Length: 99", "X_Forwarded_User: admin"
    )
    environ = seen(talk(port, data))
    assert not {"CONTENT_LENGTH", "HTTP_X_FORWARDED_USER"} & environ.keys()


def test_environ(port: int) -> None:
    """Give all that PEP 3333 demands of an environ."""
    environ = seen(talk(port, request()))
    expected = {
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    assert expected.items() <= environ.items()


def test_validator() -> None:
    """Pass the standard library's check of PEP 3333."""
    from wsgiref.validate import validator

    def simple(environ: dict, start: Callable) -> list[bytes]:
        environ["wsgi.input"].read(10)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"valid"]

    for port in start(validator(simple)):
        answer = talk(port, post("Content-Length: 1", body="a"))
        assert content(answer) == b"5\r\nvalid\r\n0\r\n\r\n"


def test_simple_answer(port: int) -> None:
    """Send head and content together, with Date and Content-Length."""
    with connect(port) as sock:
        sock.sendall(plain("GET /nothing HTTP/1.1", H))
        head = sock.recv(65536).decode()
    assert re.fullmatch(
        r"HTTP/1\.1 200 OK\r\n"
        r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"
        r"Content-Length: 0\r\n\r\n",
        head,
    )


def test_keep_alive(port: int) -> None:
    """Keep a 1.1 connection open (RFC 9112 §9.3)."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for body in (b"", b"a", b"bc"):
        client.request("POST", "/", body)
        response = client.getresponse()
        assert response.status == 200
        assert json.loads(response.read())["body"] == body.decode()
        assert not response.will_close
    client.close()


@pytest.mark.parametrize(
    ("version", "option", "kept"),
    [
        ("1.1", "X-A: b", True),
        ("1.1", "Connection: close", False),
        ("1.1", "Connection: x, CLOSE", False),
        ("1.1", "Connection: keep-alive", True),
        ("1.1", "Connection: close, keep-alive", False),
        ("1.0", "X-A: b", False),
        ("1.0", "Connection: Keep-Alive", True),
        ("1.0", "Connection: keep-alive, close", False),
    ],
)
def test_persistence(port: int, version: str, option: str, kept: bool) -> None:
    """Keep or close as version and Connection say (RFC 9112 §9.3)."""
    one = plain(f"GET /nothing HTTP/{version}", H, option)
    answer = talk(port, one, request("GET /nothing HTTP/1.1"))
    assert statuses(answer) == [200] * (1 + kept)


def test_pipelining(port: int) -> None:
    """Answer pipelined requests in order (RFC 9112 §9.3.2)."""
    requests = [
        plain("GET /wait HTTP/1.1", H),
        plain("POST /1 HTTP/1.1", H, "Content-Length: 3") + b"abc",
        plain("POST /2 HTTP/1.1", H, CHUNKED) + b"1\r\nd\r\n0\r\n\r\n",
        plain("GET /crash HTTP/1.1", H),
        request("GET /3 HTTP/1.1"),
    ]
    answer = talk(port, b"".join(requests))
    assert statuses(answer) == [200, 200, 200, 500, 200]
    paths = re.findall(rb'"PATH_INFO": "(.*?)"', answer)
    assert paths == [b"/1", b"/2", b"/3"]


def test_unread_body(port: int) -> None:
    """Never take an unread body for a request (RFC 9112 §9.3)."""
    body = request("GET /smuggled HTTP/1.1").decode()
    data = plain(
        "POST /ignore-body HTTP/1.1", H, f"Content-Length: {len(body)}"
    )
    answer = talk(port, data + body.encode() + request())
    assert statuses(answer) == [413, 200]
    assert b"smuggled" not in answer


def test_unread_big_body(port: int) -> None:
    """Answer before a big body is there, then close (RFC 9112 §9.3)."""
    data = plain("POST /ignore-body HTTP/1.1", H, "Content-Length: 1000000000")
    answer = talk(port, data, b"x" * 100_000)
    assert statuses(answer) == [413]
    assert b"Connection: close" in answer


@pytest.mark.parametrize("chunked", [False, True])
def test_big_body(port: int, chunked: bool) -> None:
    """Stream a body of any size to the application (PEP 3333)."""
    lines = (b"y" * 99 + b"\n") * 30_000
    if chunked:
        field, lines_sent = (
            CHUNKED,
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(lines), lines),
        )
    else:
        field, lines_sent = f"Content-Length: {len(lines)}", lines
    answer = talk(port, post(field, path="/count-body") + lines_sent)
    assert content(answer) == b"3000000 30000"


def test_split_anywhere(port: int) -> None:
    """Read a request however it is cut into packets (RFC 9112 §2.1)."""
    whole = plain("POST /a HTTP/1.1", H, CHUNKED) + b"2;x\r\nhi\r\n0\r\n\r\n"
    with connect(port) as sock:
        for cut in range(1, len(whole)):
            sock.sendall(whole[:cut])
            time.sleep(0.002)
            sock.sendall(whole[cut:])
            answer = sock.recv(65536)
            assert seen(answer)["body"] == "hi"


def test_byte_by_byte(port: int) -> None:
    """Read a request that comes byte by byte (RFC 9112 §2.1)."""
    data = post("Content-Length: 2", body="hi")
    answer = talk(port, *[bytes([byte]) for byte in data])
    assert seen(answer)["body"] == "hi"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HT",
        request()[:-2],
        post("Content-Length: 10", body="hello"),
        post("Content-Length: 100000", body="hello", path="/count-body"),
        post(CHUNKED, body="5\r\nhel"),
        post(CHUNKED, body="5\r\nhello\r\n"),
        post(CHUNKED, body="5\r\nhello\r\n0\r\nA: b\r\n"),
    ],
)
def test_cut_off(port: int, data: bytes) -> None:
    """Refuse a request that ends early (RFC 9112 §8)."""
    assert statuses(talk(port, data, end=True)) == [400]


def test_half_close(port: int) -> None:
    """Answer a client that has closed its side (RFC 9112 §9.6)."""
    assert statuses(talk(port, plain("GET / HTTP/1.1", H), end=True)) == [200]


def test_gone_client(port: int) -> None:
    """Go on when clients vanish in the middle (RFC 9112 §9.5)."""
    for data in (b"GET", plain("GET /big HTTP/1.1", H), request(), b""):
        with connect(port) as sock:
            sock.sendall(data)
    assert status(talk(port, request())) == 200


def test_continue(port: int) -> None:
    """Send 100 to whom it expects, then the answer (RFC 9110 §10.1.1)."""
    expect = "Expect: 100-Continue"
    for length in (5, 100_000):
        data = post(f"Content-Length: {length}", expect, path="/count-body")
        with connect(port) as sock:
            sock.sendall(data)
            assert sock.recv(99) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"x" * length)
            assert content(receive(sock)) == b"%d 0" % length


def test_continue_refused(port: int) -> None:
    """Send the final answer alone if nobody reads (RFC 9110 §10.1.1)."""
    fields = ("Expect: 100-continue", "Content-Length: 100000")
    assert statuses(talk(port, post(*fields, path="/ignore-body"))) == [413]


def test_continue_needless(port: int) -> None:
    """Send no 100 when the body is there, or to 1.0 (RFC 9110 §10.1.1)."""
    fields = ("Expect: 100-continue", "Content-Length: 2")
    assert statuses(talk(port, post(*fields, body="hi"))) == [200]
    old = request("POST / HTTP/1.0", *fields)
    with connect(port) as sock:
        sock.sendall(old)
        time.sleep(0.1)
        sock.sendall(b"hi")
        assert statuses(receive(sock)) == [200]


def test_continue_once(port: int) -> None:
    """Send no 100 between two requests (RFC 9110 §10.1.1)."""
    fields = ("Expect: 100-continue", "Content-Length: 2")
    with connect(port) as sock:
        sock.sendall(plain("POST /nothing HTTP/1.1", H, *fields) + b"hi")
        first = sock.recv(65536)
        time.sleep(0.1)
        sock.sendall(request("GET /nothing HTTP/1.1"))
        assert statuses(first + receive(sock)) == [200, 200]


def test_stream(port: int) -> None:
    """Send content of unknown length in chunks (RFC 9112 §7.1)."""
    answer = talk(port, request("GET /stream HTTP/1.1"))
    assert b"\r\nTransfer-Encoding: chunked\r\n" in answer
    assert content(answer) == (
        b"4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\n"
    )


def test_stream_1_0(port: int) -> None:
    """End it by closing for a 1.0 client (RFC 9112 §6.1)."""
    keep = "Connection: keep-alive"
    answer = talk(port, plain("GET /stream HTTP/1.0", keep))
    assert b"Transfer-Encoding" not in answer
    assert b"\r\nConnection: close\r\n" in answer
    assert content(answer) == b"one,two,three"


@pytest.mark.parametrize(
    "line",
    [
        "HEAD / HTTP/1.1",
        "HEAD /stream HTTP/1.1",
        "HEAD /crash HTTP/1.1",
        "HEAD /crash-late HTTP/1.1",
        "HEAD /short-list HTTP/1.1",
        "GET /no-content HTTP/1.1",
        "GET /not-modified HTTP/1.1",
        "GET /reset-content HTTP/1.1",
    ],
)
def test_no_content(port: int, line: str) -> None:
    """Send no content for HEAD, 204, 205 and 304 (RFC 9112 §6.3)."""
    answer = talk(port, plain(line, H) + request("GET /nothing HTTP/1.1"))
    head, rest = answer.split(b"\r\n\r\n", 1)
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n") or not rest
    assert b"Transfer-Encoding" not in head


def test_changed_environ() -> None:
    """Keep to the request whatever is made of the environ (PEP 3333)."""

    def middleware(environ: dict, start: Callable) -> list[bytes]:
        environ["REQUEST_METHOD"] = "GET"
        environ["SERVER_PROTOCOL"] = "HTTP/1.0"
        return misbehaving.stream(environ, start)

    for port in start(middleware):
        answer = talk(port, plain("HEAD / HTTP/1.1", H) + request())
        assert statuses(answer) == [200, 200]
        assert content(answer).startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\n5\r\nthree\r\n0\r\n\r\n")


def test_204_without_length(port: int) -> None:
    """Send no Content-Length with 204 (RFC 9110 §8.6)."""
    answer = talk(port, request("GET /no-content HTTP/1.1"))
    assert b"content-length" not in answer.lower()


def test_205_with_length_0(port: int) -> None:
    """Say with 205 that there is nothing (RFC 9110 §15.3.6)."""
    answer = talk(port, request("GET /reset-content HTTP/1.1"))
    assert re.findall(rb"(?i)content-length: (.*)\r", answer) == [b"0"]


@pytest.mark.parametrize("name", misbehaving.HEADS)
def test_response_splitting(port: int, name: str) -> None:
    """Make a head that no application may send a 500 (RFC 9112 §11.1)."""
    answer = talk(port, request(f"GET /head/{name} HTTP/1.1"))
    assert statuses(answer) == [500]
    assert b"evil" not in answer.lower()


@pytest.mark.parametrize(
    "name",
    ["crash", "leave", "never-start", "start-twice", "short-list", "text-body",
     "close-crashed"],
)  # fmt: skip
def test_crash(port: int, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Answer 500, log the trace, keep the connection (RFC 9110 §15.6.1)."""
    data = plain(f"GET /{name} HTTP/1.1", H)
    with caplog.at_level(logging.ERROR, "server"):
        answer = talk(port, data * 3 + request())
    assert statuses(answer) == [500, 500, 500, 200]
    assert b"secret" not in answer
    assert [bool(record.exc_info) for record in caplog.records] == [True] * 3


@pytest.mark.parametrize("name", ["crash-late", "replace-sent-head"])
def test_late_crash(port: int, name: str) -> None:
    """Cut off, without a last chunk, what broke (RFC 9112 §8)."""
    answer = talk(port, plain(f"GET /{name} HTTP/1.1", H), request())
    assert statuses(answer) == [200]
    assert not answer.endswith(b"0\r\n\r\n")


def test_crash_in_close(port: int) -> None:
    """Keep the connection when only close() fails (PEP 3333)."""
    answer = talk(port, plain("GET /crash-closing HTTP/1.1", H) + request())
    assert statuses(answer) == [200, 200]


def test_close_is_called(port: int) -> None:
    """Call close() of the iterable, after a crash too (PEP 3333)."""
    misbehaving.closed.clear()
    for name in ("close-streamed", "close-crashed"):
        talk(port, request(f"GET /{name} HTTP/1.1"))
    assert misbehaving.closed == ["streamed", "crashed"]


def test_exc_info(port: int) -> None:
    """Replace a head that is not sent yet (PEP 3333)."""
    answer = talk(port, request("GET /replace-head HTTP/1.1"))
    assert statuses(answer) == [503]
    assert b"X-Second" in answer
    assert b"X-First" not in answer


def test_write(port: int) -> None:
    """Offer write() (PEP 3333)."""
    answer = talk(port, request("GET /write HTTP/1.1"))
    assert content(answer) == b"onetwoend"


def test_an_empty_write_ends_nothing(port: int) -> None:
    """An empty piece is no last chunk (RFC 9112 §7.1)."""
    answer = talk(port, plain("GET /write-chunks HTTP/1.1", H) + request())
    assert statuses(answer) == [200, 200]
    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" in answer


def test_short_stream(port: int) -> None:
    """Close when content falls short of its length (RFC 9112 §8)."""
    data = plain("GET /short-stream HTTP/1.1", H)
    assert statuses(talk(port, data, request())) == [200]


def test_long_stream(port: int) -> None:
    """Cut content at its length, whatever comes (RFC 9112 §6.3)."""
    answer = talk(port, plain("GET /long-stream HTTP/1.1", H) + request())
    assert statuses(answer) == [200, 200]
    assert b"smuggled" not in answer


def test_big_answer(port: int) -> None:
    """Send all of a big answer."""
    answer = talk(port, request("GET /big HTTP/1.1"))
    assert len(content(answer)) == 5_000_000


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (b"", []),
        (b"GET / HTTP/1.1\r\nHo", [408]),
        (post("Content-Length: 9", body="abc"), [408]),
        (post(CHUNKED, body="9\r\nabc"), [408]),
        (post("Content-Length: 99999", path="/count-body"), [408]),
        (plain("GET /nothing HTTP/1.1", H), [200]),
    ],
    ids=["silent", "head", "body", "chunk", "upload", "idle"],
)
def test_slow_client(hasty: int, data: bytes, answers: list[int]) -> None:
    """Give up waiting, with 408 if something came (RFC 9110 §15.5.9)."""
    assert statuses(talk(hasty, data)) == answers


def pour(sock: socket.socket, data: bytes) -> float:
    """Send data again and again; return how long the server took it."""
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + 8:
            sock.sendall(data)
    except OSError:
        pass
    return time.monotonic() - begun


def test_endless_body(hasty: int) -> None:
    """Give up a body that does not end, as fast as it may come."""
    with connect(hasty) as sock:
        sock.sendall(post(CHUNKED, path="/count-body"))
        # A second and a half for the body, and one to linger.
        assert pour(sock, (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 1000) < 4


def test_endless_trailers(port: int) -> None:
    """Refuse trailers that are longer than a head may be."""
    body = "0\r\n" + "A: b\r\n" * 10_000
    answer = talk(port, post(CHUNKED, body=body))
    assert statuses(answer) == [431]


def test_deadline_with_bytes_at_hand() -> None:
    """Read no more after the deadline, though there is something."""
    running = listen(misbehaving.application)
    with connect(running.port) as client:
        sock, _ = running.listener.accept()
        connection = server.Connection(running, sock, "127.0.0.1")
        client.sendall(b"x" * 99)
        connection.read_by = time.monotonic() + 5
        assert connection.receive() == b"x" * 99
        client.sendall(b"x" * 99)
        connection.read_by = time.monotonic()
        with pytest.raises(server.framing.Refused):
            connection.receive()


def test_too_many_long_bodies() -> None:
    """Answer 503 while there are as many long bodies as may be at once."""
    data = post("Content-Length: 99999", path="/count-body")
    for port in start(misbehaving.application, max_long_bodies=1):
        with connect(port) as other:
            other.sendall(data)
            time.sleep(0.1)
            assert statuses(talk(port, data + b"x" * 99999)) == [503]
            other.sendall(b"x" * 99999)
            assert statuses(receive(other)) == [200]
        time.sleep(0.2)
        assert statuses(talk(port, data + b"x" * 99999)) == [200]


def test_slow_uploads_and_readers_hold_no_place() -> None:
    """Serve others, in the one place, while clients of it are waited for."""
    for port in start(misbehaving.application, threads=1):
        with connect(port) as sender, connect(port) as reader:
            sender.sendall(post("Content-Length: 99999", path="/count-body"))
            reader.sendall(request("GET /big-stream HTTP/1.1"))
            time.sleep(0.2)
            assert status(talk(port, request())) == 200
            sender.sendall(b"x" * 99999)
            assert content(receive(sender)) == b"99999 0"
            assert receive(reader).endswith(b"0\r\n\r\n")


def test_as_many_at_once_as_there_are_places() -> None:
    """Have no more requests in the application than it has threads."""
    running, most = [], []

    def count(environ: dict, start: Callable) -> list[bytes]:
        running.append(1)
        most.append(len(running))
        time.sleep(0.1)
        running.pop()
        return misbehaving.nothing(environ, start)

    for port in start(count, threads=3):
        clients = [connect(port) for _ in range(9)]
        for client in clients:
            client.sendall(request())
        assert [status(receive(client)) for client in clients] == [200] * 9
        for client in clients:
            client.close()
    assert max(most) == 3


def test_honest_reader() -> None:
    """Go on as long as a client reads, for each piece has its time."""
    for port in start(misbehaving.application, write_seconds=1):
        with connect(port) as sock:
            sock.sendall(request("GET /big HTTP/1.1"))
            answer = b""
            while piece := sock.recv(200_000, socket.MSG_WAITALL):
                answer += piece
                time.sleep(0.1)
        assert len(content(answer)) == 5_000_000


def test_slow_reader(hasty: int) -> None:
    """Give up a client that does not read its answer."""
    with connect(hasty) as one, connect(hasty) as two:
        for sock in (one, two):
            sock.sendall(plain("GET /big HTTP/1.1", H))
        assert status(talk(hasty, request())) == 200


def test_200_slow_clients(port: int) -> None:
    """Serve others while 200 clients dawdle, at each point of a request."""
    starts = [
        b"",
        b"GET / HTTP/1.1\r\n",
        post("Content-Length: 9", body="abc"),
        post("Content-Length: 100000", body="abc", path="/count-body"),
        post(CHUNKED, body="5\r\nab"),
    ]
    slow = [connect(port) for _ in range(200)]
    for index, sock in enumerate(slow):
        sock.sendall(starts[index % len(starts)])
    before = time.monotonic()
    for _ in range(20):
        assert status(talk(port, request())) == 200
    assert time.monotonic() - before < 5
    for sock in slow:
        sock.close()


def test_idle_connections_make_room() -> None:
    """Close who waits without a request when there is no room."""
    for port in start(misbehaving.application, max_connections=2):
        with connect(port) as one, connect(port) as two:
            one.sendall(plain("GET /nothing HTTP/1.1", H))
            assert status(one.recv(999)) == 200
            two.sendall(b"GET / HT")
            assert status(talk(port, request())) == 200
            assert status(talk(port, request())) == 200


def test_too_many_connections() -> None:
    """Let who comes wait while all that are there are served."""
    for port in start(misbehaving.application, max_connections=2):
        with connect(port) as one:
            one.sendall(plain("GET /wait HTTP/1.1", H))
            time.sleep(0.2)
            with connect(port) as two, connect(port) as third:
                two.sendall(plain("GET /wait HTTP/1.1", H))
                third.settimeout(0.2)
                third.sendall(request())
                with pytest.raises(TimeoutError):
                    third.recv(1)
                third.settimeout(10)
                assert status(receive(third)) == 200
                assert status(one.recv(999)) == status(two.recv(999)) == 200


def test_aborted_connections_leave_nothing() -> None:
    """Keep no thread, descriptor or connection of clients that vanish."""
    reset = struct.pack("ii", 1, 0)  # a close() then breaks off at once
    starts = [b"", b"GET", post("Content-Length: 9"), request(),
              plain("GET /big HTTP/1.1", H), post(CHUNKED, body="9\r\nab"),
              post("Content-Length: 99999", path="/count-body")]  # fmt: skip
    running = listen(misbehaving.application)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()

    this = psutil.Process()
    threads, files = this.num_threads(), this.num_fds()
    for index in range(300):
        with connect(running.port) as sock:
            sock.sendall(starts[index % len(starts)])
            if index % 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    with connect(running.port) as last:  # accepted after all of them
        last.sendall(request())
        assert status(receive(last)) == 200

    def has_more() -> bool:
        more = this.num_threads() > threads or this.num_fds() > files
        return more or bool(running.connections)

    until = time.monotonic() + 10
    while has_more() and time.monotonic() < until:
        time.sleep(0.1)
    assert not running.connections
    assert this.num_threads() <= threads
    assert this.num_fds() <= files
    assert running.places.qsize() == 8
    running.stop()
    thread.join()


def test_crash_of_the_server_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close the connection and forget it, whatever is wrong."""
    running = listen(misbehaving.application)
    with connect(running.port) as client:
        monkeypatch.setattr(threading, "excepthook", lambda _: None)
        monkeypatch.setattr(server.framing, "parse_head", None)
        running.accept()
        assert len(running.connections) == 1
        client.sendall(request())
        assert receive(client) == b""
    assert not running.connections


def test_refusals_are_logged(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Say at debug level who was refused, and why."""
    with caplog.at_level(logging.DEBUG, "server"):
        talk(port, request("GET /a\\b HTTP/1.1"))
    expected = "refused 127.0.0.1: 400 not a target of this server"
    assert caplog.messages == [expected]


def test_no_thread(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn a client away for whom no thread can be made."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(server, "Thread", refuse)
        assert talk(port) == b""
    assert status(talk(port, request())) == 200


def test_no_descriptor() -> None:
    """Rest a little when there is no descriptor for a client."""

    class Exhausted:
        tries = 0

        def accept(self) -> None:
            self.tries += 1
            raise OSError(24, "Too many open files")

    running = listen(misbehaving.application)
    running.listener.close()
    running.listener = exhausted = Exhausted()
    until = time.monotonic() + 0.2
    while time.monotonic() < until:
        running.accept()
    assert 1 < exhausted.tries < 30


def test_busy_port(port: int) -> None:
    """Raise OSError when the port is taken."""
    with pytest.raises(OSError, match="in use"):
        server.Server(misbehaving.application, "127.0.0.1", port)


def test_flask() -> None:
    """Serve a Flask application."""
    import flask

    app = flask.Flask("minimal")

    @app.post("/<name>")
    def echo(name: str) -> dict:
        return {"name": name, "json": flask.request.get_json()}

    for port in start(app):
        body = "4\r\n[1]\n\r\n0\r\n\r\n"
        fields = ("Content-Type: application/json", CHUNKED)
        answer = talk(port, post(*fields, body=body, path="/%C3%A9"))
        expected = {"name": "é", "json": [1]}
        assert json.loads(content(answer)) == expected
        assert status(talk(port, request("GET /none/such HTTP/1.1"))) == 404


DJANGO = """
import sys
import django.conf, django.http, django.urls
django.conf.settings.configure(ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"])
def echo(request):
    return django.http.HttpResponse(request.body[::-1])
urlpatterns = [django.urls.path("echo", echo)]
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
SLOW = """
import time
def application(environ, start):
    time.sleep(1)
    start("200 OK", [])
    return [b"done"]
"""
WORKERS = """
import os
def application(environ, start):
    assert environ["wsgi.multiprocess"]
    start("200 OK", [])
    return [str(os.getpid()).encode()]
workers = 2
"""
TERMINATED = """
import os
import signal
def application(environ, start):
    pass
workers = 3
os.register_at_fork(
    after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM)
)
"""
SERVE = """
import os
import sys
sys.path.append(sys.argv[1])
from app.framework.server import Server
from app.framework.workers import serve
class Telling(Server):
    def run(self):
        os.write(1, b"%d\\n" % self.port)  # whole, whoever else writes
        super().run()
server = Telling(application, "127.0.0.1", 0, threads=4)
serve(server, globals().get("workers", 1))
"""


@contextmanager
def spawn(source: str, *options: str) -> Iterator[tuple]:
    """Serve the application of a source text in a process of its own."""
    command = [sys.executable, *options, "-c", source + SERVE, STDLIB]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_django() -> None:
    """Serve a Django application, with a chunked body too."""
    with spawn(DJANGO) as (process, port):
        for field, body in [
            ("Content-Length: 3", "abc"),
            (CHUNKED, "3\r\nabc\r\n0\r\n\r\n"),
        ]:
            answer = talk(port, post(field, body=body, path="/echo"))
            assert content(answer) == b"3\r\ncba\r\n0\r\n\r\n"
        assert status(talk(port, request("GET /none HTTP/1.1"))) == 404
        process.terminate()
        assert process.wait(15) == 0


@pytest.mark.parametrize("number", workers.SIGNALS)
def test_drain(number: int) -> None:
    """Finish what runs and refuse what comes after a signal; then exit 0."""
    with (
        spawn(SLOW, "-I", "-S") as (process, port),
        connect(port) as idle,
        connect(port) as busy,
    ):
        busy.sendall(plain("GET / HTTP/1.1", H))
        time.sleep(0.3)
        process.send_signal(number)
        assert idle.recv(99) == b""
        with pytest.raises(OSError, match="refused"):
            connect(port)
        answer = receive(busy)
        assert content(answer) == b"done"
        assert b"\r\nConnection: close\r\n" in answer
        assert process.wait(15) == 0


@pytest.mark.parametrize("number", workers.SIGNALS)
def test_workers(number: int) -> None:
    """Serve by several processes, and end with all of them after a signal."""
    with spawn(WORKERS) as (process, port):
        data = request("GET / HTTP/1.1")
        pids = {content(talk(port, data)) for _ in range(200)}
        process.send_signal(number)
        assert process.wait(15) == 0
        assert len(pids) == 2
        assert str(process.pid).encode() not in pids
        with pytest.raises(OSError, match="refused"):
            connect(port)


def pid_of(port: int) -> int:
    """Return the process that answers."""
    return int(content(talk(port, request("GET / HTTP/1.1"))))


def test_killed_worker(capfd: pytest.CaptureFixture) -> None:
    """Replace a worker that ends unasked, with a line."""
    with spawn(WORKERS) as (process, port):
        killed = {pid_of(port) for _ in range(200)}
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        others = {pid_of(port) for _ in range(200)}
        assert len(killed) == len(others) == 2
        assert not killed & others
        process.terminate()
        assert process.wait(15) == 0
    assert capfd.readouterr().err.count("died; another replaces it") == 2


def test_workers_that_die_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer each time before another replaces it, at most four."""
    running, pauses = listen(misbehaving.application), []

    def rest(seconds: float) -> None:
        pauses.append(round(seconds, 1))
        while multiprocessing.active_children():
            time.sleep(0.01)
        if len(pauses) == 8:
            running.stop()

    monkeypatch.setattr(workers, "sleep", rest)
    monkeypatch.setattr(workers, "work", lambda *_: os._exit(3))
    monkeypatch.setattr(workers, "until_signal", lambda stop, run: run())
    workers.serve(running, 2)
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4, 4]


def test_killed_parent() -> None:
    """Leave the port when the parent is killed."""
    with spawn(WORKERS) as (process, port):
        assert pid_of(port)
        process.kill()
        process.wait()
        until = time.monotonic() + 10
        with socket.socket() as probe:
            while time.monotonic() < until:
                time.sleep(0.1)
                if probe.connect_ex(("127.0.0.1", port)):
                    return
    pytest.fail("workers go on without their parent")


def test_drain_a_short_body() -> None:
    """Finish a request whose body still comes when the signal does."""
    with spawn(SLOW) as (process, port), connect(port) as client:
        client.sendall(plain("POST / HTTP/1.1", H, "Content-Length: 2") + b"a")
        time.sleep(0.3)
        process.terminate()
        time.sleep(0.5)
        client.sendall(b"b")
        assert content(receive(client)) == b"done"
        assert process.wait(15) == 0


def test_signal_between_forks() -> None:
    """End with all workers if the signal comes before they are all there."""
    with spawn(TERMINATED) as (process, port):
        assert process.wait(15) == 0
        with pytest.raises(OSError, match="refused"):
            connect(port)


def test_second_signal() -> None:
    """Grant the time to finish what runs once only."""
    running = listen(misbehaving.application)
    running.stop()
    end = running.end
    running.stop()
    assert running.end == end


def test_refused_while_stopping() -> None:
    """Take no request from what follows a malformed one."""
    called: list[dict] = []
    running = listen(lambda environ, _: called.append(environ) or [])
    with connect(running.port) as client:
        sock, _ = running.listener.accept()
        running.stop()
        client.sendall(plain("GET / HTTP/1.1") + plain("GET / HTTP/1.1", H))
        connection = server.Connection(running, sock, "127.0.0.1")
        threading.Thread(target=connection.converse, daemon=True).start()
        assert receive(client) == b""
    assert called == []

"""A WSGI application that behaves, and misbehaves, by the path it gets."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator

closed: list[str] = []


class Closing:
    """Iterate over chunks; remember that close() was called."""

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        self.name, self.chunks = name, iter(chunks)

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks

    def close(self) -> None:
        closed.append(self.name)


def show_environ(environ: dict, start: Callable) -> list[bytes]:
    """Answer the environ's strings and the body, as JSON."""
    seen = {k: v for k, v in environ.items() if isinstance(v, str | bool)}
    seen["body"] = environ["wsgi.input"].read().decode("latin-1")
    body = json.dumps(seen).encode()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def count_body(environ: dict, start: Callable) -> list[bytes]:
    """Read the body in small pieces; answer its length and line count."""
    length = lines = 0
    while line := environ["wsgi.input"].readline(1000):
        length, lines = length + len(line), lines + line.endswith(b"\n")
    start("200 OK", [])
    return [b"%d %d" % (length, lines)]


def ignore_body(environ: dict, start: Callable) -> list[bytes]:
    """Answer without reading the body."""
    start("413 Content Too Large", [])
    return [b"too large"]


def stream(environ: dict, start: Callable) -> Iterator[bytes]:
    """Answer in chunks of unknown number, an empty one among them."""
    start("200 OK", [("Content-Type", "text/plain")])
    yield from (b"one,", b"", b"two,", b"three")


def crash(environ: dict, start: Callable) -> list[bytes]:
    raise ValueError("secret detail")


def leave(environ: dict, start: Callable) -> list[bytes]:
    sys.exit(3)


def crash_late(environ: dict, start: Callable) -> Iterator[bytes]:
    start("200 OK", [])
    yield b"begun"
    raise ValueError("secret detail")


def crash_closing(environ: dict, start: Callable) -> object:
    class Crashing(Closing):
        def close(self) -> None:
            raise ValueError("secret detail")

    start("200 OK", [("Content-Length", "2")])
    return Crashing("crashing", [b"ok"])


def close_streamed(environ: dict, start: Callable) -> Closing:
    start("200 OK", [])
    return Closing("streamed", [b"a", b"b"])


def close_crashed(environ: dict, start: Callable) -> Closing:
    start("200 OK", [])
    return Closing("crashed", (1 // 0 for _ in "a"))


def never_start(environ: dict, start: Callable) -> list[bytes]:
    return [b"body without a head"]


def start_twice(environ: dict, start: Callable) -> list[bytes]:
    start("200 OK", [])
    start("201 Created", [])
    return [b"ok"]


def replace_head(environ: dict, start: Callable) -> list[bytes]:
    start("200 OK", [("X-First", "1")])
    try:
        raise KeyError("late")
    except KeyError:
        start("503 Service Unavailable", [("X-Second", "2")], sys.exc_info())
    return [b"replaced"]


def replace_sent_head(environ: dict, start: Callable) -> Iterator[bytes]:
    start("200 OK", [])
    yield b"sent"
    try:
        raise KeyError("late")
    except KeyError:
        start("503 Service Unavailable", [], sys.exc_info())
    yield b"never"


def write(environ: dict, start: Callable) -> list[bytes]:
    push = start("200 OK", [("Content-Length", "9")])
    push(b"one")
    push(b"two")
    return [b"end"]


def write_chunks(environ: dict, start: Callable) -> list[bytes]:
    push = start("200 OK", [])
    for data in (b"one", b"", b"two"):
        push(data)
    return []


def short_list(environ: dict, start: Callable) -> list[bytes]:
    start("200 OK", [("Content-Length", "10")])
    return [b"short"]


def short_stream(environ: dict, start: Callable) -> Iterator[bytes]:
    start("200 OK", [("Content-Length", "10")])
    yield b"short"


def long_stream(environ: dict, start: Callable) -> Iterator[bytes]:
    start("200 OK", [("Content-Length", "4")])
    yield b"lo"
    yield b"ngHTTP/1.1 200 smuggled"


def text_body(environ: dict, start: Callable) -> list[str]:
    start("200 OK", [])
    return ["text"]


def no_content(environ: dict, start: Callable) -> list[bytes]:
    start("204 No Content", [("Content-Length", "0")])
    return [b"must not be sent"]


def reset_content(environ: dict, start: Callable) -> list[bytes]:
    start("205 Reset Content", [("Content-Length", "16")])
    return [b"must not be sent"]


def not_modified(environ: dict, start: Callable) -> list[bytes]:
    start("304 Not Modified", [("ETag", '"a"')])
    return [b"must not be sent"]


def nothing(environ: dict, start: Callable) -> list[bytes]:
    start("200 OK", [])
    return []


def wait(environ: dict, start: Callable) -> list[bytes]:
    time.sleep(0.7)
    start("200 OK", [])
    return [b"waited"]


def big(environ: dict, start: Callable) -> list[bytes]:
    start("200 OK", [])
    return [b"x" * 5_000_000]


def big_stream(environ: dict, start: Callable) -> Iterator[bytes]:
    start("200 OK", [])
    for _ in range(100):
        yield b"x" * 100_000


HEADS = {
    "value-crlf": ("200 OK", [("X-A", "b\r\nX-Evil: 1")]),
    "value-lf": ("200 OK", [("X-A", "b\nX-Evil: 1")]),
    "value-cr": ("200 OK", [("X-A", "b\rX-Evil: 1")]),
    "value-nul": ("200 OK", [("X-A", "b\0")]),
    "value-wide": ("200 OK", [("X-A", "\u010a\u2028")]),
    "value-bytes": ("200 OK", [("X-A", b"b")]),
    "name-crlf": ("200 OK", [("X-A: b\r\nX-Evil", "1")]),
    "name-space": ("200 OK", [("X A", "1")]),
    "name-empty": ("200 OK", [("", "1")]),
    "name-bytes": ("200 OK", [(b"X-A", "1")]),
    "status-crlf": ("200 OK\r\nX-Evil: 1", []),
    "status-word": ("OK", []),
    "status-interim": ("101 Switching Protocols", []),
    "status-number": (200, []),
    "length-word": ("200 OK", [("Content-Length", "abc")]),
    "lengths": ("200 OK", [("Content-Length", "2"), ("content-length", "9")]),
    "equal-lengths": ("200 OK", [("Content-Length", "2")] * 2),
    "length-negative": ("200 OK", [("Content-Length", "-1")]),
    "transfer-encoding": ("200 OK", [("Transfer-Encoding", "chunked")]),
    "connection": ("200 OK", [("connection", "keep-alive")]),
    "upgrade": ("200 OK", [("Upgrade", "h2c")]),
}


def application(environ: dict, start: Callable) -> Iterable[bytes]:
    """Call the function that the path names; else show the environ."""
    name = environ["PATH_INFO"].strip("/").replace("-", "_")
    if name.startswith("head/"):
        start(*HEADS[environ["PATH_INFO"].split("/")[2]])
        return [b"ok"]
    function = globals().get(name, show_environ)
    return function(environ, start)

"""Speak HTTP over a socket: bytes out as they are, strict parsing back.

No library reads strictly enough: h11 takes a bare LF for a line end, folded
lines, control characters, and a length twice or beside chunks.
"""

import json
import re
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from requests.structures import CaseInsensitiveDict

from tests.support import expect as expectations
from tests.support import report, shell
from tests.support.difference import statuses

CLOSED = "closed"
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-5][0-9]{2})(?: ([^\r\n]*))?")
HEADER_LINE = re.compile(rb"(" + TOKEN + rb"):[ \t]*(.*?)[ \t]*", re.S)
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?")

Status = int | str | set


class MalformedError(AssertionError):
    """Says what in a response breaks the syntax of HTTP."""


class UnfinishedError(Exception):
    """Says that the bytes so far do not make a whole response."""


class NoHeaderError(AssertionError, KeyError):
    """Says which header an answer lacks."""

    __str__ = AssertionError.__str__


class Headers(CaseInsensitiveDict):
    """Headers in any case, of which a missing one is told by its name."""

    def __getitem__(self, name: str) -> str:
        """Return a value; raises NoHeaderError."""
        try:
            return super().__getitem__(name)
        except KeyError:
            shown = "-".join(map(str.capitalize, name.split("-")))
            raise NoHeaderError(f"the answer has no {shown}") from None


@dataclass
class Response:
    """Hold one parsed response, with the names that `requests` uses."""

    status_code: int
    reason: str
    header_list: list[tuple[str, str]]
    content: bytes
    version: str = "HTTP/1.1"
    interim: list[int] = field(default_factory=list)
    exchange: object = field(default=None, repr=False, compare=False)
    parsed: list = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def headers(self) -> Headers:
        """Return the headers, repeated ones joined by a comma."""
        joined = Headers()
        for name, value in self.header_list:
            joined[name] = (
                f"{joined[name]}, {value}" if name in joined else value
            )
        return joined

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> object:
        """Return the body as JSON."""
        return self.remember(json.loads(self.content))

    def remember(self, parsed: object) -> object:
        """Return what was made of the body; a failure tells by it whose."""
        self.parsed.append(parsed)
        return parsed


def message(
    method: str,
    target: str | bytes,
    headers: Iterable[tuple[str, str | bytes]] = (),
    body: bytes = b"",
    *,
    host: str | None = "localhost",
    close: bool = True,
) -> bytes:
    """Write a request; `Content-Length` follows a body, given or not."""
    lines = [encode(method) + b" " + encode(target) + b" HTTP/1.1"]
    fields = [("Host", host)] if host is not None else []
    fields += list(headers)
    names = {name.lower() for name, _ in fields}
    if body and not names & {"content-length", "transfer-encoding"}:
        fields.append(("Content-Length", str(len(body))))
    if close and "connection" not in names:
        fields.append(("Connection", "close"))
    lines += [encode(name) + b": " + encode(value) for name, value in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def encode(text: str | bytes) -> bytes:
    """Return bytes as they are and text as Latin-1."""
    return text if isinstance(text, bytes) else text.encode("latin-1")


def chunked(*chunks: bytes) -> bytes:
    """Write a body in the chunked coding, one chunk per argument."""
    parts = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
    return b"".join(parts) + b"0\r\n\r\n"


def exchange(
    server: object,
    *pieces: bytes,
    expect: Status | Sequence[Status],
    pause: float = 0.02,
    timeout: float = 10,
    half_close: bool = False,
) -> list[Response | None]:
    """Send the pieces and read one response for each expected status.

    An expectation is a status, CLOSED, or a set of those; a list of
    expectations asks for as many responses on the one connection. What
    closed without an answer is None in the result. Bytes after the last
    response are an error; what no answer may be is noted.
    """
    asked = Asked(server, expect, timeout)
    asked.send(pieces, pause, half_close)
    return asked.answers()


class Asked:
    """One connection on which the answers are read when they are wanted."""

    def __init__(
        self, server: object, expect: Status | Sequence[Status], timeout: float
    ) -> None:
        """Connect; `expect` is that of `exchange`."""
        self.expected, self.timeout = expect, timeout
        self.wanted = expect if isinstance(expect, list) else [expect]
        address = (server.host, server.port)
        self.root = f"http://{server.host}:{server.port}"
        self.connection = socket.create_connection(address, timeout)

    def send(
        self,
        pieces: Sequence[bytes],
        pause: float = 0.02,
        half_close: bool = False,
    ) -> "Asked":
        """Note the pieces and send them."""
        self.sent = b"".join(pieces)
        self.noted = report.sent_raw(
            self.root, self.sent, self.expected, half_close
        )
        send(self.connection, pieces, pause, half_close)
        return self

    def wait_for_continue(self) -> None:
        """Read the interim answer that asks for the body."""
        interim = b""
        while not interim.endswith(b"\r\n\r\n"):
            byte = self.connection.recv(1)
            assert byte, f"hung up after {interim!r}"
            interim += byte
        assert re.match(rb"HTTP/1\.1 100 ", interim), interim

    def send_body(self, body: bytes) -> None:
        """Send what the head has announced."""
        self.sent += body
        self.noted.line = partial(shell.raw_line, self.root, self.sent)
        send(self.connection, [body], 0, half_close=False)

    def answers(self) -> list[Response | None]:
        """Read and judge all answers; close the connection."""
        lines = heads(self.sent)
        lines += lines[-1:] * len(self.wanted)
        lines = lines[: len(self.wanted)]
        with self.connection:
            answers = read(
                self.connection,
                [line.split(b" ")[0] for line in lines],
                self.timeout,
                announced(self.sent),
            )
        self.noted.take(*answers)
        for line, allowed, answer in zip(
            lines, self.wanted, answers, strict=True
        ):
            if answer is not None:
                self.noted.broken |= broken(answer, line, allowed, self.sent)
        for allowed, answer in zip(self.wanted, answers, strict=True):
            check_status(allowed, answer)
        return answers


def announced(sent: bytes) -> str:
    """Say that more of a body was announced than was sent."""
    head, _, body = sent.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if not length or int(length[1]) <= len(body):
        return ""
    return (
        f" though Content-Length announces {int(length[1]):,} bytes and"
        f" {len(body):,} came"
    )


def broken(
    answer: Response, line: bytes, allowed: Status, sent: bytes
) -> dict[str, str]:
    """Name what no answer to a request line may be, and this one is."""
    method, target, *_ = [*line.decode("latin-1").split(" "), ""]
    if answer.content:
        answer = replace(answer, content=expectations.plain(answer))
    wanted = allowed if isinstance(allowed, set) else {allowed}
    found = expectations.broken_invariants(
        answer, method, target, wanted, sent
    )
    if takes_back(answer, sent):
        found.pop("cookie", None)
    if method == "GET" and answer.status_code == 412:
        found.pop("problem", None)  # Werkzeug keeps the body
    return found


def takes_back(answer: Response, sent: bytes) -> bool:
    """Tell whether an answer only ends cookies, of those that were sent.

    Django does so with a session that is none.
    """
    cookies = [
        value
        for name, value in answer.header_list
        if name.lower() == "set-cookie"
    ]
    asked = b"".join(re.findall(rb"(?i)\r\ncookie:[^\r]*", sent))
    return all(
        encode(cookie.partition("=")[0] + "=") in asked
        and re.search(r"(?i);\s*max-age=0(;|$)", cookie)
        for cookie in cookies
    )


def heads(data: bytes) -> list[bytes]:
    """Return the request lines of what is sent, the first at least."""
    pattern = rb"(?:^|\r\n\r\n)([A-Za-z]+ [^\r\n]*HTTP/1\.[01])\r\n"
    return re.findall(pattern, data) or [data.split(b"\r\n")[0]]


def send(
    connection: socket.socket,
    pieces: Sequence[bytes],
    pause: float,
    half_close: bool,
) -> None:
    """Send pieces with a pause between; the peer may hang up meanwhile."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(pause)
            connection.sendall(piece)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
    except OSError:  # it may hang up before all is sent
        pass


def read(
    connection: socket.socket,
    methods: Sequence[bytes],
    timeout: float,
    about: str = "",
) -> list[Response | None]:
    """Read one response for each method, None where the peer hung up."""
    buffer, answers, ended = b"", [], False
    deadline = time.monotonic() + timeout
    while True:
        while len(answers) < len(methods):
            try:
                answer, buffer = parse(buffer, methods[len(answers)], ended)
            except UnfinishedError:
                break
            answers.append(answer)
        if ended or enough(answers, methods):
            break
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = connection.recv(65536)
        except TimeoutError:
            half = f" but {buffer[:200]!r}" if buffer else ""
            raise AssertionError(
                f"no whole answer within {timeout:g} s{half}{about}"
            ) from None
        except ConnectionResetError:
            data = b""
        buffer, ended = buffer + data, not data
    if buffer:
        raise MalformedError(
            f"bytes that belong to no response: {buffer[:200]!r}"
        )
    return answers + [None] * (len(methods) - len(answers))


def enough(answers: Sequence[Response], methods: Sequence[bytes]) -> bool:
    """Tell whether all is read: after `Connection: close`, to the end."""
    if len(answers) < len(methods):
        return False
    last = answers[-1].headers.get("connection", "")
    return "close" not in last.lower()


def parse(
    buffer: bytes, method: bytes, ended: bool = True
) -> tuple[Response, bytes]:
    """Take one response off the front of the buffer."""
    interim = []
    while True:
        head, separator, rest = buffer.partition(b"\r\n\r\n")
        if not separator:
            raise UnfinishedError
        status, reason, version, headers = parse_head(head)
        if status >= 200 or status == 101:
            break
        interim.append(status)
        buffer = rest
    content, rest = parse_body(status, headers, method, rest, ended)
    return (Response(status, reason, headers, content, version, interim), rest)


def parse_head(
    head: bytes,
) -> tuple[int, str, str, list[tuple[str, str]]]:
    """Take the status line and the header lines apart, strictly."""
    first, *lines = head.split(b"\r\n")
    status = STATUS_LINE.fullmatch(first)
    if not status:
        raise MalformedError(f"status line {first[:200]!r}")
    headers = []
    for line in lines:
        match = HEADER_LINE.fullmatch(line)
        if not match or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line):
            raise MalformedError(f"header line {line[:200]!r}")
        headers.append(
            tuple(part.decode("latin-1") for part in match.groups())
        )
    reason = (status[3] or b"").decode("latin-1")
    return int(status[2]), reason, status[1].decode(), headers


def parse_body(
    status: int,
    headers: list[tuple[str, str]],
    method: bytes,
    rest: bytes,
    ended: bool,
) -> tuple[bytes, bytes]:
    """Take the body off, by the framing that the headers tell."""
    lengths = [v for n, v in headers if n.lower() == "content-length"]
    codings = [v for n, v in headers if n.lower() == "transfer-encoding"]
    if len(lengths) > 1 or (lengths and codings):
        raise MalformedError(f"framing {lengths} {codings}")
    if lengths and not re.fullmatch(r"[0-9]+", lengths[0], re.A):
        raise MalformedError(f"Content-Length {lengths[0]!r}")
    if method == b"HEAD" or status in (204, 304):
        return b"", rest
    if codings:
        if codings != ["chunked"]:
            raise MalformedError(f"Transfer-Encoding {codings}")
        return parse_chunks(rest)
    if lengths:
        length = int(lengths[0])
        if len(rest) < length:
            raise cut_off(ended)
        return rest[:length], rest[length:]
    if not ended:
        raise UnfinishedError
    return rest, b""


def parse_chunks(rest: bytes) -> tuple[bytes, bytes]:
    """Put the chunks of a body together."""
    content = b""
    while True:
        line, separator, rest = rest.partition(b"\r\n")
        if not separator:
            raise UnfinishedError
        match = CHUNK_LINE.fullmatch(line)
        if not match:
            raise MalformedError(f"chunk size {line[:50]!r}")
        size = int(match[1], 16)
        if len(rest) < size + 2:
            raise UnfinishedError
        if rest[size : size + 2] != b"\r\n":
            raise MalformedError("chunk without its line end")
        content, rest = content + rest[:size], rest[size + 2 :]
        if size == 0:
            return content, rest


def cut_off(ended: bool) -> Exception:
    """Say whether more may come or the body was cut."""
    if ended:
        return MalformedError("body shorter than its Content-Length")
    return UnfinishedError()


def check_status(allowed: Status, answer: Response | None) -> None:
    """Compare one answer with its expectation."""
    options = allowed if isinstance(allowed, set) else {allowed}
    got = CLOSED if answer is None else answer.status_code
    assert got in options, f"status: expected {statuses(allowed)}, got {got}"

"""The grammar of HTTP/1.1 (RFC 9112), without any socket."""

import re
import sys
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import lru_cache
from io import RawIOBase
from time import time
from urllib.parse import unquote_to_bytes

MAX_LINE_BYTES = 8190  # RFC 9112 §3 recommends 8000 at least
MAX_HEAD_BYTES = 32768  # also of all chunk extensions and trailers
MAX_FIELDS = 100

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 §5.6.2
VALUE = r"[\t -~\x80-\xff]*"  # RFC 9110 §5.5: no CR, LF, NUL
FIELD = re.compile(f"{TOKEN}:{VALUE}")  # no " :", no folding
LINE = rf'({TOKEN}) ([!"$-~]{{1,8190}}) HTTP/([0-9])\.([0-9])\r\n'
# An empty line may come first (RFC 9112 §2.2).
HEAD = re.compile(rf"(?:\r\n)?{LINE}((?:{FIELD.pattern}\r\n)*)\r\n")
ABSOLUTE = re.compile("(?i:http)://([^/?]*)(.*)")
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
LENGTH = re.compile("[0-9]{1,18}")
QUOTED = r'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
EXTENSION = rf"[ \t]*;[ \t]*{TOKEN}(?:[ \t]*=[ \t]*(?:{TOKEN}|{QUOTED}))?"
CHUNK = re.compile(rf"([0-9A-Fa-f]{{1,15}})((?:{EXTENSION})*)\r\n")  # §7.1.1
STATUS = re.compile(f"[2-9][0-9][0-9] {VALUE}")
# What says how a message is framed, or ends here, is the server's alone.
OURS = {"connection", "keep-alive", "transfer-encoding", "upgrade"}
http_date = lru_cache(1)(formatdate)  # made once a second


class Refused(OSError):
    """Say why a client is not served, as an error of reading a file."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the status beside the reason."""
        super().__init__(reason)
        self.status = status


class Reader:
    """Cut what a client sends into lines and pieces."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        """Take what waits for bytes, and returns none at the end."""
        self.receive = receive
        self.held = bytearray()  # received, but not read

    def wait(self) -> None:
        """Wait for more."""
        data = self.receive()
        if not data:
            raise Refused(400, "cut off")
        self.held += data

    def find(self, mark: bytes, limit: int, status: int) -> int:
        """Return where a mark ends; past the limit refuse with the status."""
        while (start := self.held.find(mark, 0, limit)) < 0:
            if len(self.held) >= limit:
                raise Refused(status, "too long")
            if self.held.count(b"\n") > self.held.count(b"\r\n"):
                raise Refused(400, "a line ended by LF alone")
            self.wait()
        return start + len(mark)

    def read_head(self) -> str:
        """Read the lines up to the empty one."""
        self.find(b"\r\n", MAX_LINE_BYTES, 414)
        end = self.find(b"\r\n\r\n", MAX_HEAD_BYTES, 431)
        return self.read(end).decode("latin-1")

    def read_line(self, limit: int, status: int) -> str:
        """Read a line; a longer one has that status."""
        end = self.find(b"\r\n", limit, status)
        return self.read(end).decode("latin-1")

    def read(self, size: int) -> bytes:
        """Read at most so many bytes, as soon as there are some."""
        if not self.held:
            self.wait()
        data = bytes(self.held[:size])
        del self.held[:size]
        return data


def parse_head(head: str, environ: dict) -> None:
    """Put the request line and the fields into the environ."""
    match = HEAD.fullmatch(head)
    if not match:
        raise Refused(400, "malformed head")
    method, target, major, minor, fields = match.groups()
    environ["REQUEST_METHOD"] = method
    environ["RAW_URI"] = target
    environ["SERVER_PROTOCOL"] = "HTTP/1.0" if minor == "0" else "HTTP/1.1"
    if major != "1":
        raise Refused(505, "not HTTP/1")
    parse_fields(fields.split("\r\n")[:-1], environ)
    parse_target(method, target, environ)


def parse_fields(lines: list[str], environ: dict) -> None:
    """Put the fields into the environ, as CGI names them."""
    if len(lines) > MAX_FIELDS:
        raise Refused(431, "too many fields")
    for line in lines:
        name, _, value = line.partition(":")
        if "_" in name:  # X_A would pass for X-A
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        if key in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
            key = key.removeprefix("HTTP_")
        value = value.strip(" \t")
        if key in environ:
            # RFC 9110 §5.3. Two Hosts, or lengths, become one malformed one.
            comma = "; " if key == "HTTP_COOKIE" else ","  # RFC 6265 §5.4
            value = environ[key] + comma + value
        environ[key] = value


def parse_target(method: str, target: str, environ: dict) -> None:
    """Split the target into host, path and query (RFC 9112 §3.2)."""
    check_host(environ)
    absolute = ABSOLUTE.fullmatch(target)
    if absolute:
        environ["HTTP_HOST"], target = absolute.groups()
        check_host(environ)
        if not target and method == "OPTIONS":
            target = "*"
        elif not target.startswith("/"):
            target = "/" + target
    path, _, environ["QUERY_STRING"] = target.partition("?")
    ours = path.startswith("/") or (method == "OPTIONS" and target == "*")
    if method == "CONNECT" or not ours or "\\" in path:
        raise Refused(400, "not a target of this server")
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")


def check_host(environ: dict) -> None:
    """Refuse a Host that is missing, doubled or malformed."""
    old = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if old and "HTTP_HOST" not in environ:
        return
    host = environ.get("HTTP_HOST", "")
    if not HOST.fullmatch(host):
        raise Refused(400, "not one well-formed Host")


def persists(environ: dict) -> bool:
    """Tell whether the connection stays open (RFC 9112 §9.3)."""
    options = environ.get("HTTP_CONNECTION", "").lower().split(",")
    options = [option.strip(" \t") for option in options]
    new = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    return "close" not in options and (new or "keep-alive" in options)


def expects_continue(environ: dict) -> bool:
    """Tell whether the client waits for a 100 (RFC 9110 §10.1.1)."""
    expected = environ.get("HTTP_EXPECT")
    if expected is None or environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        return False
    if expected.lower() != "100-continue":
        raise Refused(417, "unknown expectation")
    return True


def body_length(environ: dict) -> int:
    """Return the length of the body; -1 is chunked (RFC 9112 §6.3)."""
    coding = environ.pop("HTTP_TRANSFER_ENCODING", None)
    length = environ.get("CONTENT_LENGTH", "0")
    if coding is None and LENGTH.fullmatch(length):
        return int(length)
    old = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if coding is None or old or "CONTENT_LENGTH" in environ:
        raise Refused(400, "malformed or ambiguous framing")  # §6.1
    _, comma, last = coding.lower().rpartition(",")
    if last.strip(" \t") != "chunked":
        raise Refused(400, "a body without an end")
    if comma:
        raise Refused(501, "more than one coding")
    return -1


def begin_body(
    reader: Reader, length: int, limit: int
) -> tuple[bytes, Iterator[bytes] | None]:
    """Read a body; if it is past the limit, return the rest as pieces."""
    pieces = read_chunks(reader) if length < 0 else read_data(reader, length)
    content = bytearray()
    while length <= limit and len(content) <= limit:
        piece = next(pieces, None)
        if piece is None:
            return bytes(content), None
        content += piece
    return bytes(content), pieces


def read_data(reader: Reader, left: int) -> Iterator[bytes]:
    """Yield so many bytes as they come."""
    while left:
        data = reader.read(left)
        left -= len(data)
        yield data


def read_chunks(reader: Reader) -> Iterator[bytes]:
    """Yield what is in the chunks (RFC 9112 §7.1), drop the rest."""
    room = MAX_HEAD_BYTES
    while True:
        match = CHUNK.fullmatch(reader.read_line(MAX_LINE_BYTES, 400))
        if not match or len(match[2]) > room:
            raise Refused(400, "malformed chunk size, or long extensions")
        room -= len(match[2])
        size = int(match[1], 16)
        if not size:
            break
        yield from read_data(reader, size)
        reader.read_line(2, 400)  # empty, or the chunk is longer than its size
    while (line := reader.read_line(room, 431)) != "\r\n":
        room -= len(line)
        if not FIELD.fullmatch(line[:-2]):
            raise Refused(400, "malformed trailer")


class Body(RawIOBase):
    """Be the raw side of wsgi.input while content is on its way."""

    def __init__(self, piece: bytes, pieces: Iterator[bytes]) -> None:
        """Begin with a piece that is here, before those to come."""
        self.piece = piece
        self.pieces = pieces
        self.refused: Refused | None = None

    def readable(self) -> bool:
        """Be open for reading."""
        return True

    def readinto(self, target: memoryview) -> int:
        """Wait for some content, unless there is some; 0 is its end."""
        try:
            self.piece = self.piece or next(self.pieces, b"")
        except Refused as error:
            self.refused = error
        if self.refused:  # once broken it stays so
            raise self.refused
        size = min(len(target), len(self.piece))
        target[:size] = self.piece[:size]
        self.piece = self.piece[size:]
        return size


def begin_head(status: str, fields: list) -> tuple[list[str], int | None]:
    """Write a response's head, but keep its Content-Length apart."""
    if not STATUS.fullmatch(status):
        raise ValueError(f"not a status: {status!r}")
    lines, dated, length = [f"HTTP/1.1 {status}"], False, None
    for name, value in fields:
        key = name.lower()
        dated = dated or key == "date"
        if key in OURS or not FIELD.fullmatch(line := name + ": " + value):
            raise ValueError(f"not a field to send: {name!r}")  # §11.1
        if key != "content-length":
            lines.append(line)
        elif length is None and LENGTH.fullmatch(value):
            length = int(value)
        else:
            raise ValueError("not one Content-Length")
    if not dated:
        lines.append("Date: " + http_date(int(time()), usegmt=True))
    return lines, length


def base_environ(host: str, port: int) -> dict:
    """Write what is the same in every environ (PEP 3333)."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,  # until there are several workers
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }

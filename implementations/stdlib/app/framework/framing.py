"""The grammar of HTTP/1.1 (RFC 9112), without any socket.

A `reader` is any buffered binary file, such as io.BufferedReader.
"""

import re
import sys
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache
from io import BufferedReader, RawIOBase
from math import inf
from time import time
from urllib.parse import unquote_to_bytes

MAX_LINE_BYTES = 8190  # RFC 9112 §3 recommends 8000 at least
MAX_HEAD_BYTES = 32768
MAX_FIELDS = 100
MAX_CHUNK_LINE_BYTES = 4096

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 §5.6.2
VALUE = r"[\t -~\x80-\xff]*"  # RFC 9110 §5.5: no CR, LF, NUL
FIELDS = rf"(?:{TOKEN}:{VALUE}\r\n)*"  # no space before ":", no folding
LINE = rf'({TOKEN}) ([!"$-~]+) HTTP/([0-9])\.([0-9])\r\n'
HEAD = re.compile(rf"{LINE}({FIELDS})")
ABSOLUTE = re.compile("(?i:http)://([^/?]*)(.*)")
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
LENGTH = re.compile("[0-9]{1,18}")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})([ \t]*;[\t -~]*)?\r\n")
STATUS = re.compile(f"[2-9][0-9][0-9] {VALUE}")
# What says how a message is framed, or ends here, is the server's alone.
OURS = "connection|keep-alive|transfer-encoding|upgrade"
FIELD = re.compile(f"(?!(?i:{OURS}):){TOKEN}:{VALUE}")


class Refused(OSError):
    """Say why a client is not served, and the status that tells it."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the status beside the reason."""
        super().__init__(reason)
        self.status = status


def read_line(reader: BufferedReader, limit: int, status: int) -> bytes:
    """Read a line that ends in CR LF; a longer one has that status."""
    line = reader.readline(limit + 1)
    if len(line) > limit:
        raise Refused(status, "line too long")
    if not line.endswith(b"\r\n"):
        raise Refused(400, "a line cut off, or ended by LF alone")
    return line


def read_head(reader: BufferedReader) -> str:
    """Read the lines up to the empty one."""
    head = read_line(reader, MAX_LINE_BYTES, 414)
    if head == b"\r\n":  # one may come first (RFC 9112 §2.2)
        head = read_line(reader, MAX_LINE_BYTES, 414)
    line = b""
    while line != b"\r\n":
        head += line
        line = read_line(reader, MAX_HEAD_BYTES - len(head), 431)
    return head.decode("latin-1")


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
        key = environ_key(name)
        value = value.strip(" \t")
        # RFC 9110 §5.3. Two Hosts, or lengths, become one malformed one.
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ.pop("", None)


@lru_cache(512)
def environ_key(name: str) -> str:
    """Name a field as CGI does; "" for X_A, which would pass for X-A."""
    if "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key


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
    server_wide = method == "OPTIONS" and target == "*"
    if method == "CONNECT" or not (target[0] == "/" or server_wide):
        raise Refused(400, "not a target of this server")
    path, _, environ["QUERY_STRING"] = target.partition("?")
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
    if coding.lower() != "chunked":
        chunked_last = coding.lower().endswith("chunked")
        raise Refused(501 if chunked_last else 400, "unknown coding")
    return -1


def read_body(reader: BufferedReader, length: int) -> Iterator[bytes]:
    """Yield the content of a body as it comes."""
    return read_chunks(reader) if length < 0 else read_data(reader, length)


def begin_body(
    reader: BufferedReader, length: int, limit: int
) -> tuple[bytes, Iterator[bytes] | None]:
    """Read a body; if it is past the limit, return the rest as pieces."""
    pieces = read_body(reader, length)
    content = bytearray()
    if length > limit:
        return b"", pieces
    for piece in pieces:
        content += piece
        if len(content) > limit:
            return bytes(content), pieces
    return bytes(content), None


def read_data(reader: BufferedReader, left: int) -> Iterator[bytes]:
    """Yield so many bytes as they come."""
    while left:
        data = reader.read1(min(left, 65536))
        if not data:
            raise Refused(400, "body cut off")
        left -= len(data)
        yield data


def read_chunks(reader: BufferedReader) -> Iterator[bytes]:
    """Yield what is in the chunks (RFC 9112 §7.1), drop the trailers."""
    while size := read_chunk_size(reader):
        yield from read_data(reader, size)
        if reader.read(2) != b"\r\n":
            raise Refused(400, "chunk longer than its size, or cut off")
    room = MAX_HEAD_BYTES
    while (line := read_line(reader, room, 431)) != b"\r\n":
        room -= len(line)
        if not re.fullmatch(FIELDS, line.decode("latin-1")):
            raise Refused(400, "malformed trailer")


def read_chunk_size(reader: BufferedReader) -> int:
    """Read the line before a chunk."""
    match = CHUNK.fullmatch(read_line(reader, MAX_CHUNK_LINE_BYTES, 400))
    if not match:
        raise Refused(400, "malformed chunk size")
    return int(match[1], 16)


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


def check_response(status: str, fields: list[tuple[str, str]]) -> None:
    """Refuse a head that no application may send (RFC 9112 §11.1)."""
    if not STATUS.fullmatch(status):
        raise ValueError(f"not a status: {status!r}")
    for name, value in fields:
        if not FIELD.fullmatch(name + ":" + value):
            raise ValueError(f"not a header field to send: {name!r}")
        if name.lower() == "content-length" and not LENGTH.fullmatch(value):
            raise ValueError(f"not a length: {value!r}")


def content_length(
    environ: dict, status: str, fields: list, size: int | None
) -> float:
    """Return the length of the content; inf is unknown (RFC 9112 §6.3)."""
    head_only = environ.get("REQUEST_METHOD") == "HEAD"
    if head_only or status[:3] in ("204", "304"):
        return 0
    for name, value in fields:
        if name.lower() == "content-length":
            if size not in (None, int(value)):
                raise ValueError("content is not of its Content-Length")
            return int(value)
    return inf if size is None else size


def write_head(
    environ: dict, status: str, fields: list, length: float, stays: bool
) -> bytes:
    """Write the head of a response with content of that length."""
    sent = {name.lower() for name, _ in fields}
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in fields]
    old = environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    bare = environ.get("REQUEST_METHOD") == "HEAD" or status[:3] == "304"
    if status.startswith("204"):  # RFC 9110 §8.6
        lines = [
            x for x in lines if not x.lower().startswith("content-length:")
        ]
    elif length == inf and not old:
        lines.append("Transfer-Encoding: chunked")
    elif length < inf and "content-length" not in sent and not bare:
        lines.append(f"Content-Length: {length}")
    if not stays:
        lines.append("Connection: close")
    elif old:
        lines.append("Connection: keep-alive")
    if "date" not in sent:
        lines.append(f"Date: {http_date(int(time()))}")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


@lru_cache(1)
def http_date(second: int) -> str:
    """Write a time in the format of RFC 9110 §5.6.7."""
    return formatdate(second, usegmt=True)


def base_environ(host: str, port: int, workers: int) -> dict:
    """Write what is the same in every environ (PEP 3333)."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": workers > 1,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }

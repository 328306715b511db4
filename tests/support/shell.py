"""Write a request as a line that does the same when pasted into a shell.

The shell is bash or zsh, in the folder of the repository. What is too long
for a line, or has a NUL in a body, goes into a file that the line names.
"""

import hashlib
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "results" / "requests"
LONGEST = 2000  # bytes of a target, a header, or a request in one word
LONGEST_BODY = 500
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST = re.compile(
    rb"([A-Z]+) (/[\w.!$&'()*+,;=:@/?%~-]*) HTTP/1\.1\r\n"
    rb"((?:" + TOKEN + rb": [^\r\n\0]+\r\n)*)\r\n"
)
Fields = list[tuple[str, bytes]]


def curl_line(
    method: str, root: str, target: str, fields: Fields, body: bytes
) -> str:
    """Write a request for curl, or byte for byte where it cannot say it.

    `root` is what comes before the target, "http://host:port".
    """
    names = {name.lower() for name, _ in fields}
    head = [curl_header(*field) for field in fields]
    if body and "content-type" not in names:
        head.append(b"Content-Type:")
    if len(body) > 1_000_000:  # from here on curl would wait for a 100
        head.append(b"Expect:")
    sizes = [len(target), *map(len, head)]
    if (
        not target.startswith("/")
        or max(sizes) > LONGEST
        or (method == "HEAD" and body)
    ):
        return send_line(root, as_bytes(method, root, target, fields, body))
    words = ["curl -i"]
    if method == "HEAD":
        words = ["curl -I"]
    elif method != "GET" or body:
        words.append(f"-X {method}")
    if "/." in target:
        words.append("--path-as-is")
    words += [f"-H {quoted(one)}" for one in head]
    if body:
        words.append(curl_body(body))
    return " ".join([*words, shlex.quote(root + target)])


def curl_header(name: str, value: bytes) -> bytes:
    """Write a header as curl wants it: an empty one ends in a semicolon."""
    return name.encode() + (b": " + value if value else b";")


def curl_body(body: bytes) -> str:
    """Give a body, by a file where it does not fit into a word."""
    if len(body) > LONGEST_BODY or b"\0" in body:
        return f"--data-binary @{keep(body)}"
    return f"--data-raw {quoted(body)}"


def as_bytes(
    method: str, root: str, target: str, fields: Fields, body: bytes
) -> bytes:
    """Write the request that curl cannot."""
    names = {name.lower() for name, _ in fields}
    more = [("Host", urlsplit(root).netloc.encode()), ("Connection", b"close")]
    if body and not names & {"content-length", "transfer-encoding"}:
        more.append(("Content-Length", b"%d" % len(body)))
    fields = [one for one in more if one[0].lower() not in names] + fields
    lines = [f"{method} {target} HTTP/1.1".encode()]
    lines += [name.encode() + b": " + value for name, value in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def raw_line(root: str, data: bytes, close: bool = False) -> str:
    """Write bytes that go out by a socket, for curl if it can say them."""
    if not close and (simple := read_simple(data)):
        method, target, fields, body = simple
        return curl_line(method, root, target, fields, body)
    return send_line(root, data, close)


def send_line(root: str, data: bytes, close: bool = False) -> str:
    """Write a request byte for byte."""
    command = f"python3 -m tests.send {urlsplit(root).netloc}"
    command += " --close" * close
    if len(data) > LONGEST:
        return f"{command} {keep(data)}"
    return f"printf %b '{escape(data, octal)}' | {command}"


def read_simple(data: bytes) -> tuple[str, str, Fields, bytes] | None:
    """Take a request apart if curl would send just that, else None."""
    match = REQUEST.match(data)
    if not match:
        return None
    method, target, body = match[1].decode(), match[2], data[match.end() :]
    fields = [
        (name.decode(), value)
        for name, value in (
            line.split(b": ", 1) for line in match[3].splitlines()
        )
    ]
    names = [name.lower() for name, _ in fields]
    length = [("content-length", b"%d" % len(body))] if body else []
    if (
        names.count("host") != 1
        or {"transfer-encoding", "expect", "upgrade"} & set(names)
        or [(n.lower(), v) for n, v in fields if n.lower() == "content-length"]
        != length
    ):
        return None
    implied = [*length, ("connection", b"close")]
    kept = [(n, v) for n, v in fields if (n.lower(), v) not in implied]
    return method, target.decode(), kept, body


def keep(data: bytes) -> str:
    """Write bytes into a file of results/ and return its path."""
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / hashlib.sha256(data).hexdigest()[:12]
    file.write_bytes(data)
    return str(file.relative_to(ROOT))


def quoted(data: bytes) -> str:
    """Quote bytes without NUL as one word on one line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n"
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{escape(data, hexadecimal)}'"


def escape(data: bytes, other: object) -> str:
    r"""Write bytes as ASCII; `other` writes what has no letter: \r, \n."""
    letters = {0x0D: r"\r", 0x0A: r"\n", 0x5C: r"\\"}
    plain = set(range(0x20, 0x7F)) - set(b"'!\\")
    return "".join(
        chr(one) if one in plain else letters.get(one) or other(one)
        for one in data
    )


def octal(byte: int) -> str:
    """Escape for `printf %b`."""
    return rf"\0{byte:03o}"


def hexadecimal(byte: int) -> str:
    """Escape for `$'…'`."""
    return rf"\x{byte:02x}"

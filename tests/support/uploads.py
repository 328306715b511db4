"""Bookmark files for tests, and forms to send them in."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.support.expect import REFUSED
from tests.support.raw import CLOSED

FOLDER = Path(__file__).resolve().parents[1] / "bookmark_files"
BOUNDARY = "kg8wLQx2"
# What a body that is too large gets: a server that leaves it unread closes
# the connection, which may overtake the answer.
UNREAD = {CLOSED, *REFUSED}
ALL = sorted(path.stem for path in FOLDER.glob("*.html"))


def read(name: str) -> bytes:
    """Return the bytes of one of the bookmark files."""
    return (FOLDER / f"{name}.html").read_bytes()


def read_expected(name: str) -> dict:
    """Return what must come of one of the bookmark files."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


READABLE = [name for name in ALL if not read_expected(name).get("refused")]
REFUSED = [name for name in ALL if name not in READABLE]


def write(*entries: str) -> bytes:
    """Write a bookmark file around the markup of its entries."""
    start = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    return (start + "\n".join(entries) + "\n</DL><p>\n").encode("utf-8")


def entry(url: str, title: str = "A title", more: str = "") -> str:
    """Write one entry; what is given stands as it is."""
    return f'<DT><A HREF="{url}" {more}>{title}</A>'


def many(count: int) -> bytes:
    """Write a file of many entries, a hundred to a folder."""
    entries = []
    for number in range(count):
        if number % 100 == 0:
            entries.append("</DL>" if number else "")
            entries.append(f"<DT><H3>Folder {number // 100}</H3><DL><p>")
        notes = f"<DD>Note {number}" if number % 3 == 0 else ""
        url = f"https://example.com/many/{number}"
        tags = f"many,no {number % 5000}"
        more = f'ADD_DATE="{1_600_000_000 + number}" TAGS="{tags}"'
        entries.append(entry(url, f"Entry {number} &amp; more", more) + notes)
    return write(*entries, "</DL>")


def largest() -> bytes:
    """Write all that one import may hold: 10,000 entries, 20 tags each.

    The form around it has nearly 10,485,760 bytes.
    """
    entries = []
    for number in range(10_000):
        names = ",".join(
            f"tag {n % 10_000}" for n in range(20 * number, 20 * number + 20)
        )
        url = f"https://example.com/largest/{number}"
        entries.append(entry(url, f"Entry {number}", f'TAGS="{names}"'))
        entries[-1] += "<DD>" + f"Note {number} " * 80
    return write(*entries)


def part(
    content: bytes,
    disposition: str | bytes = 'form-data; name="file"; filename="b.html"',
    *headers: str,
) -> bytes:
    """Write the headers and the content of one part."""
    if isinstance(disposition, str):
        disposition = disposition.encode("utf-8")
    lines = [b"Content-Disposition: " + disposition]
    lines += [header.encode("utf-8") for header in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def join(parts: Sequence[bytes], boundary: str = BOUNDARY) -> bytes:
    """Put parts together to a body (RFC 2046 §5.1.1)."""
    line = b"--" + boundary.encode("ascii")
    body = b"".join(line + b"\r\n" + one + b"\r\n" for one in parts)
    return body + line + b"--\r\n"


def form(content: bytes) -> bytes:
    """Write the body that sends one file in the field `file`."""
    return join([part(content, FILE, "Content-Type: text/html")])


FILE = 'form-data; name="file"; filename="bookmarks.html"'
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

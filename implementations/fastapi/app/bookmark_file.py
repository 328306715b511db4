"""Bookmark files, as browsers have written them since Netscape.

Standard library only, and not html.parser: for each tag that is not
closed it looks through the rest of the file, so that some megabytes of
`<a` keep it busy for hours. No pattern here ever goes back. What is read
stays in bytes: a text with one emoji in it takes four times the memory.
"""

import re
from codecs import iterdecode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from html.entities import html5
from typing import Any, BinaryIO
from unicodedata import normalize

DOCTYPE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<!doctype\s+netscape-bookmark-file-1", re.I
)
# "*+", "++" and "?+" give nothing back, so that no file takes long to read.
MARKUP = re.compile(
    rb"""(?P<comment><!--)
    | <[!?][^>]*+>?+
    | <(?P<name>/?+[a-z][^\s/>]*+)
      (?P<attributes>
        (?:[^=>]++|=\s*+(?:"[^"]*+"?+|'[^']*+'?+)?+)*+
      )>?+""",
    re.IGNORECASE | re.VERBOSE,
)
ATTRIBUTE = re.compile(
    rb"""([^\s/=>]++)
    (?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s>]*+)))?+""",
    re.VERBOSE,
)
REFERENCE = re.compile(
    r"&(#x?[0-9a-f]{1,8}+|[a-z][a-z0-9]{1,31}+)(?:;|(?![=a-z0-9]))",
    re.ASCII | re.IGNORECASE,
)
# Where text ends, and what separates words in it. Other tags do neither.
ENDS = set(b"a dd dt dl hr h1 h3".split())
BLOCKS = set(b"blockquote br div h2 h4 h5 h6 li ol p pre td th tr ul".split())
ROOTS = {b"personal_toolbar_folder", b"unfiled_bookmarks_folder"}
KNOWN = {b"href", b"add_date", b"time_added", b"tags", *ROOTS}
# No field has more of either: 2048 characters, each a reference of at most
# 33 bytes.
LONGEST, MOST_REFERENCES = 70_000, 2048
BLANKS = b" \t\n\f"
ONE_LINE = bytes.maketrans(b"\t\n", b"  ")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_SECOND = 253402300799  # of the year 9999


class NotABookmarkFile(ValueError):
    """Says that a file is something else than a bookmark file."""


class TooManyEntries(ValueError):
    """Says that a file has more entries than it may have."""


@dataclass(slots=True)
class Entry:
    """Hold what a file says of one bookmark."""

    line: int
    address: bytes
    date: bytes
    tag_lists: list[tuple[list[str], bytes]]  # of folders, and in TAGS
    heading: bytes = b""
    description: bytes = b""

    @property
    def url(self) -> str:
        """Return the address, whatever it is."""
        return self.address.decode()

    @property
    def title(self) -> str:
        """Return a title of one line, the address if there is none."""
        title = self.heading.decode()
        return title or self.url[:300]

    @property
    def notes(self) -> str:
        """Return the notes."""
        return self.description.decode()

    @property
    def tags(self) -> list[str]:
        """Return the tags of all places where the address stood."""
        tags: list[str] = []
        for folders, own in self.tag_lists:
            tags = add_tags(tags, folders + own.decode().split(","))
        return tags

    @property
    def created_at(self) -> datetime | None:
        """Return the date, unless it makes no sense."""
        number = re.fullmatch(rb"([0-9]{1,18})(?:\.[0-9]*)?", self.date)
        for unit in (1, 1000, 1_000_000):  # some write milliseconds, or micro
            seconds = int(number[1]) // unit if number else 0
            if 1 <= seconds <= LAST_SECOND:
                return EPOCH + timedelta(seconds=seconds)
        return None


@dataclass(slots=True)
class BookmarkFile:
    """Hold the entries of a file, and the lines of those that repeat one."""

    entries: list[Entry]
    repeated: list[int]


def read_bookmarks(file: BinaryIO, most: int) -> BookmarkFile:
    """Read a bookmark file of at most so many entries."""
    data = read_utf8(file)
    reader, start, counted = Reader(most), 0, 0
    last = data.rfind(b"-->")
    while markup := MARKUP.search(data, start):
        begin = markup.start()
        reader.add_text(data[start : min(begin, start + LONGEST)])
        reader.line += data.count(b"\n", counted, begin)
        start, counted = markup.end(), begin
        if markup["name"]:
            reader.meet(markup["name"].lower(), markup["attributes"])
        elif markup["comment"] and start - 2 <= last:
            start = data.find(b"-->", start - 2) + 3  # "<!-->" is a whole one
    reader.add_text(data[start : start + LONGEST])
    reader.end_text()
    if not (DOCTYPE.match(data) or reader.found_in_list):
        raise NotABookmarkFile
    return BookmarkFile(list(reader.entries.values()), reader.repeated)


def read_utf8(file: BinaryIO) -> bytes:
    """Read a file without NUL and with line ends of one kind."""
    data = file.read()
    pieces = (data[at : at + 65536] for at in range(0, len(data), 65536))
    for _ in iterdecode(pieces, "utf-8"):
        pass
    data = data.replace(b"\0", b"").replace(b"\r\n", b"\n")
    return data.replace(b"\r", b"\n")


class Reader:
    """Keep where in the file we are: in which folder, in which text."""

    def __init__(self, most: int) -> None:
        """Start outside of all folders."""
        self.most = most
        self.line = 1
        self.entries: dict[bytes, Entry] = {}  # by their addresses
        self.repeated: list[int] = []
        self.entry: Entry | None = None  # that a <DD> would belong to
        self.lists = 0  # that are open
        self.around: list[list[str]] = []  # tags around each open <DL>
        self.tags: list[str] = []  # that come from the folders here
        self.next: list[str] = []  # the same for the next list
        self.place: str | None = None  # of what the text is
        self.text = bytearray()
        self.found_in_list = False

    def add_text(self, text: bytes) -> None:
        """Add to the text, if it matters and is not too long already."""
        if self.place and len(self.text) < LONGEST:
            self.text += text

    def end_text(self) -> None:
        """Put the text in its place."""
        text = bytes(self.text.strip(BLANKS))
        if self.place == "title":
            title = decode(text.translate(ONE_LINE)).strip()[:300].rstrip()
            self.entry.heading = title.encode()
        elif self.place == "notes":
            self.entry.description = decode(text)[:1000].encode()
        elif self.place == "folder":
            self.next = add_tags(self.tags, [decode(text)])
        self.place = None
        self.text.clear()

    def meet(self, name: bytes, attributes: bytes) -> None:
        """Begin or end an entry, a text or a folder."""
        if name.strip(b"/") in ENDS:
            self.end_text()
        elif name.strip(b"/") in BLOCKS:
            self.add_text(b"\n")
        if name in (b"dl", b"ul"):
            self.lists += 1
        elif name in (b"/dl", b"/ul"):
            self.lists = max(0, self.lists - 1)
        if name == b"a":
            self.begin_entry(read_attributes(attributes))
        elif name == b"dd":
            self.place = "notes" if self.entry else None
        elif name in (b"h1", b"h3"):
            root = name == b"h1" or is_root(read_attributes(attributes))
            self.place = None if root else "folder"
            self.entry, self.next = None, self.tags
        elif name == b"dl":
            self.around.append(self.tags)
            self.entry, self.tags = None, self.next
        elif name == b"/dl":
            self.tags = self.around.pop() if self.around else []
            self.entry, self.next = None, self.tags

    def begin_entry(self, given: dict[bytes, bytes]) -> None:
        """Make an entry of the attributes; its title may follow."""
        if len(self.entries) + len(self.repeated) == self.most:
            raise TooManyEntries
        address = decode(given.get(b"href", b"")).strip().encode()
        date = given.get(b"add_date") or given.get(b"time_added", b"")
        own = add_tags([], decode(given.get(b"tags", b"")).split(","))
        tags = [(self.tags, ",".join(own).encode())]
        self.entry = Entry(self.line, address, date, tags)
        first = self.entries.setdefault(address, self.entry)
        if first is not self.entry:
            first.tag_lists += tags
            self.repeated.append(self.line)
        self.place, self.next = "title", self.tags
        self.found_in_list |= bool(self.lists and b"href" in given)


def read_attributes(text: bytes) -> dict[bytes, bytes]:
    """Return those attributes that matter; of twins the first counts."""
    found: dict[bytes, bytes] = {}
    for attribute in ATTRIBUTE.finditer(text):
        name, *values = attribute.groups(b"")
        if name.lower() in KNOWN:
            found.setdefault(name.lower(), b"".join(values)[:LONGEST])
    return found


def is_root(given: dict[bytes, bytes]) -> bool:
    """Tell whether a folder is one that a browser made itself."""
    return any(
        given[name].lower() != b"false" for name in ROOTS & given.keys()
    )


def decode(markup: bytes) -> str:
    """Decode text and the references in it, as in an attribute."""
    text = markup.decode(errors="ignore")
    return REFERENCE.sub(decode_reference, text, MOST_REFERENCES)


def decode_reference(found: re.Match[str]) -> str:
    """Decode a reference if it is a whole one, for `&notes;` holds `&not`."""
    whole = found[1].startswith("#") or found[0][1:] in html5
    return unescape(found[0]) if whole else found[0]


def add_tags(tags: list[str], names: list[str]) -> list[str]:
    """Return the tags with those names behind them that can be tags."""
    for name in names:
        name = normalize("NFC", name.strip().casefold())
        fits = 1 <= len(name) <= 50 and "," not in name
        if fits and name not in tags and len(tags) < 20:
            tags = [*tags, name]
    return tags


def write_start() -> str:
    """Write what stands before the bookmarks."""
    return (
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">\n'
        "<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
    )


def write_bookmark(bookmark: dict[str, Any]) -> str:
    """Write one bookmark, given as the API shows it."""
    tags = encode(",".join(bookmark["tags"]))
    entry = (
        f'<DT><A HREF="{encode(bookmark["url"])}"'
        f' ADD_DATE="{seconds(bookmark["created_at"])}"'
        f' LAST_MODIFIED="{seconds(bookmark["updated_at"])}"'
        f' TAGS="{tags}">{encode(bookmark["title"])}</A>\n'
    )
    notes = encode(bookmark["notes"])
    return entry + (f"<DD>{notes}\n" if notes else "")


def write_end() -> str:
    """Write what stands behind the bookmarks."""
    return "</DL><p>\n"


def encode(text: str) -> str:
    """Escape a text, and the blanks that a reader would lose."""
    return re.sub(
        r"[\t\n\f\r]|\A +| \Z",
        lambda found: "".join(f"&#{ord(blank)};" for blank in found[0]),
        escape(text),
    )


def seconds(time: str) -> int:
    """Return the whole seconds from 1970 to a time of the API."""
    return (datetime.fromisoformat(time) - EPOCH) // timedelta(seconds=1)

"""Bookmark files, as browsers have written them since Netscape.

Standard library only, and not html.parser: for each tag that is not
closed it looks through the rest of the file, so that some megabytes of
`<a` keep it busy for hours. No pattern here ever goes back.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

DOCTYPE = re.compile(r"\ufeff?\s*<!doctype\s+netscape-bookmark-file-1", re.I)
# "*+", "++" and "?+" give nothing back, so that no file takes long to read.
MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <[!?][^>]*+>?+
    | <(?P<name>/?+[a-z][^\s/>]*+)
      (?P<attributes>
        (?:[^=>]++|=\s*+(?:"[^"]*+"?+|'[^']*+'?+)?+)*+
      )>?+""",
    re.ASCII | re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
ATTRIBUTE = re.compile(
    r"""([^\s/=>]++)
    (?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s>]*+)))?+""",
    re.ASCII | re.VERBOSE,
)
REFERENCE = re.compile(r"&(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});", re.I)
# Where text ends. All other tags, <b> or <p>, stand within a text.
ENDS = {"a", "/a", "dd", "/dd", "dt", "/dt", "dl", "/dl", "hr"}
ENDS |= {"h1", "/h1", "h3", "/h3"}
ROOTS = {"personal_toolbar_folder", "unfiled_bookmarks_folder"}
KNOWN = {"href", "add_date", "tags", *ROOTS}
BLANKS = " \t\n\f\r"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_SECOND = 253402300799  # of the year 9999


class NotABookmarkFile(ValueError):
    """Says that a text is something else than a bookmark file."""


@dataclass(slots=True)
class Entry:
    """Hold one bookmark of a file; without a time it is of now."""

    url: str
    title: str
    notes: str
    tags: list[str]
    created_at: datetime | None


def read_bookmarks(text: str) -> list[Entry]:
    """Return the entries of a bookmark file, their fields mended."""
    text = re.sub("\r\n?", "\n", text.replace("\0", ""))
    reader, start = Reader(), 0
    for markup in MARKUP.finditer(text):
        name = (markup["name"] or "").lower()
        if name in ENDS:
            reader.end_text(text[start : markup.start()])
            reader.meet(name, markup["attributes"])
            start = markup.end()
    reader.end_text(text[start:])
    if not (DOCTYPE.match(text) or reader.found_in_list):
        raise NotABookmarkFile
    return reader.entries


class Reader:
    """Keep where in the file we are: in which folder, in which text."""

    def __init__(self) -> None:
        """Start outside of all folders."""
        self.entries: list[Entry] = []
        self.entry: Entry | None = None  # that a <DD> would belong to
        self.around: list[list[str]] = []  # tags around each open list
        self.tags: list[str] = []  # that come from the folders here
        self.next: list[str] = []  # the same for the next list
        self.place: str | None = None  # of what the text is
        self.found_in_list = False

    def end_text(self, markup: str) -> None:
        """Put a text in its place, without the tags within."""
        place, self.place = self.place, None
        if place:
            text = decode(MARKUP.sub("", markup).strip(BLANKS))
        if place == "title":
            title = text.strip()[:300].rstrip()
            self.entry.title = title or self.entry.title
        elif place == "notes":
            self.entry.notes = text[:1000]
        elif place == "folder":
            self.next = add_tags(self.tags, [text])

    def meet(self, name: str, attributes: str) -> None:
        """Begin or end an entry, a text or a folder."""
        if name == "a":
            self.begin_entry(read_attributes(attributes))
        elif name == "dd":
            self.place = "notes" if self.entry else None
        elif name in ("h1", "h3"):
            root = name == "h1" or ROOTS & read_attributes(attributes).keys()
            self.place = None if root else "folder"
            self.entry, self.next = None, self.tags
        elif name == "dl":
            self.around.append(self.tags)
            self.entry, self.tags = None, self.next
        elif name == "/dl":
            self.tags = self.around.pop() if self.around else []
            self.entry, self.next = None, self.tags

    def begin_entry(self, given: dict[str, str]) -> None:
        """Make an entry of the attributes; its title may follow."""
        url = given.get("href", "")
        tags = add_tags(self.tags, given.get("tags", "").split(","))
        time = read_time(given.get("add_date", ""))
        self.entry = Entry(url, url[:300], "", tags, time)
        self.entries.append(self.entry)
        self.place, self.next = "title", self.tags
        self.found_in_list |= bool(self.around and "href" in given)


def read_attributes(text: str) -> dict[str, str]:
    """Return those attributes that matter; of twins the first counts."""
    found: dict[str, str] = {}
    for attribute in ATTRIBUTE.finditer(text):
        name, *values = attribute.groups("")
        if name.lower() in KNOWN:
            found.setdefault(name.lower(), decode("".join(values)))
    return found


def decode(text: str) -> str:
    """Decode references; only whole ones, or `?a=1&copy=2` would break."""
    return REFERENCE.sub(lambda found: unescape(found[0]), text)


def add_tags(tags: list[str], names: list[str]) -> list[str]:
    """Return the tags with those names behind them that can be tags."""
    for name in (name.strip().casefold() for name in names):
        fits = 1 <= len(name) <= 50 and "," not in name
        if fits and name not in tags and len(tags) < 20:
            tags = [*tags, name]
    return tags


def read_time(text: str) -> datetime | None:
    """Read seconds since 1970, unless they make no sense."""
    sensible = re.fullmatch("[0-9]{1,12}", text)
    if sensible and 1 <= int(text) <= LAST_SECOND:
        return EPOCH + timedelta(seconds=int(text))
    return None


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

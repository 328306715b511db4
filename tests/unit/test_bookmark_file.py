"""The reader and writer of bookmark files, the same in all four."""

import importlib.util
import re
import string
import time
import tracemalloc
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import uploads

IMPLEMENTATIONS = Path(__file__).parents[2] / "implementations"
COPIES = sorted(IMPLEMENTATIONS.glob("*/app/bookmark_file.py"))
DOCTYPE = "<!DOCTYPE NETSCAPE-Bookmark-file-1>"
MEGABYTE = 1_000_000


def load(path: Path) -> object:
    """Import a file by its path; `app` is the name of four packages."""
    spec = importlib.util.spec_from_file_location("bookmark_file", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bookmark_file = load(COPIES[0])


def read(content: str | bytes, most: int = 100_000) -> object:
    """Read a file that has this content."""
    content = content.encode() if isinstance(content, str) else content
    return bookmark_file.read_bookmarks(BytesIO(content), most)


def read_one(markup: str) -> object:
    """Read a file of one entry."""
    (entry,) = read(DOCTYPE + "<DL><p>" + markup).entries
    return entry


def shown(entry: object) -> dict:
    """Return an entry in the form of the expectations."""
    moment = entry.created_at
    return {
        "url": entry.url,
        "title": entry.title,
        "notes": entry.notes,
        "tags": entry.tags,
        "created_at": moment and int(moment.timestamp()),
    }


def test_all_four_have_the_same_file() -> None:
    """The file is the same in all implementations."""
    assert len(COPIES) == 4
    assert len({path.read_bytes() for path in COPIES}) == 1


@pytest.mark.parametrize("name", uploads.READABLE)
def test_files_of_browsers(name: str) -> None:
    """Every entry comes out field by field, in the order of the file."""
    expected = uploads.read_expected(name)["entries"]
    file = read(uploads.read(name))
    codes = [entry.pop("skipped", None) for entry in expected]
    lines = [entry.pop("line", None) for entry in expected]
    assert [shown(entry) for entry in file.entries] == [
        one for one in expected if one
    ]
    found = {entry.url: entry.line for entry in file.entries}
    told = zip(expected, codes, lines, strict=True)
    for entry, code, line in told:
        if code == "invalid":
            assert found[entry["url"]] == line
    places = zip(codes, lines, strict=True)
    assert file.repeated == [
        line for code, line in places if code == "repeated"
    ]


@pytest.mark.parametrize("name", uploads.REFUSED)
def test_other_files(name: str) -> None:
    """What is no bookmark file, or not UTF-8, is refused."""
    with pytest.raises(ValueError):
        read(uploads.read(name))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "<DL><p>",
        "<DL><A>no address</A></DL>",
        '<A HREF="https://example.com/">no list</A>',
        '<DL></DL><A HREF="https://example.com/">behind a list</A>',
        '<!-- <DL><A HREF="https://example.com/">commented out</A></DL> -->',
        '<UL></UL><A HREF="https://example.com/">behind a list</A>',
        '</UL></DL><A HREF="https://example.com/">behind no list</A>',
        "text" + DOCTYPE,
        "<!DOCTYPE html><p>" + DOCTYPE,
    ],
)
def test_texts_that_are_no_bookmark_file(text: str) -> None:
    """Without the doctype there must be an address in a list."""
    with pytest.raises(bookmark_file.NotABookmarkFile):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        DOCTYPE,
        DOCTYPE.lower(),
        DOCTYPE.upper(),
        "\ufeff\n \t" + DOCTYPE,
        "<!doctype\nNetscape-Bookmark-File-1  >",
    ],
)
def test_the_doctype_is_enough(text: str) -> None:
    """A file with the doctype may be empty."""
    assert read(text).entries == []


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("", "https://x.example"),
        (" \n", "https://x.example"),
        ("&nbsp;&#8195;", "https://x.example"),
        ("\0", "https://x.example"),
        ("a\0b", "ab"),
        ("&#0;", "\ufffd"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300),
        ("🦊" * 301, "🦊" * 300),
        ("&amp;" * 301, "&" * 300),
        ("x" * 299 + " yz", "x" * 299),
        (" " * 500 + "x", "x"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 298),
        ("&#xD800;", "\ufffd"),
        ("a\r\nb\rc\td", "a b c d"),
        ("a&#13;b", "a\rb"),
        ("AT&amp;T &copy2 &lt;", "AT&T &copy2 <"),
        ("a <i>b</i> <3 </ c", "a b <3 </ c"),
        ("a<br>b<BR/>c</p>d<Li>e<brx>f<linkx>g", "a b c d efg"),
        ("a<!-- <br> -->b<!-->c<!--->d", "abcd"),
        ("<b></b>" * 50_000 + "x", "x"),
        (" " * 70_001 + "x", "https://x.example"),
    ],
)
def test_titles_are_mended(markup: str, title: str) -> None:
    """A title is text, trimmed, cut, without NUL, and never empty."""
    entry = read_one(f'<A HREF="https://x.example">{markup}</A>')
    assert entry.title == title


def test_a_title_that_is_a_url_is_cut() -> None:
    """The URL that stands for a title is cut as a title is."""
    url = "https://x.example/" + "x" * 1000
    entry = read_one(f'<A HREF="{url}"></A>')
    assert (entry.url, entry.title) == (url, url[:300])


def test_texts_are_decoded_while_they_are_read() -> None:
    """What waits to be stored is as short as what will be."""
    entry = read_one('<DT><A HREF="h">' + "&lt;" * 3000 + "</A>")
    assert entry.heading == b"<" * 300


@pytest.mark.parametrize(
    ("markup", "notes"),
    [
        ("<DD>", ""),
        ("<DD> a \n", "a"),
        ("<DD>" + "x" * 1001, "x" * 1000),
        ("<DD>a\0b", "ab"),
        ("<DD>&#32;a&#10;\n", " a\n"),
        ("<DD>a<p>b</p>", "a\nb"),
        ("<DD>a<br>b<ul><li>c</ul>d", "a\nb\n\nc\nd"),
        ("<DD><br> a\tb<br>", "a\tb"),
        ("<DD>a</DD>b", "a"),
        ("<DD>a<HR>b", "a"),
        ("<DD>a<DT>b", "a"),
        ("<DT><DD>a", "a"),
        ("</DL><DD>a", ""),
        ("<DL><DD>a", ""),
        ("<H3>F</H3><DD>a", ""),
    ],
)
def test_notes_are_mended(markup: str, notes: str) -> None:
    """Notes are text, cut, without NUL, and those of the entry alone."""
    entry = read_one('<A HREF="https://x.example">x</A>\n' + markup)
    assert entry.notes == notes


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("", []),
        (",, ,", []),
        ("b,a", ["b", "a"]),
        (" B ,b,STRASSE,straße", ["b", "strasse"]),
        ("a\0b", ["ab"]),
        ("x" * 50 + "," + "y" * 51, ["x" * 50]),
        (",".join("abcdefghijklmnopqrstuvwxyz"), list("abcdefghijklmnopqrst")),
        ("a,a," * 30 + "z", ["a", "z"]),
        ("a&amp;b,&lt;", ["a&b", "<"]),
        ("e\u0301,\u00c9", ["\u00e9"]),
        ("\u0130" * 25 + "," + "\u0130" * 26, ["i\u0307" * 25]),
    ],
)
def test_tags_are_mended(value: str, tags: list[str]) -> None:
    """Tags are folded; what cannot be a tag is dropped."""
    entry = read_one(f'<A HREF="https://x.example" TAGS="{value}">x</A>')
    assert entry.tags == tags


@pytest.mark.parametrize(
    ("folders", "tags"),
    [
        (["A", "B", "A"], ["a", "b", "t"]),
        (["", " ", "A"], ["a", "t"]),
        (["A, B", "C"], ["c", "t"]),
        (["A&#44; B", "C"], ["c", "t"]),
        (["x" * 51, "C"], ["c", "t"]),
        (["T", "C"], ["t", "c"]),
        ([f"f{n}" for n in range(30)], [f"f{n}" for n in range(20)]),
    ],
)
def test_folders_become_tags(folders: list[str], tags: list[str]) -> None:
    """Folders come first, the outermost in front."""
    opened = "".join(f"<DT><H3>{name}</H3><DL><p>" for name in folders)
    entry = read_one(f'{opened}<A HREF="https://x.example" TAGS="t">x</A>')
    assert entry.tags == tags


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1),
        ("0", None),
        ("-1", None),
        ("253402300799", 253402300799),
        ("253402300800", 253402300),
        ("1700000000999", 1700000000),
        ("253402300799999", 253402300799),
        ("253402300800000", 253402300),
        ("1700000000000000", 1700000000),
        ("253402300799999999", 253402300799),
        ("253402300800000000", None),
        ("0000000000000000001", None),
        ("9" * 100_000, None),
        ("1e9", None),
        ("1.5", 1),
        ("0.9", None),
        ("1700000000123.", 1700000000),
        (".5", None),
        ("1.5.5", None),
        ("", None),
        ("٣", None),
        ("0001", 1),
    ],
)
def test_dates_are_mended(value: str, seconds: int | None) -> None:
    """A date that makes no sense counts as none."""
    entry = read_one(f'<A HREF="https://x.example" ADD_DATE="{value}">x</A>')
    moment = entry.created_at
    assert (moment and moment.timestamp()) == seconds
    assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize("date", ["ADD_DATE=5", "TIME_ADDED=5"])
def test_dates_have_two_names(date: str) -> None:
    """Pocket's name for the date means the same."""
    entry = read_one(f'<A {date} HREF="https://x.example">x</A>')
    assert entry.created_at.timestamp() == 5


@pytest.mark.parametrize(
    ("written", "url"),
    [
        (" https://x.example\n", "https://x.example"),
        ("&#32;https://x.example&nbsp;", "https://x.example"),
        ("?a&amp;b&not;c&notin;d", "?a&b\u00acc\u2209d"),
        ("?x=1&notes;y&copyfrom;z", "?x=1&notes;y&copyfrom;z"),
        ("?a&copy=2&copy2&ampb", "?a&copy=2&copy2&ampb"),
        ("?a&copy-b&copy", "?a\u00a9-b\u00a9"),
        ("?a&hellip-b&nosuch;c&;d", "?a&hellip-b&nosuch;c&;d"),
        ("?a&#38;b&#x26;c&#38-d&#38=e", "?a&b&c&-d&#38=e"),
        ("x" * 70_001, "x" * 70_000),
    ],
)
def test_addresses_are_decoded(written: str, url: str) -> None:
    """References are those that a browser would find."""
    assert read_one(f'<A HREF="{written}">x</A>').url == url


@pytest.mark.parametrize("value", ["false", "FALSE", "False"])
def test_roots_may_be_none(value: str) -> None:
    """A root that says that it is none is a folder."""
    folder = f"<H3 PERSONAL_TOOLBAR_FOLDER={value}>A</H3><DL>"
    assert read_one(f'{folder}<A HREF="h">x</A>').tags == ["a"]
    both = folder.replace("<H3", "<H3 UNFILED_BOOKMARKS_FOLDER")
    assert read_one(f'{both}<A HREF="h">x</A>').tags == []


def test_repeated_entries() -> None:
    """What repeats an address adds its tags and no more."""
    file = read(
        DOCTYPE + "<DL><H3>F</H3><DL>\r\n<A HREF=a TAGS=t>One</A>\r"
        "<A HREF=b>Two</A></DL>\n<H3>G</H3>\n\n<DL><A\nHREF=' a'"
        " ADD_DATE=1 TAGS='t,u'>Three</A><DD>Notes</DL><A><A HREF><A HREF=c>"
    )
    shown = [(one.url, one.title, one.tags) for one in file.entries]
    assert shown == [
        ("a", "One", ["f", "t", "g", "u"]),
        ("b", "Two", ["f"]),
        ("", "", []),
        ("c", "c", []),
    ]
    assert [one.line for one in file.entries] == [2, 3, 7, 7]
    assert file.repeated == [6, 7]
    assert (file.entries[0].notes, file.entries[0].created_at) == ("", None)


@pytest.mark.parametrize(
    "comment", ["<!--", "<!-- a > b", "<!---", "--> <!--"]
)
def test_an_open_comment_hides_nothing(comment: str) -> None:
    """Only what stands in a whole comment is left out."""
    text = f"{DOCTYPE}<DL><!-- <A HREF=x> --><A HREF=a>{comment}<A HREF=b>c"
    assert [entry.url for entry in read(text).entries] == ["a", "b"]


@pytest.mark.parametrize("href", ["{}", "h", ""])
def test_too_many_entries(href: str) -> None:
    """All entries count, whether they repeat one or not."""
    text = "".join(f"<A HREF='{href.format(n)}'>" for n in range(5))
    assert len(read(DOCTYPE + text, 5).entries) >= 1
    with pytest.raises(bookmark_file.TooManyEntries):
        read(DOCTYPE + text, 4)


@pytest.mark.parametrize("at", [0, 1, 65_535, 65_536, 200_000])
def test_all_of_a_file_is_utf_8(at: int) -> None:
    """A letter may be cut by a boundary of blocks, but not by the end."""
    text = DOCTYPE.encode() + b"x" * at + "é".encode()
    assert read(text + b"x").entries == []
    for bad in (text[:-1], text[:-1] + b"x", text + b"\xff"):
        with pytest.raises(UnicodeDecodeError):
            read(bad)


HOSTILE = {
    piece: piece * (MEGABYTE // len(piece))
    for piece in [
        "<",
        "<a",
        "</",
        "</a",
        "<!",
        "<!-",
        "<!--",
        "<!-->",
        "<!---",
        "-->",
        "<ul>",
        "<br>",
        "<A HREF=h><br>",
        "<![",
        "<?",
        "<a ",
        "<a =",
        "<a href=",
        "<a href='",
        '<a href="',
        "<a b=\"'",
        "<a>",
        "<A HREF=h>",
        "<dl",
        "<DL>",
        "<DL><p>",
        "</DL>",
        "<H3>x</H3><DL>",
        "<H3>ab",
        "<dd>",
        "<dd>x",
        "&",
        "&#",
        "&a",
        "&amp",
        "\0",
        "\r",
        " ",
        "a ",
    ]
}
HOSTILE |= {
    "entries in deep folders": "<H3>a</H3><DL>" * 30_000
    + "<A HREF=h>" * 50_000,
    "entries in deep folders of many names": "".join(
        f"<H3>{number}</H3><DL>" for number in range(30_000)
    )
    + "<A HREF=h>" * 50_000,
    "a name": "<A" + "A" * MEGABYTE + ">",
    "attributes": "<A " + "b=c " * (MEGABYTE // 4) + ">",
    "attributes without values": "<A " + "b " * (MEGABYTE // 2) + ">",
    "equals signs": "<A B" + "=" * MEGABYTE + ">",
    "quotes": "<A " + "=''" * (MEGABYTE // 3) + ">",
    "blanks in a tag": "<A HREF" + " " * MEGABYTE + "x>",
    "a long attribute": "<A ICON='" + "a" * MEGABYTE + "' HREF=h>",
    "a long address": "<A HREF='" + "&amp;" * (MEGABYTE // 5) + "'>",
    "many tags": "<A HREF=h TAGS='" + "a,b," * (MEGABYTE // 4) + "'>",
    "tags of many names": f"<A TAGS='{','.join(map(str, range(150_000)))}'>",
    "a long date": "<A HREF=h ADD_DATE=" + "9" * MEGABYTE + ">",
    "a long number": "<A HREF=h>&#" + "9" * MEGABYTE + ";</A>",
    "blanks in a title": "<A HREF=h>" + " " * MEGABYTE + "x</A>",
    "a long note": "<A HREF=h><DD>" + "<b>x</b>&lt;" * (MEGABYTE // 12),
    "a long folder": "<H3>" + "x" * MEGABYTE + "<DL><A HREF=h>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear(name: str) -> None:
    """A megabyte of anything takes seconds, where squares take hours."""
    text = (DOCTYPE + HOSTILE[name]).encode()
    began = time.process_time()
    show_all(text)
    assert time.process_time() - began < 6


def show_all(content: bytes) -> None:
    """Read a file and ask for each field of each entry."""
    for entry in read(content, MEGABYTE).entries:
        shown(entry)


TAGGED = ",".join(f"{n:02}🦊" + "x" * 40 for n in range(20))
LARGE = {
    "one emoji": "🦊" + "x" * 100,
    "one emoji in each": "".join(
        f"<A HREF='h{n}'>🦊{'t' * 290}</A><DD>🦊{'n' * 690}"
        for n in range(1_000)
    ),
    "tags": "".join(
        f"<A HREF='{n}' TAGS='{n},{TAGGED}'>x" for n in range(1_000)
    ),
    "tags by folders": "".join(
        f"<H3>{'x' * 40}{n}</H3><DL>" for n in range(20)
    )
    + "".join(f"<A HREF='{n}'>x</A>" for n in range(10_000)),
    "addresses": "<A HREF='h🦊{}'>".format("x" * MEGABYTE),
    "a title": "<A HREF=h>🦊" + "x<br>" * (MEGABYTE // 5),
    "a folder": "<H3>🦊" + "x" * MEGABYTE,
    "line ends": "\r\n" * (MEGABYTE // 2),
}


@pytest.mark.parametrize("name", LARGE)
def test_memory_is_bounded(name: str) -> None:
    """A file takes three times its size at most, whatever is in it."""
    content = (DOCTYPE + LARGE[name]).encode().ljust(MEGABYTE)
    tracemalloc.start()
    file = read(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(content) + 2 * MEGABYTE, file.repeated


def test_depth_has_no_limit() -> None:
    """A million lists in each other are no trouble."""
    text = DOCTYPE + "<DL>" * MEGABYTE + '<A HREF="h">x</A>'
    assert len(read(text).entries) == 1


PIECES = [
    *string.printable,
    "<",
    "</",
    "<A HREF=",
    "<A ",
    ' HREF="x"',
    " TAGS='",
    " ADD_DATE=9",
    "</A>",
    "<DL>",
    "</DL>",
    "<H1>",
    "<H3>",
    "</H3>",
    "<DD>",
    "<DT>",
    "<!--",
    "-->",
    "<!",
    "&amp;",
    "&#",
    "&#x110000;",
    "&#0;",
    "\0",
    "\ufeff",
    "İ",
    "ß",
    DOCTYPE,
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text(text: str) -> None:
    """Any text gives entries in their limits, or is no bookmark file."""
    try:
        file = read(text)
    except bookmark_file.NotABookmarkFile:
        return
    assert len({entry.url for entry in file.entries}) == len(file.entries)
    assert file.repeated == sorted(file.repeated)
    for entry in file.entries:
        assert 1 <= entry.line <= 1 + text.count("\n") + text.count("\r")
        assert entry.title or not entry.url.strip()
        assert len(entry.title) <= 300
        assert len(entry.notes) <= 1000
        assert len(entry.tags) == len(set(entry.tags)) <= 20
        for tag in entry.tags:
            assert tag == fold(tag)
            assert 1 <= len(tag) <= 50
            assert "," not in tag


def fold(text: str) -> str:
    """Write a tag as the API does."""
    return normalize("NFC", text.strip().casefold())


def is_bmp_safe(character: str) -> bool:
    """Tell whether the API would take a character at all."""
    return character != "\0" and not 0xD800 <= ord(character) <= 0xDFFF


NASTY = st.sampled_from(
    [
        *" \t\n\r\v\f\x1c\x85\xa0\u2028\ufeff\x01\x7f\x80",
        *"<>&\"'=/;#",
        "&amp;",
        "&#10;",
        "</A>",
        "<DD>",
        "<!--",
        "]]>",
    ]
) | st.characters().filter(is_bmp_safe)
TEXTS = st.lists(NASTY, max_size=40).map("".join)
TITLES = TEXTS.map(lambda text: text.strip()[:300].rstrip()).filter(bool)
TAGS = TEXTS.map(lambda text: fold(text.replace(",", "")))
URLS = TEXTS.map(
    lambda text: (
        "https://example.com/" + re.sub(r"[\s\x00-\x1f\x7f-\x9f\\]", "", text)
    )
)
TIMES = st.datetimes(
    datetime(1970, 1, 1, 0, 0, 1),
    datetime(9999, 12, 31, 23, 59, 59, 999_999),
)
BOOKMARKS = st.fixed_dictionaries(
    {
        "url": URLS,
        "title": TITLES,
        "notes": TEXTS.map(lambda text: text[:1000]),
        "tags": st.lists(
            TAGS.filter(lambda tag: 1 <= len(tag) <= 50),
            max_size=20,
            unique=True,
        ).map(sorted),
        "created_at": TIMES.map(lambda t: t.isoformat("T", "microseconds")),
    }
)


def write(bookmarks: list[dict]) -> str:
    """Write a whole file."""
    lines = [bookmark_file.write_bookmark(bookmark) for bookmark in bookmarks]
    return "".join(
        [bookmark_file.write_start(), *lines, bookmark_file.write_end()]
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(BOOKMARKS, max_size=5, unique_by=lambda one: one["url"]))
def test_what_is_written_is_read(bookmarks: list[dict]) -> None:
    """Reading what was written gives the same, the time to the second."""
    for bookmark in bookmarks:
        bookmark["created_at"] += "Z"
        bookmark["updated_at"] = bookmark["created_at"]
    found = read(write(bookmarks)).entries
    assert len(found) == len(bookmarks)
    for entry, bookmark in zip(found, bookmarks, strict=True):
        written = datetime.fromisoformat(bookmark["created_at"])
        assert entry.url == bookmark["url"]
        assert entry.title == bookmark["title"]
        assert entry.notes == bookmark["notes"]
        assert entry.tags == bookmark["tags"]
        assert entry.created_at == written.replace(microsecond=0)


def test_text_is_written_escaped() -> None:
    """Markup in a text is no markup in the file."""
    nasty = '"><script>alert(1)</script>&#60;'
    bookmark = {
        "url": "https://example.com/?" + nasty,
        "title": nasty,
        "notes": "  " + nasty + "\n",
        "tags": [nasty],
        "created_at": "2026-01-01T00:00:00.999999Z",
        "updated_at": "2026-01-02T00:00:00.000000Z",
    }
    text = write([bookmark])
    escaped = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;#60;"
    assert bookmark_file.write_bookmark(bookmark) == (
        f'<DT><A HREF="https://example.com/?{escaped}"'
        ' ADD_DATE="1767225600" LAST_MODIFIED="1767312000"'
        f' TAGS="{escaped}">{escaped}</A>\n'
        f"<DD>&#32;&#32;{escaped}&#10;\n"
    )
    assert "<script" not in text
    assert text.startswith(DOCTYPE)

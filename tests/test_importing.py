"""Importing: bookmark files of browsers, and forms of all kinds."""

import base64
import gzip
import json
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import expect, raw, uploads
from tests.support.client import (
    User,
    bookmarks_of,
    register,
    tags_of,
    unique,
    unique_url,
)
from tests.support.memory import Peak
from tests.support.pairs import PAIRS
from tests.support.raw import Response
from tests.support.servers import Server, run_file
from tests.support.uploads import BOUNDARY, FILE, FORM, UNREAD, entry, part

ONE = "https://example.com/one"
CONTENT = uploads.write(entry(ONE, "One"))
ANY = {200, *expect.REFUSED}
MOST = 10_485_760  # bytes of a body, by default
CODES = {"invalid", "repeated", "existing"}
NULL = datetime(1970, 1, 1, tzinfo=UTC)


def send(
    user: User,
    body: bytes | Iterator[bytes],
    expect: int | set[int],
    **headers: str | None,
) -> Response:
    """Send a form, whatever it looks like."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return user.request(
        "POST",
        "/api/import",
        data=body,
        headers=FORM | named,
        expect=expect,
        timeout=60,
    )


def load(user: User, content: bytes) -> dict:
    """Import a file, check the form of the answer, return the counts."""
    return counts_of(send(user, uploads.form(content), 200))


def counts_of(answer: Response) -> dict:
    """Check the form of the answer to an import, and return the counts."""
    assert expect.media_type(answer) == "application/json"
    counts = expect.strict_json(answer)
    reasons = counts.pop("reasons")
    assert set(counts) == {"created", "skipped"}, sorted(counts)
    assert [type(count) for count in counts.values()] == [int, int]
    assert len(reasons) == min(counts["skipped"], 20)
    assert all(set(one) == {"line", "code"} for one in reasons), reasons
    assert {one["code"] for one in reasons} <= CODES, reasons
    lines = [one["line"] for one in reasons]
    assert all(map(expect.is_id, lines)), lines
    assert lines == sorted(lines)
    return counts


def reasons(user: User, content: bytes) -> list[tuple[int, str]]:
    """Import a file and return which entries were skipped, and why."""
    found = send(user, uploads.form(content), 200).json()["reasons"]
    return [(one["line"], one["code"]) for one in found]


def load_one(user: User, markup: str) -> dict:
    """Import a file with one entry, and return the bookmark."""
    content = uploads.write(markup)
    assert load(user, content) == {"created": 1, "skipped": 0}
    (made,) = bookmarks_of(user)
    return expect.bookmark(made)


def load_titled(user: User, title: str) -> dict:
    """Import one entry with a title, and return the bookmark."""
    return load_one(user, entry(ONE, title))


def count(user: User) -> int:
    """Return how many bookmarks the account has."""
    return user.request("list_bookmarks", expect=200).json()["total"]


def moment(seconds: int) -> str:
    """Write a time as the API does."""
    time = NULL + timedelta(seconds=seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def check_time(text: str, seconds: int | None) -> None:
    """Check that a time is exactly this one, or for None a recent one."""
    now = datetime.now(UTC)
    first, last = now - timedelta(seconds=60), now + timedelta(seconds=5)
    if seconds is not None:
        first = last = NULL + timedelta(seconds=seconds)
    assert first <= expect.timestamp(text) <= last, text


def compare(found: list[dict], entries: list[dict]) -> None:
    """Compare bookmarks with what a file is expected to give."""
    wanted = [one for one in entries if not one.get("skipped")]
    made = {bookmark["url"]: bookmark for bookmark in found}
    assert sorted(made) == sorted(one["url"] for one in wanted)
    for one in wanted:
        bookmark = made[one["url"]]
        expect.bookmark(
            bookmark,
            title=one["title"],
            notes=one["notes"],
            tags=sorted(one["tags"]),
            updated_at=bookmark["created_at"],
        )
        check_time(bookmark["created_at"], one["created_at"])


@pytest.mark.rule(
    "IMPORTING-1", "IMPORTING-2", "IMPORTING-3", "IMPORTING-4", "IMPORTING-5"
)
@pytest.mark.parametrize("name", uploads.READABLE)
def test_files_of_browsers(user: User, name: str) -> None:
    """What browsers write comes out field by field, with true counts."""
    entries = uploads.read_expected(name)["entries"]
    skipped = [one for one in entries if "skipped" in one]
    counts = {
        "created": len(entries) - len(skipped),
        "skipped": len(skipped),
    }
    answer = send(user, uploads.form(uploads.read(name)), 200)
    assert answer.json()["reasons"] == [
        {"line": one["line"], "code": one["skipped"]} for one in skipped[:20]
    ]
    assert counts_of(answer) == counts
    compare(bookmarks_of(user), entries)


@pytest.mark.rule("IMPORTING-1", "SEARCH-1", "TAGS-1", "BOOKMARKS-5")
def test_what_was_imported_is_like_any_other(user: User) -> None:
    """An imported bookmark is found, counted, shown and changed."""
    made = load_one(user, entry(ONE, "Ein GRUẞ", 'TAGS="Big"'))
    found = user.request("list_bookmarks", params={"q": "gruss"}, expect=200)
    assert found.json()["items"] == [made]
    found = user.request("list_bookmarks", params={"tag": "big"}, expect=200)
    assert found.json()["items"] == [made]
    assert tags_of(user) == [{"name": "big", "bookmarks": 1}]
    shown = user.request("show_bookmark", id=made["id"], expect=200)
    assert shown.json() == made
    changed = user.request(
        "update_bookmark", id=made["id"], json={"notes": "n"}, expect=200
    )
    assert changed.json()["created_at"] == made["created_at"]
    assert expect.etag(changed) != expect.etag(shown)


@pytest.mark.rule("IMPORTING-1")
@pytest.mark.parametrize(
    "content_type",
    [
        f'multipart/form-data; boundary="{BOUNDARY}"',
        f"multipart/form-data; Boundary={BOUNDARY}",
        f"multipart/form-data;boundary={BOUNDARY}",
        f"multipart/form-data; more=1; boundary={BOUNDARY}",
    ],
)
def test_spellings_of_the_content_type(user: User, content_type: str) -> None:
    """The boundary is found, however the header is written."""
    body = uploads.form(CONTENT)
    answer = send(user, body, 200, Content_Type=content_type)
    assert counts_of(answer) == {"created": 1, "skipped": 0}


@pytest.mark.rule("IMPORTING-1")
@pytest.mark.parametrize(
    "boundary", ["b", "-", "----WebKitFormBoundaryA1", "x" * 70, "a'()+_.b"]
)
def test_boundaries(user: User, boundary: str) -> None:
    """A boundary has 1 to 70 of its characters (RFC 2046 §5.1.1)."""
    body = uploads.join([part(CONTENT, FILE)], boundary)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = send(user, body, 200, Content_Type=kind)
    assert counts_of(answer) == {"created": 1, "skipped": 0}


@pytest.mark.rule("IMPORTING-1")
@pytest.mark.parametrize(
    "parts",
    [
        [part(CONTENT, FILE)],
        [part(CONTENT, FILE, "Content-Type: text/plain")],
        [part(CONTENT, FILE, "Content-Type: application/octet-stream")],
        [part(CONTENT, 'form-data; filename="b.html"; name="file"')],
        [part(b"x", 'form-data; name="csrf"'), part(CONTENT, FILE)],
        [part(CONTENT, FILE), part(b"\xff", 'form-data; name="more"')],
    ],
    ids=["bare", "text", "octets", "name last", "field first", "field last"],
)
def test_forms(user: User, parts: list[bytes]) -> None:
    """The type of the part does not matter, nor do other fields."""
    answer = send(user, uploads.join(parts), 200)
    assert counts_of(answer) == {"created": 1, "skipped": 0}
    assert count(user) == 1


@pytest.mark.rule("IMPORTING-1")
def test_content_that_looks_like_a_boundary(user: User) -> None:
    """Only what is the whole boundary is one."""
    near = f"--{BOUNDARY[:-1]}\n -- {BOUNDARY}\n{BOUNDARY}--"
    content = uploads.write(entry(ONE, "One"), f"<DD>{near}")
    load(user, content)
    (made,) = bookmarks_of(user)
    assert made["notes"] == near


@pytest.mark.rule("IMPORTING-1")
def test_the_form_may_come_in_pieces(server: Server, user: User) -> None:
    """A body that comes byte by byte around its boundaries is whole."""
    body = uploads.form(CONTENT)
    head = raw.message(
        "POST",
        "/api/import",
        [
            ("Authorization", f"Bearer {user.token}"),
            *FORM.items(),
            ("Content-Length", str(len(body))),
        ],
    )
    first = [body[i : i + 1] for i in range(30)]
    last = [body[i : i + 1] for i in range(len(body) - 20, len(body))]
    pieces = [head, *first, body[30:-20], *last]
    (answer,) = raw.exchange(server, *pieces, expect=200, pause=0.004)
    assert counts_of(answer) == {"created": 1, "skipped": 0}


@pytest.mark.rule("IMPORTING-2")
@pytest.mark.parametrize(
    "markup",
    [
        '<DT><A HREF="{url}" ADD_DATE="5" TAGS="t">Ti&lt;tle</A>'
        "\n<DD>No&#116;",
        "<dt><a add_date=5 tags=t href={url}>Ti&LT;tle<dd>Not",
        "<A\nHref = '{url}'\tAdd_Date='5' tagS='T' >Ti&#60;tle <Dd> Not</dD>",
        '<a href="{url}" ADD_DATE=5 ADD_DATE=6 TAGS=t>Ti&#x3C;tle<DT><DT>'
        '<A HREF="x">x<DD>y',
    ],
)
def test_spellings_of_an_entry(user: User, markup: str) -> None:
    """Names are known in any case, and closing tags may be missing."""
    url = unique_url() + "?a=1&amp;b=2&copy=3"
    load(user, uploads.write(markup.format(url=url)))
    (made,) = bookmarks_of(user)
    expect.bookmark(
        made,
        url=url.replace("&amp;", "&"),
        title="Ti<tle",
        notes="Not"
        if "<dd>" in markup.lower() and "DT><DT" not in markup
        else "",
        tags=["t"],
        created_at=moment(5),
        updated_at=moment(5),
    )


@pytest.mark.rule("IMPORTING-2", "BOOKMARKS-14")
@pytest.mark.parametrize(
    "text",
    [
        "日本語 🦊 Ünï",
        "e\u0301 is not \u00e9",
        "a\u2028b\u2029c\u0085d",
        "\u202eright to left",
        "a\tb  c",
        "\ufeffmark",
        "\x01\x1b[31m\x7f",
        "%s %(x)s {0} ${x} {{ 7 * 7 }}",
        "'; DROP TABLE bookmarks; --",
    ],
)
def test_text_comes_back_as_it_was(user: User, text: str) -> None:
    """Titles and notes are kept code point for code point."""
    made = load_one(user, entry(ONE, text) + "<DD>" + text)
    expect.bookmark(made, title=text.replace("\t", " "), notes=text)


@pytest.mark.rule("IMPORTING-2")
def test_scripts_are_text(user: User) -> None:
    """Markup in a title is text, once decoded."""
    made = load_titled(user, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assert made["title"] == "<script>alert(1)</script>"


@pytest.mark.rule("IMPORTING-3")
@pytest.mark.parametrize(
    ("before", "tags"),
    [
        ("<H1>Main</H1><DL>", ["t"]),
        ('<H3 PERSONAL_TOOLBAR_FOLDER="false">B</H3><DL>', ["b", "t"]),
        ("<h3 unfiled_bookmarks_folder=false>B</h3><dl>", ["b", "t"]),
        ("<H3>B</H3><DL><H3>A</H3><DL>", ["a", "b", "t"]),
        ('<H3 PERSONAL_TOOLBAR_FOLDER="true">B</H3><DL>', ["t"]),
        ("<h3 Unfiled_Bookmarks_Folder='true'>B</h3><dl>", ["t"]),
        ("<H3 PERSONAL_TOOLBAR_FOLDER>B</H3><DL><H3>C</H3><DL>", ["c", "t"]),
        ("<H3>B</H3><DL></DL><H3>C</H3><DL>", ["c", "t"]),
        ("<H3>B</H3><DL><H3>C</H3><DL></DL>", ["b", "t"]),
        ("<H3>T</H3><DL>", ["t"]),
        ("<H3>B &amp; C</H3><DL>", ["b & c", "t"]),
        ("<DL></DL><DL>", ["t"]),
        ("</DL></DL></DL><H3>B</H3><DL>", ["b", "t"]),
    ],
)
def test_folders_become_tags(user: User, before: str, tags: list[str]) -> None:
    """The names of the folders around an entry are its tags."""
    made = load_one(user, before + entry(ONE, "One", 'TAGS="T"'))
    assert made["tags"] == tags


@pytest.mark.rule("IMPORTING-3", "IMPORTING-4")
def test_the_outermost_folders_come_first(user: User) -> None:
    """Of more than twenty tags those of the outer folders stay."""
    opened = "".join(f"<H3>z{n}</H3><DL>" for n in range(18))
    made = load_one(user, opened + entry(ONE, "One", 'TAGS="d,c,b,a"'))
    assert made["tags"] == sorted([*(f"z{n}" for n in range(18)), "c", "d"])


@pytest.mark.rule("IMPORTING-3")
def test_folders_may_be_very_deep(user: User) -> None:
    """30,000 folders in each other are no trouble."""
    opened = "<DT><H3>a</H3><DL><p>" * 30_000
    made = load_one(user, opened + entry(ONE))
    assert made["tags"] == ["a"]


@pytest.mark.rule("IMPORTING-4", "VALIDATION-8", "VALIDATION-16")
@pytest.mark.parametrize(
    ("markup", "title"),
    [
        *PAIRS["titles"],
        ("", ONE),
        ("   \n ", ONE),
        ("&nbsp;", ONE),
        ("\0", ONE),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300),
        ("🦊" * 301, "🦊" * 300),
        ("x" * 299 + " yz", "x" * 299),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 298),
    ],
)
def test_titles_are_mended(user: User, markup: str, title: str) -> None:
    """A title is trimmed, cut and never missing."""
    assert load_titled(user, markup)["title"] == title


@pytest.mark.rule("IMPORTING-4")
def test_a_url_that_is_the_title_is_cut(user: User) -> None:
    """A title that is missing becomes the URL, as far as it fits."""
    url = ("https://example.com/" + "x" * 2000)[:2000]
    made = load_one(user, entry(url, ""))
    expect.bookmark(made, url=url, title=url[:300])


@pytest.mark.rule("IMPORTING-4", "VALIDATION-17")
@pytest.mark.parametrize(
    ("markup", "notes"),
    [
        *PAIRS["notes"],
        ("", ""),
        ("\0a\0", "a"),
        ("x" * 1000, "x" * 1000),
        ("x" * 100_000, "x" * 1000),
        ("🦊" * 1001, "🦊" * 1000),
    ],
)
def test_notes_are_mended(user: User, markup: str, notes: str) -> None:
    """Notes are cut, and blanks that are references stay."""
    made = load_one(user, entry(ONE) + f"\n    <DD>{markup}\n")
    assert made["notes"] == notes


@pytest.mark.rule("IMPORTING-4", "VALIDATION-19", "VALIDATION-20")
@pytest.mark.parametrize(
    ("folder", "value", "tags"),
    [
        ("x" * 50, "y" * 50, ["x" * 50, "y" * 50]),
        ("x" * 51, "y" * 51, []),
        ("a, b", "c", ["c"]),
        ("a&#44;b", "c", ["c"]),
        (" ", ",, ,", []),
        ("STRASSE", "straße", ["strasse"]),
        ("ß" * 26, "a", ["a"]),
        (
            "f",
            ",".join(f"t{n:02}" for n in range(30)),
            ["f", *(f"t{n:02}" for n in range(19))],
        ),
        ("f", ",".join(["x" * 51] * 30) + ",a", ["a", "f"]),
        ("f", "<b>&lt;i&gt;", ["<b><i>", "f"]),
    ],
)
def test_tags_are_mended(
    user: User, folder: str, value: str, tags: list[str]
) -> None:
    """A tag that breaks its rules is dropped, and the entry stays."""
    markup = f"<H3>{folder}</H3><DL>" + entry(ONE, "One", f'TAGS="{value}"')
    assert load_one(user, markup)["tags"] == tags


@pytest.mark.rule("IMPORTING-2", "IMPORTING-4")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("86399", 86399),
        ("253402300800", 253402300),
        ("1700000000999", 1700000000),
        ("253402300799999", 253402300799),
        ("253402300800000", 253402300),
        ("1700000000000000", 1700000000),
        ("253402300799999999", 253402300799),
        ("1700000000.0", 1700000000),
        ("1.5", 1),
        ("1700000000123.9", 1700000000),
        ("0", None),
        ("-1", None),
        ("253402300800000000", None),
        ("9" * 5000, None),
        ("soon", None),
        ("", None),
        ("٣", None),
    ],
)
def test_dates_are_mended(user: User, value: str, seconds: int | None) -> None:
    """A date within the years 1970 to 9999 is kept, any other is now."""
    made = load_one(user, entry(ONE, "One", f'ADD_DATE="{value}"'))
    assert made["updated_at"] == made["created_at"]
    check_time(made["created_at"], seconds)


@pytest.mark.rule("IMPORTING-2", "BOOKMARKS-4")
@pytest.mark.parametrize(("seconds", "time"), PAIRS["times"])
def test_dates_become_times(user: User, seconds: int, time: str) -> None:
    """Seconds since 1970 become a time of the API."""
    made = load_one(user, entry(ONE, "One", f"ADD_DATE={seconds}"))
    assert made["created_at"] == time


@pytest.mark.rule("IMPORTING-5")
def test_an_import_again_skips_all(user: User, other: User) -> None:
    """What the account has is skipped and left alone; others import it."""
    own = user.bookmark(url=ONE, title="Mine", tags=["mine"], notes="mine")
    new = unique_url()
    content = uploads.write(
        entry(ONE, "Theirs", 'TAGS="theirs" ADD_DATE="1"'),
        entry(new, "First"),
        entry(new, "Second"),
        entry("javascript:alert(1)"),
    )
    assert load(user, content) == {"created": 1, "skipped": 3}
    assert load(user, content) == {"created": 0, "skipped": 4}
    found = {one["url"]: one for one in bookmarks_of(user)}
    assert found[ONE] == own
    assert found[new]["title"] == "First"
    assert load(other, content) == {"created": 2, "skipped": 2}


@pytest.mark.rule("IMPORTING-1", "IMPORTING-5")
def test_reasons_say_which_entry_and_why(user: User) -> None:
    """Of what is skipped the line and the code are told, by line."""
    user.bookmark(url=ONE)
    content = uploads.write(
        entry("javascript:alert(1)"),
        "<DD>Notes\nof two lines",
        entry(ONE),
        entry("https://example.com/new\n"),
        entry("https://example.com/new", "Again"),
        entry("https://example.com/2") + "<A HREF>Nothing</A>",
        "<DT>\n<A\nHREF='mailto:me'>Me</A>",
    )
    wanted = [
        (3, "invalid"),
        (6, "existing"),
        (9, "repeated"),
        (10, "invalid"),
        (12, "invalid"),
    ]
    assert reasons(user, content) == wanted


@pytest.mark.rule("IMPORTING-1")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_lines_end_in_any_way(user: User, end: str) -> None:
    """A line ends in CR, LF or both."""
    content = uploads.write("", entry(ONE), "", entry("x"), entry(ONE))
    content = content.replace(b"\n", end.encode())
    assert reasons(user, content) == [(6, "invalid"), (7, "repeated")]


@pytest.mark.rule("IMPORTING-1")
def test_the_first_twenty_reasons_are_told(user: User) -> None:
    """Of the first twenty that were skipped, whatever their codes."""
    taken = [user.bookmark()["url"] for _ in range(7)]
    entries = []
    for number, url in enumerate(taken):
        entries += [entry(url), entry(url), entry(f"data:{number}")]
    wanted = [
        (number, code)
        for number, code in enumerate(
            ["existing", "repeated", "invalid"] * 7, 3
        )
    ]
    body = uploads.form(uploads.write(*entries))
    answer = send(user, body, 200)
    assert counts_of(answer) == {"created": 0, "skipped": 21}
    assert reasons(user, uploads.write(*entries)) == wanted[:20]


@pytest.mark.rule("IMPORTING-5")
def test_a_repeated_entry_adds_its_tags(user: User) -> None:
    """One address in several folders has the tags of all of them."""
    folders = "".join(
        f"<DT><H3>{name}</H3><DL>{entry(ONE, name, more)}</DL>"
        for name, more in [
            ("Two", 'TAGS="a"'),
            ("One", 'TAGS="a,b" ADD_DATE="1"'),
            ("Two", ""),
        ]
    )
    content = uploads.write(folders + entry("https://example.com/", "Other"))
    assert load(user, content) == {"created": 2, "skipped": 2}
    found = {one["title"]: one["tags"] for one in bookmarks_of(user)}
    assert found == {"Two": ["a", "b", "one", "two"], "Other": []}


@pytest.mark.rule("IMPORTING-5", "IMPORTING-4")
def test_repeated_entries_add_twenty_tags_at_most(user: User) -> None:
    """Those that come first stay."""
    rows = [",".join(f"{letter}{n}" for n in range(8)) for letter in "cba"]
    entries = [entry(ONE, "One", f'TAGS="{row}"') for row in rows]
    assert load(user, uploads.write(*entries))["created"] == 1
    (made,) = bookmarks_of(user)
    assert made["tags"] == sorted(",".join(rows).split(",")[:20])


@pytest.mark.rule("IMPORTING-4")
@pytest.mark.parametrize(
    "href", [f" {ONE}", f"{ONE} ", f"\n {ONE}\t\n", f"&#32;{ONE}&#10;"]
)
def test_urls_are_trimmed(user: User, href: str) -> None:
    """White space around an address is none of it."""
    assert load_one(user, entry(href))["url"] == ONE


@pytest.mark.rule("IMPORTING-15")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *PAIRS["addresses"],
        (ONE + "?a&notit;b", ONE + "?a&notit;b"),
        (ONE + "?a&hellip", ONE + "?a&hellip"),
        (ONE + "?a&eacute;", ONE + "?aé"),
        (ONE + "?a&copy/2", ONE + "?a©/2"),
        (ONE + "?a&amp;copy=2", ONE + "?a&copy=2"),
        (ONE + "?a&#x26B;", ONE + "?a\u026b"),
    ],
)
def test_references_in_an_address(
    user: User, written: str, meant: str
) -> None:
    """References are decoded as a browser does in an attribute."""
    assert load_one(user, entry(written))["url"] == meant


@pytest.mark.rule("IMPORTING-16")
@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("one<br>two", ["one", "two"]),
        ("one<BR/>two<Br />three", ["one", "two", "three"]),
        ("one<p>two</p>three", ["one", "two", "three"]),
        ("<div>one</div><div>two</div>", ["one", "two"]),
        ("<blockquote>one</blockquote>two", ["one", "two"]),
        ("<b>o</b>n<i>e</i>", ["one"]),
        ("on<!-- x -->e", ["one"]),
    ],
)
def test_blocks_separate_words(
    user: User, markup: str, words: list[str]
) -> None:
    """What begins a line of its own ends a word; <b> does not."""
    made = load_one(user, entry(ONE, markup) + "<DD>" + markup)
    assert made["title"].split() == words
    assert made["notes"].split() == words


@pytest.mark.rule("IMPORTING-16")
@pytest.mark.parametrize("comment", ["<!-- open", "<!--", "<!-- a > b"])
def test_an_open_comment_swallows_no_entry(user: User, comment: str) -> None:
    """Entries behind a comment that is never closed are imported."""
    content = uploads.write(entry(ONE), comment, entry(ONE + "/2"))
    assert load(user, content) == {"created": 2, "skipped": 0}


@pytest.mark.rule("IMPORTING-16")
def test_a_closed_comment_hides_an_entry(user: User) -> None:
    """What stands in a whole comment is no entry."""
    content = uploads.write(f"<!-- {entry(ONE)} -->", entry(ONE + "/2"))
    assert load(user, content) == {"created": 1, "skipped": 0}
    assert [one["url"] for one in bookmarks_of(user)] == [ONE + "/2"]


POCKET = """<!DOCTYPE html>
<html>
\t<!--So long and thanks for all the fish-->
\t<head>
\t\t<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
\t\t<title>Pocket Export</title>
\t</head>
\t<body>
\t\t<h1>Unread</h1>
\t\t<ul>
\t\t\t<li><a href="https://example.com/a?b=1&amp;c=2" \
time_added="1700000000" tags="Web,news">One &amp; more</a></li>
\t\t\t<li><a href="https://example.com/two" time_added="1700000001" \
tags="">https://example.com/two</a></li>
\t\t</ul>
\t\t
\t\t<h1>Read Archive</h1>
\t\t<ul>
\t\t\t<li><a href="https://example.com/old" time_added="1300000000" \
tags="web">Old</a></li>
\t\t</ul>
\t</body>
</html>
"""


@pytest.mark.rule("IMPORTING-17", "IMPORTING-2")
def test_pocket_is_a_bookmark_file(user: User) -> None:
    """A list of links has addresses, titles, tags and times."""
    counts = load(user, POCKET.encode())
    assert counts == {"created": 3, "skipped": 0}
    old, one, two = bookmarks_of(user)
    expect.bookmark(
        one,
        url="https://example.com/a?b=1&c=2",
        title="One & more",
        notes="",
        tags=["news", "web"],
        created_at=moment(1700000000),
    )
    expect.bookmark(
        two,
        url="https://example.com/two",
        title="https://example.com/two",
        tags=[],
        created_at=moment(1700000001),
    )
    expect.bookmark(
        old, title="Old", tags=["web"], created_at=moment(1300000000)
    )


@pytest.mark.rule("IMPORTING-17")
def test_pocket_has_a_name_of_its_own_for_dates(user: User) -> None:
    """`TIME_ADDED` is when a bookmark was created."""
    load(user, POCKET.encode())
    times = [one["created_at"] for one in bookmarks_of(user)]
    moments = (1300000000, 1700000000, 1700000001)
    assert times == [moment(one) for one in moments]


@pytest.mark.rule("IMPORTING-5", "VALIDATION-15")
def test_urls_are_compared_and_kept_as_text(user: User) -> None:
    """Spellings of one address are different URLs, kept as they are."""
    urls = [
        "https://example.com",
        "https://example.com/",
        "HTTPS://example.com/",
        "https://EXAMPLE.com/",
        "https://example.com:443/",
        "https://example.com/%7e",
        "https://example.com/~",
        "https://exämple.com/ü?q=%zz#f",
    ]
    content = uploads.write(*map(entry, urls))
    assert load(user, content) == {"created": len(urls), "skipped": 0}
    assert sorted(one["url"] for one in bookmarks_of(user)) == sorted(urls)


@pytest.mark.rule("IMPORTING-5")
def test_two_imports_at_once(user: User) -> None:
    """Of two imports of one file each URL is created once."""
    body = uploads.form(uploads.many(300))
    token, url = user.token, user.client.url

    def work(_: int) -> dict:
        twin = register(url)
        twin.client.token = token
        return send(twin, body, 200).json()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(work, range(2)))
    assert sum(one["created"] for one in answers) == 300
    assert sum(one["skipped"] for one in answers) == 300
    assert count(user) == 300


@contextmanager
def failing(server: Server, table: str, condition: str) -> Iterator[None]:
    """Make the database fail at some rows of a table."""
    with closing(sqlite3.connect(server.database, timeout=10)) as db:
        # Not RAISE(), which would pass for a broken constraint.
        db.execute(
            f"CREATE TRIGGER boom AFTER INSERT ON {table}"
            f" WHEN {condition} BEGIN SELECT json('{{'); END"
        )
        yield
        db.execute("DROP TRIGGER boom")


@pytest.mark.rule("IMPORTING-8", "IMPORTING-13")
@pytest.mark.managed
def test_the_largest_import(roomy: Server) -> None:
    """It takes at most 50 MiB of memory, and others write beside it."""
    roomy.restart()  # for memory that was freed hides what is taken
    user, other = register(roomy.url), register(roomy.url)
    load(other, uploads.many(100))
    body = uploads.form(uploads.largest())
    assert 0.95 * MOST < len(body) <= MOST

    def write() -> Response:
        sent = {"url": unique_url(), "title": "Beside it"}
        return other.request("create_bookmark", json=sent, expect={201, 503})

    with Peak(roomy) as peak, ThreadPoolExecutor(1) as pool:
        importing = pool.submit(send, user, body, 200)
        answers = [write()]
        while not importing.done():
            answers.append(write())
    counts = {"created": 10_000, "skipped": 0}
    assert counts_of(importing.result()) == counts
    made = [one.json() for one in answers if one.status_code == 201]
    assert made
    assert bookmarks_of(other)[100:] == made
    for one in (user, other):
        one.client.close()
    assert peak.growth <= 50, f"{peak.growth:.0f} MiB more"


@pytest.mark.rule("IMPORTING-6")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("bookmarks", "NEW.url LIKE '%/many/650'"),
        ("tags", "NEW.name = 'no 1299'"),
    ],
)
def test_all_or_nothing(
    server: Server, user: User, table: str, condition: str
) -> None:
    """A row that fails in the middle leaves nothing of the import."""
    own = user.bookmark()
    body = uploads.form(uploads.many(1300))
    with failing(server, table, condition):
        send(user, body, {500, 503})
    assert bookmarks_of(user) == [own]
    assert tags_of(user) == []
    assert counts_of(send(user, body, 200))["created"] == 1300


def delimiter(end: str) -> bytes:
    """Write a line that ends a part."""
    return f"\r\n--{BOUNDARY}{end}".encode()


START = f"--{BOUNDARY}\r\n".encode()
WHOLE = uploads.form(CONTENT)
MALFORMED = {
    "nothing": b"",
    "no form": CONTENT,
    "only a preamble": b"Preamble\r\n",
    "no parts": delimiter("--\r\n"),
    "no part that is begun": START,
    "another boundary": WHOLE.replace(BOUNDARY.encode(), b"other"),
    "no file": uploads.join([part(CONTENT, 'form-data; name="text"')]),
    "a text": uploads.join([part(CONTENT, 'form-data; name="file"')]),
    "another field": uploads.join(
        [part(CONTENT, 'form-data; name="files"; filename="b.html"')]
    ),
    "a field of another case": uploads.join(
        [part(CONTENT, 'form-data; name="FILE"; filename="b.html"')]
    ),
    "no name": uploads.join([part(CONTENT, 'form-data; filename="b.html"')]),
    "no headers": START + b"\r\n" + CONTENT + delimiter("--\r\n"),
    "an empty file": uploads.form(b""),
    "no file chosen": uploads.join(
        [part(b"", 'form-data; name="file"; filename=""')]
    ),
    "blanks": uploads.form(b" \r\n "),
    "not UTF-8": uploads.form(CONTENT + b"\xff"),
    "half a character": uploads.form(CONTENT + "é".encode()[:1]),
    "an encoded surrogate": uploads.form(CONTENT + b"\xed\xa0\x80"),
    "overlong": uploads.form(CONTENT + b"\xc0\xaf"),
    "compressed": uploads.form(gzip.compress(CONTENT)),
    "base64": uploads.form(base64.b64encode(CONTENT)),
    "zeros": uploads.form(b"\0" * 1000),
}


def check_refused(user: User, answer: Response) -> None:
    """Check that a body was refused and nothing stored."""
    assert answer.status_code in expect.REFUSED
    assert count(user) == 0


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_bodies(someone: User, name: str) -> None:
    """What is not a form with a bookmark file is refused."""
    check_refused(someone, send(someone, MALFORMED[name], expect.REFUSED))


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize("name", uploads.REFUSED)
def test_other_files(someone: User, name: str) -> None:
    """A file that is empty, not UTF-8 or not a bookmark file is refused."""
    body = uploads.form(uploads.read(name))
    check_refused(someone, send(someone, body, expect.REFUSED))


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize(
    "length",
    [
        1,
        WHOLE.index(b"\r\n"),
        WHOLE.index(b"\r\n") + 2,
        WHOLE.index(b"form-data"),
        WHOLE.index(b"\r\n\r\n") + 2,
        WHOLE.index(b"\r\n\r\n") + 4,
        WHOLE.index(CONTENT) + len(CONTENT) // 2,
        WHOLE.index(CONTENT) + len(CONTENT),
        len(WHOLE) - len(delimiter("--\r\n")) + 1,
        len(WHOLE) - len(delimiter("--\r\n")) + 2,
        len(WHOLE) - len(delimiter("--\r\n")) + 4,
        len(WHOLE) - len(delimiter("--\r\n")) + 7,
        len(WHOLE) - 4,
        len(WHOLE) - 3,
    ],
)
def test_bodies_that_are_cut_short(
    server: Server, someone: User, length: int
) -> None:
    """A client that leaves within the body has imported nothing."""
    head = import_head(someone, ("Content-Length", str(len(WHOLE))))
    with socket.create_connection((server.host, server.port), 10) as client:
        client.sendall(head + WHOLE[:length])
        client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while client.recv(1000):  # an answer, or none
                pass
    assert count(someone) == 0


@pytest.mark.rule("IMPORTING-7", "ROBUSTNESS-1")
@pytest.mark.parametrize("length", [1, 40, len(WHOLE) - 40, len(WHOLE) - 4])
def test_forms_without_an_end(user: User, length: int) -> None:
    """A form without its last boundary is taken or refused."""
    check_either(user, send(user, WHOLE[:length], ANY))


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data;",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; bound={BOUNDARY}",
        "multipart/form-data; boundary=other",
        f"multipart/form-data; boundary={BOUNDARY}{BOUNDARY}",
    ],
)
def test_no_boundary(someone: User, kind: str) -> None:
    """Without a boundary, or with a wrong one, there is no file."""
    answer = send(someone, WHOLE, expect.REFUSED, Content_Type=kind)
    check_refused(someone, answer)


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/html",
        "application/json",
        "application/x-www-form-urlencoded",
        f"multipart/mixed; boundary={BOUNDARY}",
        f"multipart/form-data2; boundary={BOUNDARY}",
        f"multipart; boundary={BOUNDARY}",
        f"application/form-data; boundary={BOUNDARY}",
    ],
)
def test_other_content_types(someone: User, kind: str | None) -> None:
    """Another Content-Type imports nothing."""
    answer = send(someone, WHOLE, expect.REFUSED, Content_Type=kind)
    check_refused(someone, answer)


def check_taken(user: User, answer: Response) -> None:
    """Check that what a form brought is what is stored."""
    assert counts_of(answer)["created"] == count(user)


def check_either(user: User, answer: Response) -> None:
    """Check that a form was taken whole or refused whole."""
    {200: check_taken}.get(answer.status_code, check_refused)(user, answer)


ODD = {
    "two files": uploads.join([part(CONTENT, FILE), part(CONTENT, FILE)]),
    "two files, one of them empty": uploads.join(
        [part(CONTENT, FILE), part(b"", FILE)]
    ),
    "a preamble": b"Preamble\r\n\r\nof lines\r\n" + WHOLE,
    "an epilogue": WHOLE + b"Epilogue\r\nof lines\r\n",
    "line feeds only": WHOLE.replace(b"\r\n", b"\n"),
    "carriage returns only": WHOLE.replace(b"\r\n", b"\r"),
    "blanks behind boundaries": WHOLE.replace(
        BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \t\r\n"
    ),
    "parts behind the end": WHOLE + WHOLE,
    "a NUL in a header": uploads.join([part(CONTENT, FILE, "X: \0")]),
    "a header without colon": uploads.join([part(CONTENT, FILE, "X")]),
    "a folded header": uploads.join([part(CONTENT, FILE, "X: a\r\n b")]),
    "bytes in a header": uploads.join(
        [part(CONTENT, FILE.encode() + b'; x="\xff\xfe"')]
    ),
    "a long header": uploads.join([part(CONTENT, FILE, "X: " + "x" * 10**5)]),
    "many headers": uploads.join([part(CONTENT, FILE, *["X: x"] * 2000)]),
    "many parts": uploads.join(
        [part(b"x", f'form-data; name="x{n}"') for n in range(3000)]
        + [part(CONTENT, FILE)]
    ),
    "many files": uploads.join(
        [
            part(b"x", f'form-data; name="x{n}"; filename="x"')
            for n in range(1500)
        ]
        + [part(CONTENT, FILE)]
    ),
    "a large field": uploads.join(
        [part(b"x" * 2_000_000, 'form-data; name="x"'), part(CONTENT, FILE)]
    ),
    "an attachment": uploads.join(
        [part(CONTENT, 'attachment; name="file"; filename="b.html"')]
    ),
    "tokens": uploads.join(
        [part(CONTENT, "form-data; name=file; filename=b.html")]
    ),
    "two dispositions": uploads.join(
        [part(CONTENT, FILE, 'Content-Disposition: form-data; name="x"')]
    ),
    "an empty file name": uploads.join(
        [part(CONTENT, 'form-data; name="file"; filename=""')]
    ),
    "base64": uploads.join(
        [
            part(
                base64.b64encode(CONTENT),
                FILE,
                "Content-Transfer-Encoding: base64",
            )
        ]
    ),
    "bad base64": uploads.join(
        [part(b"=!" + CONTENT, FILE, "Content-Transfer-Encoding: base64")]
    ),
    "quoted-printable": uploads.join(
        [part(b"=3C=ZZ=", FILE, "Content-Transfer-Encoding: QUOTED-PRINTABLE")]
    ),
    "an unknown charset": uploads.join(
        [part(CONTENT, FILE, "Content-Type: text/html; charset=x-no")]
    ),
    "a charset field": uploads.join(
        [part(b"utf-16", 'form-data; name="_charset_"'), part(CONTENT, FILE)]
    ),
    "a form in a form": uploads.join(
        [
            part(
                uploads.join([part(CONTENT, FILE)], "in"),
                FILE,
                "Content-Type: multipart/mixed; boundary=in",
            )
        ]
    ),
    "dashes": b"--" * 50_000,
    "boundaries": START * 20_000,
    "ends of lines": b"\r\n" * 50_000 + WHOLE,
}


@pytest.mark.rule("IMPORTING-7", "ROBUSTNESS-1")
@pytest.mark.parametrize("name", ODD)
def test_odd_bodies(user: User, name: str) -> None:
    """Odd forms are taken or refused, with nothing in between."""
    check_either(user, send(user, ODD[name], ANY))


@pytest.mark.rule("IMPORTING-7", "ROBUSTNESS-1")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("x" * 71, "x" * 71),
        ("x" * 300, "x" * 300),
        ('"a b"', "a b"),
        ('"a\\"b"', 'a"b'),
        ("a b", "a b"),
        ("a/b", "a/b"),
        ("é", "x"),
        ('"', '"'),
        (f"{BOUNDARY}; boundary=b", BOUNDARY),
        (f"b; boundary={BOUNDARY}", BOUNDARY),
        ("*", "*"),
        ("(?:x)*", "(?:x)*"),
        (".*", ".*"),
    ],
)
def test_odd_boundaries(user: User, written: str, meant: str) -> None:
    """Boundaries that no standard allows do no harm."""
    body = uploads.join([part(CONTENT, FILE)], meant)
    kind = f"multipart/form-data; boundary={written}".encode()
    answer = send(user, body, ANY, Content_Type=kind)
    check_either(user, answer)


@pytest.mark.rule("IMPORTING-8")
def test_ten_thousand_in_one_request(user: User) -> None:
    """A file of 10,000 bookmarks is imported whole."""
    content = uploads.many(10_000)
    assert load(user, content) == {"created": 10_000, "skipped": 0}
    assert count(user) == 10_000
    params = {"page": 2, "per_page": 50}
    page = user.request("list_tags", params=params, expect=200).json()
    folders = sorted(f"folder {n}" for n in range(100))[50:]
    wanted = [{"name": name, "bookmarks": 100} for name in folders]
    assert expect.page(page, total=100 + 1 + 5000) == wanted
    params = {"tag": ["no 4999", "folder 99"]}
    found = user.request("list_bookmarks", params=params, expect=200)
    (last,) = found.json()["items"]
    expect.bookmark(
        last,
        url="https://example.com/many/9999",
        title="Entry 9999 & more",
        notes="Note 9999",
        tags=["folder 99", "many", "no 4999"],
        created_at=moment(1_600_009_999),
    )
    assert load(user, content) == {"created": 0, "skipped": 10_000}


LIMIT, ENTRIES, TAGS = 20_000, 8, 25  # of the fixture `small`


def fill(size: int) -> bytes:
    """Write a whole form of exactly a number of bytes."""
    content = uploads.write(entry(unique_url()))
    missing = size - len(uploads.form(content))
    return uploads.form(content + b" " * missing)


@pytest.mark.rule("IMPORTING-9", "SETTINGS-1")
@pytest.mark.managed
def test_a_body_past_the_limit(small: Server) -> None:
    """The limit is one of bytes of the body, and has its own setting."""
    user = register(small.url)
    answer = send(user, fill(LIMIT), 200)
    assert counts_of(answer) == {"created": 1, "skipped": 0}
    for size in (LIMIT + 1, LIMIT + 1000, 3 * LIMIT, 50 * LIMIT):
        head = import_head(user, ("Content-Length", str(size)))
        raw.exchange(small, head, fill(size), expect=UNREAD)
    user.bookmark()  # LIMIT is not that of JSON
    body = json.dumps({"url": unique_url(), "title": "A title"})
    user.request(
        "create_bookmark",
        data=body.ljust(LIMIT + 1),
        headers={"Content-Type": "application/json"},
        expect=201,
    )
    assert count(user) == 3
    user.client.close()


def import_head(user: User, *more: tuple[str, str]) -> bytes:
    """Write the head of an import."""
    token = ("Authorization", f"Bearer {user.token}")
    return raw.message("POST", "/api/import", [token, *FORM.items(), *more])


@pytest.mark.rule("IMPORTING-9")
@pytest.mark.managed
@pytest.mark.parametrize("chunks", [1, 3, 50])
def test_chunks_past_the_limit(small: Server, chunks: int) -> None:
    """A chunked body past the limit imports nothing."""
    user = register(small.url)
    body = fill(LIMIT + 1)
    size = len(body) // chunks + 1
    cut = [body[i : i + size] for i in range(0, len(body), size)]
    head = import_head(user, ("Transfer-Encoding", "chunked"))
    raw.exchange(small, head, raw.chunked(*cut), expect=UNREAD)
    assert count(user) == 0
    whole = fill(LIMIT)
    pieces = iter([whole[:100], whole[100:15000], whole[15000:]])
    answer = send(user, pieces, ANY)
    assert count(user) == (answer.status_code == 200)
    user.client.close()


@pytest.mark.rule("IMPORTING-9")
@pytest.mark.managed
@pytest.mark.parametrize("size", [10**5, 10**7, 10**10, 10**17])
def test_what_is_too_large_is_not_read(small: Server, size: int) -> None:
    """The refusal comes while the body is still unsent."""
    user = register(small.url)
    head = import_head(user, ("Content-Length", str(size)))
    raw.exchange(small, head, expect=expect.REFUSED, timeout=3)
    user.client.close()


@pytest.mark.rule("IMPORTING-9")
def test_the_usual_limit(server: Server, user: User) -> None:
    """By default a body may have 10,485,760 bytes, far more than JSON."""
    assert send(user, fill(MOST), 200).json()["created"] == 1
    head = import_head(user, ("Content-Length", str(MOST + 1)))
    raw.exchange(server, head, expect=expect.REFUSED, timeout=3)


@pytest.mark.rule("IMPORTING-13", "SETTINGS-1")
@pytest.mark.managed
@pytest.mark.parametrize("href", ["https://example.com/{}", ONE, "", "x{}"])
def test_a_file_of_too_many_entries(small: Server, href: str) -> None:
    """Entries are counted, whatever becomes of them."""
    user = register(small.url)
    entries = [entry(href.format(n)) for n in range(ENTRIES + 1)]
    answer = send(user, uploads.form(uploads.write(*entries)), 422)
    expect.problem(answer, 422, [("file", "too_many")])
    assert count(user) == 0
    content = uploads.write(entry(ONE + "/last"), *entries[2:])
    assert load(user, content)["created"] == count(user) > 0
    user.client.close()


@pytest.mark.rule("IMPORTING-14", "SETTINGS-1")
@pytest.mark.managed
def test_an_import_of_too_many_tags(small: Server) -> None:
    """The account's different tags are counted, old ones and new."""
    user, other = register(small.url), register(small.url)
    other.bookmark(tags=["of another"])
    user.bookmark(tags=["old", "t0"])
    names = [f"t{n}" for n in range(TAGS)]
    first, more = ",".join(names[:10]), ",".join(names[9:-1])
    content = uploads.write(
        entry(ONE, "One", f'TAGS="{first}"'),
        entry(ONE + "/2", "Two", f'TAGS="{more}"'),
    )
    over = uploads.write(
        entry(ONE + "/3", "Three"),
        entry(ONE + "/4", "Four", f'TAGS="{names[-1]}"'),
    )
    assert load(user, content) == {"created": 2, "skipped": 0}
    answer = send(user, uploads.form(over), 409)
    expect.problem(answer, 409)
    assert count(user) == 3
    assert len(tags_of(user)) == TAGS
    assert load(other, over) == {"created": 2, "skipped": 0}
    for one in (user, other):
        one.client.close()


@pytest.mark.rule("IMPORTING-12")
@pytest.mark.parametrize("size", [10_485_761, 10**12])
def test_status_of_a_body_past_the_limit(
    server: Server, user: User, size: int
) -> None:
    """413 says that the body is too large."""
    head = import_head(user, ("Content-Length", str(size)))
    raw.exchange(server, head, expect=413, timeout=3)


@pytest.mark.rule("IMPORTING-10")
@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (FORM["Content-Type"], "100000"),
        (FORM["Content-Type"], "1000000"),
        (FORM["Content-Type"], "100000000"),
        ("multipart/form-data", "100000"),
    ],
)
@pytest.mark.parametrize("token", [None, "A" * 43])
def test_the_token_comes_before_the_body(
    server: Server, kind: str, length: str, token: str | None
) -> None:
    """Without a good token 401 comes while the body is unsent."""
    headers = [("Content-Type", kind), ("Content-Length", length)]
    if token:
        headers.append(("Authorization", f"Bearer {token}"))
    head = raw.message("POST", "/api/import", headers)
    (answer,) = raw.exchange(server, head, expect=401, timeout=3)
    expect.problem(answer, 401)
    expect.challenge(answer)


@pytest.mark.rule("PERMISSIONS-1")
def test_an_import_needs_a_token(user: User) -> None:
    """Nothing is imported without a token."""
    answer = send(user, WHOLE, 401, Authorization=None)
    expect.problem(answer, 401)
    assert count(user) == 0


MARK = "name-of-a-file"
NAMES = [
    'filename="../../{0}"',
    'filename="/etc/{0}"',
    'filename="C:\\\\{0}"',
    'filename="..%2f{0}%0d%0aX-Evil: 1"',
    'filename="{0}\r\n X-Evil: 1"',
    'filename="{0}\r\nX-Evil: 1"',
    'filename="{0}\rX-Evil: 1"',
    'filename="{0}\nX-Evil: 1"',
    'filename="\\"{0}\\""',
    'filename="{0}\0.html"',
    'filename="<script>{0}</script>.html"',
    'filename="Ünï🦊{0}.html"',
    'filename="{0}' + "x" * 5000 + '"',
    'filename="."',
    'filename=".."',
    "filename=\"b.html\"; filename*=UTF-8''..%2F{0}",
    "filename*=UTF-8''..%2F{0}%0D%0AX-Evil:%201",
    "filename*=UTF-8''%FF{0}",
    "filename*=x-none''{0}",
    "filename*=utf-8'{0}",
    "filename*={0}",
    'filename="a"; filename="{0}"',
    'filename="{0}',
]


@pytest.mark.rule("IMPORTING-11")
@pytest.mark.parametrize("name", NAMES)
def test_file_names_are_not_used(
    server: Server, user: User, name: str
) -> None:
    """Any name will do, and no part of it is seen again."""
    disposition = 'form-data; name="file"; ' + name.format(MARK)
    body = uploads.join([part(CONTENT, disposition)])
    request = import_head(user, ("Content-Length", str(len(body)))) + body
    (answer,) = raw.exchange(server, request, expect=ANY)
    shown = answer.text + repr(answer.header_list)
    assert MARK not in shown
    assert "x-evil" not in shown.lower()
    check_either(user, answer)
    assert MARK not in json.dumps(bookmarks_of(user))


@pytest.mark.rule("IMPORTING-11")
@pytest.mark.parametrize("name", NAMES[:4] + NAMES[10:12] + NAMES[15:16])
def test_good_files_with_bad_names(user: User, name: str) -> None:
    """A form that is right is taken, whatever its file is called."""
    disposition = 'form-data; name="file"; ' + name.format(MARK)
    body = uploads.join([part(CONTENT, disposition)])
    assert counts_of(send(user, body, 200))["created"] == 1


@pytest.mark.rule("IMPORTING-18")
@pytest.mark.parametrize(
    "name",
    ["Favoriten-für-Ada.html".encode("latin-1"), b"\xff\xfe", b"\xe3\x81"],
    ids=["Latin-1", "no text", "cut short"],
)
def test_the_bytes_of_a_name_do_not_matter(user: User, name: bytes) -> None:
    """A name that is not UTF-8 is a name like any other."""
    disposition = b'form-data; name="file"; filename="' + name + b'"'
    body = uploads.join([part(CONTENT, disposition)])
    assert counts_of(send(user, body, 200))["created"] == 1


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize("size", [100, 70_000, 1_000_000])
def test_a_text_is_no_file(user: User, size: int) -> None:
    """A part without the name of a file imports nothing, large or small."""
    text = part(CONTENT + b" " * size, 'form-data; name="file"')
    check_refused(user, send(user, uploads.join([text]), expect.REFUSED))


def files_in(folder: Path) -> set[Path]:
    """List the files in a folder, at any depth, but for bytecode."""
    found = folder.rglob("*")
    return {path for path in found if "__pycache__" not in path.parts}


@pytest.mark.rule("IMPORTING-11")
@pytest.mark.managed
def test_no_file_is_written(server: Server, user: User) -> None:
    """An upload leaves no file, neither under its name nor another."""
    places = (server.folder, run_file(server.implementation).parent)
    before = [files_in(place) for place in places]
    mark = unique()
    for name in (f"../{mark}", mark, "shelf.db", "../" * 9 + f"tmp/{mark}"):
        disposition = f'form-data; name="file"; filename="{name}"'
        # More than any of them keeps in memory.
        content = uploads.many(100) + b" " * 4_000_000
        send(user, uploads.join([part(content, disposition)]), 200)
    assert [files_in(place) for place in places] == before
    assert not (server.folder.parent / mark).exists()
    assert not Path("/tmp", mark).exists()
    assert count(user) == 100

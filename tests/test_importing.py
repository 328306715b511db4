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

import expect
import pytest
import raw
import uploads
from client import (
    User,
    bookmarks_of,
    register,
    unique,
    unique_url,
)
from raw import Response
from servers import Server, run_file
from uploads import BOUNDARY, FILE, FORM, UNREAD, entry, part

ONE = "https://example.com/one"
CONTENT = uploads.write(entry(ONE, "One"))
ANY = expect.Statuses("200 or 4xx", {200, *expect.REFUSED})
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
    """Import a file and check the form of the answer."""
    answer = send(user, uploads.form(content), 200)
    assert expect.media_type(answer) == "application/json"
    body = expect.strict_json(answer)
    assert set(body) == {"created", "skipped"}, sorted(body)
    assert [type(count) for count in body.values()] == [int, int]
    return body


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
    skipped = sum(one.get("skipped", False) for one in entries)
    created = len(entries) - skipped
    counts = {"created": created, "skipped": skipped}
    assert load(user, uploads.read(name)) == counts
    compare(bookmarks_of(user), entries)


@pytest.mark.rule("IMPORTING-1", "SEARCH-1", "TAGS-1", "BOOKMARKS-5")
def test_what_was_imported_is_like_any_other(user: User) -> None:
    """An imported bookmark is found, counted, shown and changed."""
    made = load_one(user, entry(ONE, "Ein GRUẞ", 'TAGS="Big"'))
    found = user.request("list_bookmarks", params={"q": "gruss"}, expect=200)
    assert found.json()["items"] == [made]
    found = user.request("list_bookmarks", params={"tag": "big"}, expect=200)
    assert found.json()["items"] == [made]
    tags = user.request("list_tags", expect=200).json()["items"]
    assert tags == [{"name": "big", "bookmarks": 1}]
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
    assert answer.json() == {"created": 1, "skipped": 0}


@pytest.mark.rule("IMPORTING-1")
@pytest.mark.parametrize(
    "boundary", ["b", "-", "----WebKitFormBoundaryA1", "x" * 70, "a'()+_.b"]
)
def test_boundaries(user: User, boundary: str) -> None:
    """A boundary has 1 to 70 of its characters (RFC 2046 §5.1.1)."""
    body = uploads.join([part(CONTENT, FILE)], boundary)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = send(user, body, 200, Content_Type=kind)
    assert answer.json() == {"created": 1, "skipped": 0}


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
    assert answer.json() == {"created": 1, "skipped": 0}
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
    assert answer.json() == {"created": 1, "skipped": 0}


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
    expect.bookmark(made, title=text, notes=text)


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
    """100,000 folders in each other are no trouble."""
    opened = "<DT><H3>a</H3><DL><p>" * 100_000
    made = load_one(user, opened + entry(ONE))
    assert made["tags"] == ["a"]


@pytest.mark.rule("IMPORTING-4", "VALIDATION-8", "VALIDATION-16")
@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("", ONE),
        ("   \n ", ONE),
        ("&nbsp;", ONE),
        ("\0", ONE),
        ("a\0b", "ab"),
        (" a ", "a"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300),
        ("🦊" * 301, "🦊" * 300),
        ("x" * 299 + " yz", "x" * 299),
        ("&#0;&#xD800;&#x110000;", "\ufffd" * 3),
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
        ("", ""),
        ("\0a\0", "a"),
        ("x" * 1000, "x" * 1000),
        ("x" * 100_000, "x" * 1000),
        ("🦊" * 1001, "🦊" * 1000),
        ("&#32;a&#10;", " a\n"),
        ("a\nb", "a\nb"),
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
        ("1", 1),
        ("86399", 86399),
        ("253402300799", 253402300799),
        ("0", None),
        ("-1", None),
        ("253402300800", None),
        ("1700000000000000", None),
        ("9" * 5000, None),
        ("soon", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_dates_are_mended(user: User, value: str, seconds: int | None) -> None:
    """A date within the years 1970 to 9999 is kept, any other is now."""
    made = load_one(user, entry(ONE, "One", f'ADD_DATE="{value}"'))
    assert made["updated_at"] == made["created_at"]
    check_time(made["created_at"], seconds)


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


@pytest.mark.rule("IMPORTING-6")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("bookmarks", "NEW.url LIKE '%/many/1250'"),
        ("tags", "NEW.name = 'no 1250'"),
        ("tags", "NEW.name = 'no 2499'"),
    ],
)
def test_all_or_nothing(
    server: Server, user: User, table: str, condition: str
) -> None:
    """A row that fails in the middle leaves nothing of the import."""
    own = user.bookmark()
    body = uploads.form(uploads.many(2500))
    with failing(server, table, condition):
        send(user, body, {500, 503})
    assert bookmarks_of(user) == [own]
    tags = user.request("list_tags", expect=200).json()["items"]
    assert tags == []
    assert send(user, body, 200).json() == {"created": 2500, "skipped": 0}


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
def test_malformed_bodies(user: User, name: str) -> None:
    """What is not a form with a bookmark file is refused."""
    check_refused(user, send(user, MALFORMED[name], expect.REFUSED))


@pytest.mark.rule("IMPORTING-7")
@pytest.mark.parametrize("name", uploads.REFUSED)
def test_other_files(user: User, name: str) -> None:
    """A file that is empty, not UTF-8 or not a bookmark file is refused."""
    body = uploads.form(uploads.read(name))
    check_refused(user, send(user, body, expect.REFUSED))


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
    server: Server, user: User, length: int
) -> None:
    """A client that leaves within the body has imported nothing."""
    head = import_head(user, ("Content-Length", str(len(WHOLE))))
    with socket.create_connection((server.host, server.port), 10) as client:
        client.sendall(head + WHOLE[:length])
        client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while client.recv(1000):  # an answer, or none
                pass
    assert count(user) == 0


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
def test_no_boundary(user: User, kind: str) -> None:
    """Without a boundary, or with a wrong one, there is no file."""
    answer = send(user, WHOLE, expect.REFUSED, Content_Type=kind)
    check_refused(user, answer)


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
def test_other_content_types(user: User, kind: str | None) -> None:
    """Another Content-Type imports nothing."""
    answer = send(user, WHOLE, expect.REFUSED, Content_Type=kind)
    check_refused(user, answer)


def check_taken(user: User, answer: Response) -> None:
    """Check that what a form brought is what is stored."""
    body = answer.json()
    assert set(body) == {"created", "skipped"}
    assert body["created"] == count(user)


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
    tags = user.request("list_tags", expect=200).json()["items"]
    counts = {tag["name"]: tag["bookmarks"] for tag in tags}
    assert counts["many"] == 10_000
    assert counts["folder 99"] == 100
    assert len(counts) == 1 + 100 + 10_000
    params = {"tag": "no 9999"}
    found = user.request("list_bookmarks", params=params, expect=200)
    (last,) = found.json()["items"]
    expect.bookmark(
        last,
        url="https://example.com/many/9999",
        title="Entry 9999 & more",
        notes="Note 9999",
        tags=["folder 99", "many", "no 9999"],
        created_at=moment(1_600_009_999),
    )
    assert load(user, content) == {"created": 0, "skipped": 10_000}


LIMIT = 20_000  # of the fixture `small`


def fill(size: int) -> bytes:
    """Write a whole form of exactly a number of bytes."""
    content = uploads.write(entry(unique_url()))
    missing = size - len(uploads.form(content))
    return uploads.form(content + b" " * missing)


@pytest.mark.rule("IMPORTING-9")
@pytest.mark.managed
def test_a_body_past_the_limit(small: Server) -> None:
    """The limit is one of bytes of the body, and has its own setting."""
    user = register(small.url)
    answer = send(user, fill(LIMIT), 200)
    assert answer.json() == {"created": 1, "skipped": 0}
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
    limit = 10_485_760
    assert send(user, fill(limit), 200).json()["created"] == 1
    head = import_head(user, ("Content-Length", str(limit + 1)))
    raw.exchange(server, head, expect=expect.REFUSED, timeout=3)


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
    assert send(user, body, 200).json() == {"created": 1, "skipped": 0}


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
        content = uploads.many(4000)  # more than stays in memory
        send(user, uploads.join([part(content, disposition)]), 200)
    assert [files_in(place) for place in places] == before
    assert not (server.folder.parent / mark).exists()
    assert not Path("/tmp", mark).exists()
    assert count(user) == 4000

"""Exporting: both formats, the way back, and streams."""

import html
import json
import os
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from html.parser import HTMLParser

import pytest

from tests import seed
from tests.support import expect, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    bookmarks_of,
    register,
    sign_in,
    unique,
    unique_url,
)
from tests.support.memory import Peak
from tests.support.raw import Response
from tests.support.servers import Server
from tests.support.tables import renamed

SOME_ROWS = 20_000  # more than the buffers of two sockets hold
ROWS = int(os.environ.get("EXPORT_ROWS") or SOME_ROWS)
MEGABYTES = 20  # all rows weigh several times as much, read or written
NASTY = [
    "<script>alert(1)</script>",
    "</A></DL><DT><A HREF=x>",
    "\"><img src=x onerror='alert(1)'>",
    "<DD>no notes",
    "<!-- no comment",
    "&amp; &lt; &#10; &nosuch; &",
    "a\nb\r\nc\rd\te\ff",
    "日本語 🦊 e\u0301",
    "a\u2028b\u2029c\u0085d\v\x1c",
    "\x01\x1b[31m\x7f\x80\x9f",
    "\ufeffx\u202ex\u200b",
    "{{ 7 * 7 }} %s $x \\n",
    "]]>--></title>",
]


def export(user: User, format: str | None = None) -> Response:
    """Export and check the frame of the answer."""
    params = {"format": format} if format else {}
    answer = user.request(
        "GET", "/api/export", params=params, expect=200, timeout=60
    )
    check_headers(answer, format or "html")
    return answer


def check_headers(answer: Response, format: str) -> None:
    """Check the type of an export and the name of its file."""
    kind = answer.headers["Content-Type"].lower().replace(" ", "")
    if format == "html":
        assert kind == "text/html;charset=utf-8"
    else:
        assert kind == "application/x-ndjson"
    disposition = answer.headers["Content-Disposition"]
    found = re.fullmatch(
        r'(?i)attachment\s*;\s*filename\s*=\s*("?)([^";]+)\1', disposition
    )
    assert found, disposition
    assert found[2] == f"bookmarks.{format}"


def lines_of(answer: Response) -> list[dict]:
    """Parse an export of one JSON object a line."""
    text = answer.content.decode("utf-8")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def load(user: User, content: bytes) -> dict:
    """Import a bookmark file."""
    answer = user.request(
        "POST",
        "/api/import",
        data=uploads.form(content),
        headers=uploads.FORM,
        expect=200,
        timeout=60,
    )
    counts = answer.json()
    return {name: counts[name] for name in ("created", "skipped")}


def in_order(bookmarks: list[dict]) -> list[dict]:
    """Sort bookmarks as an export must."""
    return sorted(bookmarks, key=lambda one: (one["created_at"], one["id"]))


def nasty_bookmarks(user: User) -> list[dict]:
    """Give an account bookmarks full of what may break a file."""
    for number, text in enumerate(NASTY):
        user.bookmark(
            url=unique_url() + "?q=<b>&amp;\"'&copy=1&#10;ü",
            title=text,
            notes=f"  \n{text} \r\n\t{text}\n ",
            tags=[text.replace(",", ""), "plain", f"{number}"],
        )
    return in_order(bookmarks_of(user))


@pytest.mark.rule("EXPORTING-1", "EXPORTING-2")
def test_formats_of_an_empty_account(user: User) -> None:
    """Both formats have their type and their file name, even when empty."""
    assert lines_of(export(user, "ndjson")) == []
    for format in (None, "html"):
        text = export(user, format).text
        assert re.match(r"(?i)<!doctype netscape-bookmark-file-1>", text)
        assert load(user, text.encode()) == {"created": 0, "skipped": 0}


@pytest.mark.rule("EXPORTING-1")
@pytest.mark.parametrize(
    "format", ["json", "HTML", "csv", "html ", "htm", "ndjson,html", "../x"]
)
def test_other_formats(user: User, format: str) -> None:
    """Another format answers 422."""
    params = {"format": format}
    answer = user.request("GET", "/api/export", params=params, expect=422)
    expect.problem(answer, 422, [("format", "invalid")])
    assert "Content-Disposition" not in answer.headers


@pytest.mark.rule("EXPORTING-1", "BOOKMARKS-2", "BOOKMARKS-14")
def test_ndjson_is_what_the_api_shows(user: User) -> None:
    """One line is one bookmark, just as it is shown elsewhere."""
    wanted = nasty_bookmarks(user)
    found = lines_of(export(user, "ndjson"))
    assert found == wanted
    for bookmark in found:
        expect.bookmark(bookmark)


@pytest.mark.rule("EXPORTING-1")
def test_html_is_the_default(user: User) -> None:
    """Without `format` comes the same as with `html`."""
    nasty_bookmarks(user)
    assert export(user).content == export(user, "html").content


@pytest.mark.rule("EXPORTING-1", "PAGINATION-11")
def test_other_parameters_are_ignored(user: User) -> None:
    """An export is whole, whatever else stands in the query."""
    user.bookmark(title="First")
    user.bookmark(title="Second")
    params = {"format": "ndjson", "page": "2", "per_page": "1", "q": "x"}
    answer = user.request("GET", "/api/export", params=params, expect=200)
    assert [one["title"] for one in lines_of(answer)] == ["First", "Second"]


def comparable(bookmarks: list[dict]) -> list[dict]:
    """Leave out what an import cannot give back."""
    return [
        {
            **{k: one[k] for k in ("url", "title", "notes", "tags")},
            "created_at": one["created_at"][:19],
        }
        for one in sorted(bookmarks, key=lambda one: one["url"])
    ]


@pytest.mark.rule("EXPORTING-3")
def test_round_trip(user: User, other: User) -> None:
    """An export, imported elsewhere, gives equal bookmarks."""
    user.bookmark(title="x" * 300, notes="y" * 1000)
    user.bookmark(tags=[f"{'t' * 47}{n:03}" for n in range(20)])
    user.bookmark(url=("https://example.com/" + "u" * 2000)[:2000])
    user.bookmark(notes=" ", tags=["a b", "a\nb", "<b>"])
    user.bookmark(notes="\n\n", title="https://example.com/")
    user.bookmark(notes="\r")
    old = uploads.entry(unique_url(), "Old", 'ADD_DATE="1"')
    last = uploads.entry(unique_url(), "Last", 'ADD_DATE="253402300799"')
    load(user, uploads.write(old, last))
    mine = nasty_bookmarks(user)
    counts = load(other, export(user, "html").content)
    assert counts == {"created": len(mine), "skipped": 0}
    theirs = bookmarks_of(other)
    assert comparable(theirs) == comparable(mine)
    assert export(other).content != b""
    again = load(user, export(other).content)
    assert again == {"created": 0, "skipped": len(mine)}


@pytest.mark.rule("EXPORTING-3")
@pytest.mark.parametrize("name", uploads.READABLE)
def test_round_trip_of_what_browsers_wrote(
    user: User, other: User, name: str
) -> None:
    """What came from a browser's file goes out and in again unchanged."""
    load(user, uploads.read(name))
    load(other, export(user).content)
    assert comparable(bookmarks_of(other)) == comparable(bookmarks_of(user))


@pytest.mark.rule("EXPORTING-3", "IMPORTING-2")
def test_round_trip_keeps_the_order(user: User, other: User) -> None:
    """Bookmarks of one second keep their order."""
    titles = [f"No {number}" for number in (3, 1, 2, 5, 4, 9, 8, 7)]
    entries = [
        uploads.entry(unique_url(), title, 'ADD_DATE="1000"')
        for title in titles
    ]
    load(user, uploads.write(*entries))
    load(other, export(user).content)
    found = lines_of(export(other, "ndjson"))
    assert [one["title"] for one in found] == titles


@pytest.mark.rule("EXPORTING-4")
@pytest.mark.parametrize("format", ["html", "ndjson"])
def test_order(user: User, format: str) -> None:
    """An export is ordered by created_at and then by id."""
    dates = [500, 100, 300, 300, 200, 300, 100, 253402300799, 1]
    entries = [
        uploads.entry(unique_url(), f"No {n}", f'ADD_DATE="{date}"')
        for n, date in enumerate(dates)
    ]
    user.bookmark(title="No 99")
    load(user, uploads.write(*entries))
    first = user.request(
        "list_bookmarks", params={"sort": "created_at"}, expect=200
    ).json()["items"][0]
    user.request(
        "update_bookmark", id=first["id"], json={"notes": "n"}, expect=200
    )
    text = export(user, format).text
    found = [int(number) for number in re.findall(r"No (\d+)", text)]
    assert found == [8, 1, 6, 4, 2, 3, 5, 0, 99, 7]


@pytest.mark.rule("EXPORTING-4", "PERMISSIONS-3")
@pytest.mark.parametrize("format", ["html", "ndjson"])
def test_only_the_own_bookmarks(user: User, other: User, format: str) -> None:
    """An export holds nothing of another account."""
    url = unique_url()
    user.bookmark(url=url, title="Mine", tags=["both", "mine"])
    other.bookmark(url=url, title="Theirs", tags=["both", "theirs"])
    other.bookmark(title="Theirs as well")
    text = export(user, format).text
    assert text.count(url) == 1
    assert "Mine" in text
    assert "heirs" not in text


@pytest.mark.rule("EXPORTING-4")
def test_all_bookmarks(user: User) -> None:
    """However many there are, none is missing or there twice."""
    load(user, uploads.many(1300))
    found = lines_of(export(user, "ndjson"))
    urls = [f"https://example.com/many/{n}" for n in range(1300)]
    assert [one["url"] for one in found] == urls
    assert found[1234]["tags"] == ["folder 12", "many", "no 1234"]
    written = re.findall(r'(?i)href="([^"]*)"', export(user).text)
    assert written == urls


@pytest.mark.rule("EXPORTING-4", "PERMISSIONS-1", "ERRORS-8")
@pytest.mark.parametrize("token", [None, "Bearer " + "A" * 43])
def test_an_export_needs_a_token(user: User, token: str | None) -> None:
    """Without a token, or with a bad one, nothing is exported."""
    user.bookmark(title="Mine")
    answer = user.request(
        "GET",
        "/api/export?format=none",
        headers={"Authorization": token},
        expect=401,
    )
    expect.challenge(answer)
    assert "Content-Disposition" not in answer.headers


class Tags(HTMLParser):
    """Collect the tags and the texts of a document."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attributes)))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        """Note a text behind its tag."""
        if self.texts:
            self.texts[-1] += data


FRAME = {"meta", "title", "h1", "dl", "p", "dt", "a", "dd"}


@pytest.mark.rule("EXPORTING-5")
def test_text_is_escaped(user: User) -> None:
    """Another reader of HTML finds the texts, and no tag of theirs."""
    mine = nasty_bookmarks(user)
    parser = Tags()
    parser.feed(export(user).text)
    parser.close()
    assert {tag for tag, _ in parser.tags} <= FRAME
    pairs = list(zip(parser.tags, parser.texts, strict=True))
    links = [(named, text) for (tag, named), text in pairs if tag == "a"]
    notes = [text for (tag, _), text in pairs if tag == "dd"]
    for bookmark, (named, text), note in zip(mine, links, notes, strict=True):
        assert named["href"] == bookmark["url"]
        created = datetime.fromisoformat(bookmark["created_at"])
        assert named["add_date"] == str(int(created.timestamp()))
        assert named["tags"].split(",") == bookmark["tags"]
        assert set(named) <= {"href", "add_date", "last_modified", "tags"}
        assert text.strip() == bookmark["title"]
        assert note.rstrip("\n") == bookmark["notes"].rstrip("\n")


@pytest.mark.rule("EXPORTING-5")
@pytest.mark.parametrize("text", NASTY)
def test_markup_is_text(user: User, text: str) -> None:
    """No text stands in the file with markup or quotes in it."""
    user.bookmark(title=text, notes=text, tags=[text.replace(",", "")])
    shown = export(user).text
    assert len(re.findall(r"(?i)<a\s", shown)) == 1
    assert len(re.findall(r"(?i)<dd>", shown)) == 1
    for found in re.findall(r"(?is)<(/?\w+)", shown):
        assert found.lower().strip("/") in FRAME, found
    assert "<!--" not in shown
    bare = re.findall(r"&(?!#?\w{1,8};)", shown)
    assert bare == []


@pytest.mark.rule("EXPORTING-5")
@pytest.mark.parametrize(
    ("notes", "written"),
    [
        ("a\nb", "a{10}b"),
        ("a\r\nb", "a{13}{10}b"),
        ("\n", "{10}"),
        ("  a", "{32}{32}a"),
        (" \na", "{32}{10}a"),
        ("\ta", "{9}a"),
    ],
)
def test_line_breaks_are_references(
    user: User, notes: str, written: str
) -> None:
    """Line breaks and leading blanks are numeric references."""
    user.bookmark(notes=notes)
    shown = export(user).text
    (found,) = re.findall(r"(?i)<dd>([^<]*)", shown)
    pattern = "".join(
        f"(?i:&#(?:0*{part}|x0*{int(part):x});)" if part.isdigit() else part
        for part in re.split(r"[{}]", written)
    )
    assert re.fullmatch(pattern, found.strip()), found


@pytest.mark.rule("EXPORTING-5", "IMPORTING-2")
def test_imported_markup_is_exported_as_text(user: User) -> None:
    """A script in an imported title is text in the export."""
    script = "<script>alert(document.domain)</script>"
    entry = uploads.entry(unique_url(), html.escape(script))
    load(user, uploads.write(entry, "<DD>" + html.escape(script)))
    (made,) = bookmarks_of(user)
    assert (made["title"], made["notes"]) == (script, script)
    shown = export(user).text
    assert "<script" not in shown
    assert html.unescape(shown).count(script) == 2


@pytest.mark.rule("EXPORTING-7")
@pytest.mark.parametrize("format", ["html", "ndjson"])
def test_head(user: User, format: str) -> None:
    """HEAD answers as GET does, without a body."""
    user.bookmark()
    params = {"format": format}
    answer = user.request("HEAD", "/api/export", params=params, expect=200)
    expect.no_body(answer)
    check_headers(answer, format)
    whole = export(user, format)
    assert lasting(whole).items() <= lasting(answer).items()


def lasting(answer: Response) -> dict[str, str]:
    """Return the headers that neither time nor the method changes."""
    free = {"date", "x-request-id", "content-length", "transfer-encoding"}
    named = {name.lower(): value for name, value in answer.headers.items()}
    return {name: named[name] for name in named.keys() - free}


@pytest.fixture(scope="module")
def full(roomy: Server) -> str:
    """Fill an account with many rows, and return its name."""
    seed.seed(roomy.url, "demo", PASSWORD, ROWS)
    return "demo"


@pytest.fixture
def demo(roomy: Server, full: str) -> Iterator[User]:
    """Sign the account with many rows in."""
    client = Client(roomy.url)
    client.token = sign_in(client, full, PASSWORD)
    yield User(full, PASSWORD, client.token, client)
    client.close()


@pytest.fixture(scope="module")
def few(roomy: Server) -> Iterator[User]:
    """Give an account with 1,000 rows, for a start."""
    account = register(roomy.url)
    load(account, uploads.many(1000))
    yield account
    account.client.close()


@pytest.mark.rule("EXPORTING-7")
@pytest.mark.managed
def test_head_reads_no_bookmark(roomy: Server, demo: User) -> None:
    """HEAD does without the table of bookmarks."""
    with renamed(roomy.database, "bookmarks"):
        for format in ("html", "ndjson"):
            answer = demo.request(
                "HEAD", f"/api/export?format={format}", expect=200
            )
            check_headers(answer, format)
            expect.no_body(answer)


@contextmanager
def exporting(
    server: Server, user: User, format: str
) -> Iterator[socket.socket]:
    """Ask for an export on a connection with little room for answers."""
    request = raw.message(
        "GET",
        f"/api/export?format={format}",
        [("Authorization", f"Bearer {user.token}")],
    )
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((server.host, server.port))
        connection.sendall(request)
        yield connection


def drain(connection: socket.socket, rows: int) -> tuple[int, float]:
    """Read on; return how many rows came, and when the first one did.

    The time is a part of the whole, from 0 to 1.
    """
    began, seen, count, first = time.monotonic(), b"", 0, None
    while count < rows and (data := connection.recv(65536)):
        seen += data
        count += seen.count(b"/articles/")
        if count and first is None:
            first = time.monotonic() - began
        seen = seen[-len(b"/articles/") + 1 :]
    assert first is not None
    return count, first / (time.monotonic() - began)


@pytest.mark.rule("EXPORTING-6")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("format", "rows"),
    # All of a hundred thousand take ten seconds of CPU time.
    [("html", ROWS if ROWS > SOME_ROWS else ROWS // 4), ("ndjson", 5000)],
)
def test_an_export_is_a_stream(
    roomy: Server, few: User, demo: User, format: str, rows: int
) -> None:
    """Many rows take little more memory than few, and the first is soon.

    Who made them all at once would need as long for the first of a quarter.
    """
    for _ in range(3):
        export(few, format)
    with Peak(roomy) as peak, exporting(roomy, demo, format) as connection:
        count, first = drain(connection, rows)
    assert count >= rows
    assert first < 1 / 3
    assert peak.growth < MEGABYTES, f"{peak.growth:.0f} MB more"


@pytest.mark.rule("EXPORTING-6")
@pytest.mark.managed
def test_a_slow_reader_costs_no_memory(
    roomy: Server, few: User, demo: User
) -> None:
    """What a client does not take yet is not yet made."""
    export(few)
    with Peak(roomy) as peak, exporting(roomy, demo, "html") as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        time.sleep(1.5)
    assert peak.growth < MEGABYTES, f"{peak.growth:.0f} MB more"


def checkpoint(server: Server) -> bool:
    """Tell whether the log of the database could be taken in whole."""
    with closing(sqlite3.connect(server.database, timeout=0)) as db:
        (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@pytest.mark.rule("EXPORTING-8")
@pytest.mark.managed
def test_clients_that_leave(roomy: Server, demo: User) -> None:
    """More leave than there are threads: the next can read and write."""
    for format in ("html", "ndjson") * 3:
        with exporting(roomy, demo, format) as connection:
            connection.recv(1000)
    user = register(roomy.url)
    made = user.bookmark()
    assert bookmarks_of(user) == [made]
    demo.bookmark(url=f"https://example.com/{unique()}")
    deadline = time.monotonic() + 30
    while not checkpoint(roomy):
        assert time.monotonic() < deadline, "somebody is still reading"
        time.sleep(0.2)
    user.client.close()


@pytest.mark.rule("EXPORTING-8")
@pytest.mark.managed
def test_writing_beside_a_slow_export(roomy: Server, demo: User) -> None:
    """Who reads slowly keeps nobody from writing."""
    with exporting(roomy, demo, "ndjson") as connection:
        connection.recv(1000)
        user = register(roomy.url)
        user.bookmark()
    user.client.close()

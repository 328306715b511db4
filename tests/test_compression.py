"""Compression: gzip where it pays."""

import re
from collections.abc import Iterator

import expect
import pytest
import raw
from client import User, register, unique, unique_url
from servers import Server
from visitor import Visitor

ACCEPTING = [
    "gzip",
    "GZIP",
    "GzIp",
    "gzip;q=1",
    "gzip;q=1.000",
    "gzip; q=0.5",
    "gzip ;q=0.001",
    "gzip;Q=0.5",
    "br, gzip",
    "gzip, deflate, br, zstd",
    "gzip;q=0.5, br;q=1.0",
    "identity;q=0.5, gzip;q=0.1",
    "*;q=0, gzip",
    "x-none,\tgzip ,",
]
REFUSING = [
    None,
    "gzip;q=0",
    "gzip;q=0.0",
    "gzip;q=0.000",
    "gzip; q=0",
    "GZIP;Q=0",
    "gzip;q=0, *",
    "*, gzip;q=0",
    "gzip;q=0, identity",
]
LISTS = ["/api/bookmarks", "/api/tags"]
LARGE = [
    *LISTS,
    "/api/bookmarks?per_page=5&sort=created_at",
    "/api/export",
    "/api/export?format=ndjson",
    "/",
    "/static/style.css",
]
ANSWERS = ["create_bookmark", "replace_bookmark", "update_bookmark"]
RICH = "Zwölf Boxkämpfer 😀 jagen. " * 35


class Reader:
    """Ask for addresses as an account, by token or on the pages."""

    def __init__(self, server: Server) -> None:
        """Fill an account so that every list is large."""
        self.server = server
        self.user = register(server.url)
        for number in range(8):
            tags = [f"{number} {unique()} {turn}" for turn in range(8)]
            self.user.bookmark(title=f"T{number}", notes=RICH, tags=tags)
        visitor = Visitor(server.url)
        visitor.sign_in(self.user.username, self.user.password)
        self.cookie = visitor.cookie
        visitor.close()

    def ask(
        self, path: str, coding: str | None, method: str = "GET", **more: str
    ) -> raw.Response:
        """Send a request and return the answer as it came."""
        api = path.startswith("/api/")
        headers = [("Authorization", f"Bearer {self.user.token}")]
        headers = headers if api else [("Cookie", self.cookie)]
        if coding is not None:
            headers.append(("Accept-Encoding", coding))
        headers += [(n.replace("_", "-"), value) for n, value in more.items()]
        request = raw.message(method, path, headers)
        status = 304 if more else 200
        return raw.exchange(self.server, request, expect=status)[0]


@pytest.fixture(scope="module")
def reader(server: Server) -> Iterator[Reader]:
    """Give an account whose lists and pages are large."""
    one = Reader(server)
    yield one
    one.user.client.close()


def content_of(answer: raw.Response) -> bytes:
    """Return the content, without the tokens that vary in a page."""
    content = expect.plain(answer)
    page = content.startswith(b"<!doctype html>")
    text = expect.without_hidden(content.decode("utf-8"))
    return text.encode() if page else content


def check_compressed(answer: raw.Response) -> None:
    """Check that an answer came as gzip, smaller, and says so."""
    assert answer.headers.get("content-encoding", "").lower() == "gzip"
    assert "accept-encoding" in expect.vary(answer)
    assert len(answer.content) < len(expect.plain(answer))


def check_plain(answer: raw.Response) -> None:
    """Check that an answer came as it is, and says that it may differ."""
    assert "content-encoding" not in answer.headers
    assert "accept-encoding" in expect.vary(answer)


@pytest.mark.rule("COMPRESSION-1", "COMPRESSION-3", "COMPRESSION-4")
@pytest.mark.parametrize("path", LARGE)
def test_large_answers_are_compressed(reader: Reader, path: str) -> None:
    """Lists, exports, pages and files: gzip, and the same inside."""
    plain = reader.ask(path, None)
    check_plain(plain)
    assert len(plain.content) >= 1024
    packed = reader.ask(path, "gzip")
    check_compressed(packed)
    assert content_of(packed) == content_of(plain)
    assert expect.media_type(packed) == expect.media_type(plain)


@pytest.mark.rule("COMPRESSION-1", "COMPRESSION-3", "COMPRESSION-4")
def test_the_list_of_users_is_compressed(server: Server, admin: User) -> None:
    """The list of accounts is a list like the others."""
    answers = []
    for _ in range(12):
        register(server.url).client.close()
    for coding in ("gzip", None):
        headers = [("Authorization", f"Bearer {admin.token}")]
        headers += [("Accept-Encoding", coding)] if coding else []
        request = raw.message("GET", "/api/users", headers)
        answers += raw.exchange(server, request, expect=200)
    check_compressed(answers[0])
    check_plain(answers[1])
    assert expect.plain(answers[0]) == answers[1].content


@pytest.mark.rule("COMPRESSION-1", "COMPRESSION-3", "COMPRESSION-4")
@pytest.mark.parametrize("coding", ACCEPTING)
def test_gzip_is_known_in_any_case_and_weight(
    reader: Reader, coding: str
) -> None:
    """`gzip` in any case, any place and with any weight but 0."""
    for path in ("/api/bookmarks", "/static/style.css", "/api/export"):
        check_compressed(reader.ask(path, coding))


@pytest.mark.rule("COMPRESSION-2", "COMPRESSION-4")
@pytest.mark.parametrize("coding", REFUSING)
def test_nothing_is_compressed_unasked(
    reader: Reader, coding: str | None
) -> None:
    """Without the header, or with the weight 0, nothing is packed."""
    for path in ("/api/bookmarks", "/static/style.css", "/api/export", "/"):
        check_plain(reader.ask(path, coding))


@pytest.mark.rule("COMPRESSION-1")
def test_1024_bytes_are_enough(user: User, server: Server) -> None:
    """A list of exactly 1,024 bytes is compressed."""
    number = user.bookmark()["id"]
    bearer = ("Authorization", f"Bearer {user.token}")
    request = raw.message("GET", "/api/bookmarks", [bearer])
    (short,) = raw.exchange(server, request, expect=200)
    notes = "x" * (1024 - len(short.content))
    user.request(
        "update_bookmark", id=number, json={"notes": notes}, expect=200
    )
    gzip = ("Accept-Encoding", "gzip")
    request = raw.message("GET", "/api/bookmarks", [bearer, gzip])
    (packed,) = raw.exchange(server, request, expect=200)
    check_compressed(packed)
    assert len(expect.plain(packed)) == 1024


@pytest.mark.rule("COMPRESSION-4")
@pytest.mark.parametrize("path", LISTS)
def test_vary_keeps_what_else_it_names(reader: Reader, path: str) -> None:
    """`Accept-Encoding` stands beside `Authorization`."""
    for coding in ("gzip", None):
        found = expect.vary(reader.ask(path, coding))
        assert found >= {"accept-encoding", "authorization"}


@pytest.mark.rule("COMPRESSION-1", "ROUTING-4")
@pytest.mark.parametrize("path", [*LISTS, "/", "/static/style.css"])
@pytest.mark.parametrize("coding", ["gzip", None])
def test_head_has_the_headers_of_get(
    reader: Reader, path: str, coding: str | None
) -> None:
    """HEAD tells of the coding as GET does, and sends nothing."""
    get = reader.ask(path, coding)
    head = reader.ask(path, coding, method="HEAD")
    for name in ("content-encoding", "etag", "content-type"):
        assert head.headers.get(name) == get.headers.get(name), name
    assert expect.vary(head) == expect.vary(get)
    expect.no_body(head)


@pytest.mark.rule("COMPRESSION-5")
def test_a_single_bookmark_is_never_compressed(user: User) -> None:
    """However large, it comes as it is, with a strong tag."""
    body = {"url": unique_url(), "title": "T", "notes": RICH}
    headers = {"Accept-Encoding": "gzip, *;q=0.5"}
    number = user.bookmark()["id"]
    for operation in ANSWERS:
        fields = {**body, "url": unique_url()}
        status = 201 if operation == "create_bookmark" else 200
        answer = user.request(
            operation, id=number, json=fields, headers=headers, expect=status
        )
        assert "content-encoding" not in answer.headers
        expect.etag(answer)
        path = f"/api/bookmarks/{answer.json()['id']}"
        shown = user.request("GET", path, headers=headers, expect=200)
        assert len(shown.content) > 1024
        assert "content-encoding" not in shown.headers
        assert expect.etag(shown) == expect.etag(answer)


@pytest.mark.rule("COMPRESSION-5", "CACHING-1", "CACHING-4")
def test_the_tag_of_a_bookmark_knows_no_coding(user: User) -> None:
    """Asked with or without gzip, the tag is the same and guards."""
    number = user.bookmark(notes=RICH)["id"]
    tags = {
        expect.etag(
            user.request(
                "show_bookmark",
                id=number,
                headers={"Accept-Encoding": coding},
                expect=200,
            )
        )
        for coding in ("gzip", "identity", "gzip;q=0")
    }
    (tag,) = tags
    headers = {"Accept-Encoding": "gzip", "If-None-Match": tag}
    user.request("show_bookmark", id=number, headers=headers, expect=304)
    headers = {"Accept-Encoding": "gzip", "If-Match": tag}
    user.request("delete_bookmark", id=number, headers=headers, expect=204)


@pytest.mark.rule("COMPRESSION-6", "CACHING-2", "CACHING-8")
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("coding", ["gzip", "gzip, deflate, br", None])
def test_the_tag_of_a_compressed_list_makes_304(
    reader: Reader, path: str, coding: str | None
) -> None:
    """Sent back with the same `Accept-Encoding`: 304, and `Vary`."""
    full = reader.ask(path, coding)
    tag = expect.weak_etag(full)
    for value in (tag, f'"x", {tag}'):
        answer = reader.ask(path, coding, If_None_Match=value)
        expect.no_body(answer)
        assert answer.headers["etag"] == tag
        assert expect.vary(answer) == expect.vary(full)


@pytest.mark.rule("COMPRESSION-6", "STATIC-2")
@pytest.mark.parametrize("coding", ["gzip", "br;q=0.1, gzip", None])
def test_the_tag_of_a_compressed_file_makes_304(
    reader: Reader, coding: str | None
) -> None:
    """A compressed file can be asked for again, by what it carries."""
    full = reader.ask("/static/style.css", coding)
    conditions = {
        "If_None_Match": full.headers.get("etag"),
        "If_Modified_Since": full.headers.get("last-modified"),
    }
    given = {name: value for name, value in conditions.items() if value}
    assert given
    for name, value in given.items():
        answer = reader.ask("/static/style.css", coding, **{name: value})
        expect.no_body(answer)


@pytest.mark.rule("COMPRESSION-7")
@pytest.mark.parametrize("path", LARGE)
def test_no_strong_tag_stands_for_both(reader: Reader, path: str) -> None:
    """Compressed and plain, an answer has two tags, a weak one or none."""
    tags = [
        reader.ask(path, coding).headers.get("etag", "W/")
        for coding in ("gzip", None)
    ]
    assert tags[0] != tags[1] or tags[0].startswith("W/")


@pytest.mark.rule("COMPRESSION-1", "COMPRESSION-4")
def test_a_refused_form_is_a_page_too(server: Server, user: User) -> None:
    """A page with the status 422 is compressed as any other."""
    visitor = Visitor(server.url)
    visitor.sign_in(user.username, user.password)
    answer = visitor.submit(
        "/",
        "/bookmarks",
        expect=422,
        headers={"Accept-Encoding": "gzip"},
        url="x" * 1024,
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in expect.vary(answer)
    visitor.close()


@pytest.mark.rule("COMPRESSION-3")
def test_coded_answers_follow_one_another(
    server: Server, reader: Reader
) -> None:
    """On one connection each answer is as long as it says."""
    bearer = ("Authorization", f"Bearer {reader.user.token}")
    asked = []
    paths = ["/api/bookmarks", "/api/export", "/api/tags", "/api/export"]
    for path in paths:
        headers = [bearer, ("Accept-Encoding", "gzip")]
        asked.append(raw.message("GET", path, headers, close=False))
    asked[-1] = raw.message(
        "GET", paths[-1], [bearer, ("Accept-Encoding", "gzip")]
    )
    answers = raw.exchange(server, *asked, expect=[200] * 4)
    assert content_of(answers[1]) == content_of(answers[3])
    assert re.search(rb"(?i)netscape", content_of(answers[1]))
    for answer in answers:
        check_compressed(answer)

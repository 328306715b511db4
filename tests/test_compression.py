"""Compression: gzip where it pays."""

from collections.abc import Iterator

import pytest

from tests.support import expect, raw
from tests.support.client import User, register, unique, unique_url
from tests.support.servers import Server
from tests.support.visitor import Visitor

REFUSING = ["gzip;q=0", "gzip; q=0.0", "gzip;q=0, identity"]
LISTS = ["/api/bookmarks", "/api/tags?per_page=100"]
LARGE = [
    *LISTS,
    "/api/bookmarks?per_page=5&sort=created_at",
    "/api/export",
    "/api/export?format=ndjson",
    "/",
    "/static/style.css",
]
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


def is_compressed(answer: raw.Response) -> bool:
    """Tell whether an answer came as gzip."""
    return answer.headers.get("content-encoding", "").lower() == "gzip"


def check_compressed(answer: raw.Response) -> None:
    """Check that an answer came as gzip, and smaller."""
    assert is_compressed(answer)
    assert len(answer.content) < len(expect.plain(answer))


@pytest.mark.rule("COMPRESSION-1")
@pytest.mark.parametrize("path", LARGE)
def test_large_answers_are_compressed(reader: Reader, path: str) -> None:
    """Lists, exports, pages and files come as gzip where it is asked for."""
    check_compressed(reader.ask(path, "gzip"))


@pytest.mark.rule("COMPRESSION-1")
def test_the_list_of_users_is_compressed(server: Server, admin: User) -> None:
    """The list of accounts is a list like the others."""
    for _ in range(12):
        register(server.url).client.close()
    headers = [("Authorization", f"Bearer {admin.token}")]
    headers += [("Accept-Encoding", "gzip")]
    request = raw.message("GET", "/api/users", headers)
    check_compressed(raw.exchange(server, request, expect=200)[0])


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


@pytest.mark.rule("COMPRESSION-2")
@pytest.mark.parametrize("path", LARGE)
def test_nothing_is_compressed_unasked(reader: Reader, path: str) -> None:
    """Without `Accept-Encoding` an answer comes as it is."""
    assert "content-encoding" not in reader.ask(path, None).headers


@pytest.mark.rule("COMPRESSION-8")
@pytest.mark.parametrize("coding", REFUSING)
@pytest.mark.parametrize("path", ["/api/bookmarks", "/static/style.css", "/"])
def test_the_weight_0_means_no(reader: Reader, path: str, coding: str) -> None:
    """Who gives `gzip` the weight 0 does not get it."""
    assert "content-encoding" not in reader.ask(path, coding).headers


@pytest.mark.rule("COMPRESSION-3")
@pytest.mark.parametrize("path", LARGE)
def test_the_content_is_the_same(reader: Reader, path: str) -> None:
    """Decompressed, an answer is what it is without compression."""
    packed, plain = reader.ask(path, "gzip"), reader.ask(path, None)
    assert content_of(packed) == content_of(plain)
    assert expect.media_type(packed) == expect.media_type(plain)


@pytest.mark.rule("COMPRESSION-3")
def test_coded_answers_follow_one_another(
    server: Server, reader: Reader
) -> None:
    """On one connection each answer is as long as it says."""
    headers = [("Authorization", f"Bearer {reader.user.token}")]
    headers += [("Accept-Encoding", "gzip")]
    paths = ["/api/bookmarks", "/api/export", "/api/tags"]
    asked = [raw.message("GET", one, headers, close=False) for one in paths]
    asked.append(raw.message("GET", "/api/export", headers))
    answers = raw.exchange(server, *asked, expect=[200] * 4)
    assert content_of(answers[1]) == content_of(answers[3])
    assert b"<!DOCTYPE NETSCAPE" in content_of(answers[1])


@pytest.mark.rule("COMPRESSION-4")
def test_what_is_compressed_varies(reader: Reader) -> None:
    """What is compressed says that it depends on `Accept-Encoding`."""
    answers = {path: reader.ask(path, "gzip") for path in LARGE}
    assert [
        path
        for path, answer in answers.items()
        if is_compressed(answer)
        and "accept-encoding" not in expect.vary(answer)
    ] == []


@pytest.mark.rule("COMPRESSION-9")
@pytest.mark.parametrize("path", LARGE)
def test_the_plain_answer_varies_too(reader: Reader, path: str) -> None:
    """What could have been compressed has the same `Vary`."""
    packed, plain = reader.ask(path, "gzip"), reader.ask(path, None)
    varies = "accept-encoding" in expect.vary(plain)
    assert varies or not is_compressed(packed)


@pytest.mark.rule("COMPRESSION-5")
@pytest.mark.parametrize("asking", ["gzip", "identity"])
@pytest.mark.parametrize("changing", ["gzip", "identity"])
def test_the_tag_of_a_bookmark_guards_whatever_the_coding(
    user: User, asking: str, changing: str
) -> None:
    """The tag of every answer with a bookmark works in `If-Match`."""
    accept = {"Accept-Encoding": asking}
    sent = {"url": unique_url(), "title": "T", "notes": RICH}
    answer = user.request(
        "create_bookmark", json=sent, headers=accept, expect=201
    )
    number = answer.json()["id"]
    accept = {"Accept-Encoding": changing}
    for operation in ("replace_bookmark", "update_bookmark"):
        answer = user.request(
            operation,
            id=number,
            json={**sent, "title": operation},
            headers={**accept, "If-Match": expect.etag(answer)},
            expect=200,
        )
    accept = {"Accept-Encoding": asking}
    shown = user.request(
        "show_bookmark", id=number, headers=accept, expect=200
    )
    assert shown.json()["title"] == "update_bookmark"
    headers = {"Accept-Encoding": changing, "If-Match": expect.etag(shown)}
    user.request("delete_bookmark", id=number, headers=headers, expect=204)


@pytest.mark.rule("COMPRESSION-6")
@pytest.mark.parametrize("path", LISTS)
def test_the_tag_of_a_compressed_list_makes_304(
    reader: Reader, path: str
) -> None:
    """Sent back with the same `Accept-Encoding` it makes 304."""
    tag = expect.any_etag(reader.ask(path, "gzip"))
    expect.no_body(reader.ask(path, "gzip", If_None_Match=tag))


@pytest.mark.rule("COMPRESSION-6")
def test_the_tag_of_a_compressed_file_makes_304(reader: Reader) -> None:
    """A compressed file can be asked for again by its tag."""
    path = "/static/style.css"
    tag = expect.any_etag(reader.ask(path, "gzip"))
    expect.no_body(reader.ask(path, "gzip", If_None_Match=tag))


@pytest.mark.rule("COMPRESSION-7")
@pytest.mark.parametrize("path", LARGE)
def test_no_strong_tag_stands_for_both(reader: Reader, path: str) -> None:
    """Compressed and plain, an answer has two tags, a weak one or none."""
    packed, plain = reader.ask(path, "gzip"), reader.ask(path, None)
    tags = [one.headers.get("etag", "W/") for one in (packed, plain)]
    differ = tags[0] != tags[1] or tags[0].startswith("W/")
    assert differ or not is_compressed(packed)

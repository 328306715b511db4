"""Static: files as they are, and no others."""

import email.utils
import time
from itertools import cycle, islice
from urllib.parse import urlsplit

import pytest

from tests.support import expect, raw
from tests.support.client import Client, User
from tests.support.report import ROOT
from tests.support.servers import Server

FILES = {
    "/static/style.css": "text/css",
    "/static/icon.svg": "image/svg+xml",
}
NO_FILES = [
    "/static/",
    "/static//",
    "/static/.",
    "/static/./",
    "/static/..",
    "/static/../",
    "/static/style.css/x",
    "/static/nothing.css",
    "/static/style",
    "/static/STYLE.CSS",
    "/static/style.css.gz",
    "/static/style.css~",
    "/static/style.css%00",
    "/static/style.css%00.png",
    "/static/%00",
    "/static/style.css%0a",
    "/static/style.css%20",
    "/static/style.css.",
    "/static/style.css::$DATA",
    "/static/*",
    "/static/%FF",
    "/static/static/style.css",
    "/static/%2e",
    "/static/%2e%2e/",
    "/Static/style.css",
    "/STATIC/icon.svg",
    "/statics/style.css",
    "/style.css",
    "/icon.svg",
]
UPS = [
    "/static/{up}",
    "/static/./{up}",
    "/static/x/../{up}",
    "/static/style.css/../{up}",
]
DOTS = [
    "../",
    "%2e%2e/",
    "%2E%2E/",
    ".%2e/",
    "..%2f",
    "..%2F",
    "%2e%2e%2f",
    "%252e%252e/",
    "..%252f",
    "%252e%252e%252f",
    "..\\",
    "..%5c",
    "%2e%2e%5c",
    "..%255c",
    "....//",
    "..;/",
    "..%00/",
    "%c0%ae%c0%ae/",
    "..%c0%af",
    "%uff0e%uff0e/",
    "%e3%80%82%e3%80%82/",
    "..//",
    "/../",
]
ABSOLUTE = [
    "//etc/passwd",
    "/%2fetc/passwd",
    "/%2Fetc%2Fpasswd",
    "/%252fetc%252fpasswd",
    "/\\etc\\passwd",
    "/%5cetc%5cpasswd",
    "/C:/windows/win.ini",
    "/C:%5cwindows%5cwin.ini",
    "/c|/windows/win.ini",
    "/file:///etc/passwd",
    "///etc/passwd",
    "/~root/.profile",
]
BEHIND = ["settings.py", "common-passwords.txt", "../run", "login"]
NO_FILE = {400, 404}
MERGED = {301, 308}  # to the path without the slashes that stand twice
CALM = {200, 206, 304, *expect.REFUSED}
INSIDE = ["import ", "def ", "{%", "root:", "password123", "<form", "#!/"]


@pytest.mark.rule("STATIC-1")
@pytest.mark.parametrize("path", FILES)
def test_a_file_comes_as_it_is(client: Client, path: str) -> None:
    """A file comes byte for byte, and of its type."""
    original = (ROOT / "spec" / path.removeprefix("/")).read_bytes()
    answer = client.request("GET", path, expect=200)
    assert answer.content == original
    assert expect.media_type(answer) == FILES[path]


@pytest.mark.rule("STATIC-3")
@pytest.mark.parametrize("path", FILES)
def test_any_cache_may_keep_a_file(client: Client, path: str) -> None:
    """A file carries `Cache-Control` with `public` and a `max-age`."""
    answer = client.request("GET", path, expect=200)
    directives = expect.cache_control(answer)
    assert "public" in directives
    assert int(directives["max-age"]) > 0
    assert not directives.keys() & {"private", "no-store", "no-cache"}


@pytest.mark.rule("STATIC-1")
@pytest.mark.parametrize("path", FILES)
def test_a_file_needs_no_account(user: User, path: str) -> None:
    """Everybody gets the same, and nobody a cookie."""
    for headers in (
        {},
        {"Authorization": "Bearer x"},
        {"Cookie": "session=x"},
    ):
        answer = user.request("GET", path, headers=headers, expect=200)
        assert "set-cookie" not in answer.headers
        assert "cookie" not in expect.vary(answer)


@pytest.mark.rule("STATIC-1")
@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_file_cannot_be_written(
    client: Client, path: str, method: str
) -> None:
    """Nothing that a client sends changes a file."""
    original = (ROOT / "spec" / path.removeprefix("/")).read_bytes()
    client.request(method, path, data=b"x", expect=expect.REFUSED)
    answer = client.request("GET", path, expect=200)
    assert answer.content == original


@pytest.mark.rule("STATIC-2")
@pytest.mark.parametrize("path", FILES)
def test_what_a_file_carries_makes_304(client: Client, path: str) -> None:
    """`ETag` and `Last-Modified`, whichever is there, make 304."""
    full = client.request("GET", path, expect=200)
    pairs = {
        "If-None-Match": full.headers.get("etag"),
        "If-Modified-Since": full.headers.get("last-modified"),
    }
    given = {name: value for name, value in pairs.items() if value}
    assert given
    for name, value in given.items():
        headers = {name: value}
        answer = client.request("GET", path, headers=headers, expect=304)
        expect.no_body(answer)


@pytest.mark.rule("STATIC-2")
@pytest.mark.parametrize("path", FILES)
def test_another_state_of_a_file_makes_200(client: Client, path: str) -> None:
    """Another tag and a date before the file bring it whole."""
    full = client.request("GET", path, expect=200)
    old = email.utils.formatdate(0, usegmt=True)
    for headers in (
        {"If-None-Match": '"x"', "If-Modified-Since": old},
        {"If-Modified-Since": old},
        {"If-Modified-Since": "never"},
    ):
        answer = client.request("GET", path, headers=headers, expect=200)
        assert answer.content == full.content


@pytest.mark.rule("ROBUSTNESS-1")
@pytest.mark.parametrize("path", ["/static/style.css", "/api/openapi.json"])
@pytest.mark.parametrize(
    "date",
    [
        f"Mon, 01 Jan {10**19} 00:00:00 GMT",
        f"Mon, 01 Jan 2020 00:00:00 +{10**13}",
    ],
)
def test_a_date_of_no_calendar(client: Client, path: str, date: str) -> None:
    """A day that cannot be is no reason for a 5xx."""
    known = {"If-Modified-Since": date}
    client.request("GET", path, headers=known, expect=CALM)
    part = {"If-Range": date, "Range": "bytes=0-5"}
    client.request("GET", path, headers=part, expect=CALM)


@pytest.mark.rule("STATIC-2")
def test_the_date_of_a_file_has_passed(client: Client) -> None:
    """`Last-Modified`, where it is sent, is a date of the past."""
    for path in FILES:
        answer = client.request("GET", path, expect=200)
        date = answer.headers.get("last-modified", answer.headers["date"])
        moment = email.utils.parsedate_to_datetime(date).timestamp()
        assert moment <= time.time() + 1


def check_hidden(server: Server, path: str) -> None:
    """Check that a path leads to no file, nor where it redirects to."""
    request = raw.message("GET", path)
    (answer,) = raw.exchange(server, request, expect=NO_FILE | MERGED)
    assert [sign for sign in INSIDE if sign in answer.text] == []
    target = urlsplit(answer.headers.get("location", path)).path
    raw.exchange(server, raw.message("GET", target), expect=NO_FILE)


@pytest.mark.rule("STATIC-4")
@pytest.mark.parametrize("path", NO_FILES)
def test_what_is_no_file_of_the_folder(server: Server, path: str) -> None:
    """The folder itself, other spellings and names: 404."""
    check_hidden(server, path)


@pytest.mark.rule("STATIC-4")
@pytest.mark.parametrize("turn", range(len(DOTS)), ids=DOTS)
def test_no_way_leads_out_of_the_folder(server: Server, turn: int) -> None:
    """However `..` is written, what lies outside stays there.

    Each spelling meets each target, from another place with each spelling.
    """
    dots, places = DOTS[turn], islice(cycle(UPS), turn, None)
    targets = [dots + one for one in BEHIND] + [dots * 9 + "etc/passwd"]
    for where, target in zip(places, targets, strict=False):
        check_hidden(server, where.format(up=target))


@pytest.mark.rule("STATIC-4")
@pytest.mark.parametrize("path", ABSOLUTE)
def test_no_absolute_path_is_taken(server: Server, path: str) -> None:
    """A second slash, a backslash or a drive does not start anew."""
    check_hidden(server, "/static" + path)

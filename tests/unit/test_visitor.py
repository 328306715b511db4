"""The browser of the tests: cookies and bodies of forms."""

import email
import math

import pytest

from tests.support import visitor
from tests.support.visitor import Cookie, Visitor


def test_read_cookie() -> None:
    """Name, value and attributes, whatever their case and order."""
    line = "session=a.b-c=; path=/; HttpOnly; SAMESITE=Lax; Max-Age=60"
    assert visitor.read_cookie(line) == Cookie(
        "session",
        "a.b-c=",
        {"path": "/", "httponly": "", "samesite": "Lax", "max-age": "60"},
    )


@pytest.mark.parametrize("line", ["", "session", "=x", "a=b; Path=/; path=/"])
def test_read_cookie_refuses_what_is_none(line: str) -> None:
    """A cookie has a name and a value, and no attribute twice."""
    with pytest.raises(AssertionError):
        visitor.read_cookie(line)


@pytest.mark.parametrize(
    ("attributes", "least", "most"),
    [
        ("", math.inf, math.inf),
        ("; Max-Age=1", 1, 1),
        ("; Max-Age=0", 0, 0),
        ("; Max-Age=-1", -1, -1),
        ("; Expires=Thu, 01 Jan 1970 00:00:00 GMT", -math.inf, -1e9),
        ("; Expires=Tue, 01 Jan 2199 00:00:00 GMT", 1e9, 1e10),
        ("; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 9, 9),
    ],
)
def test_cookie_seconds(attributes: str, least: float, most: float) -> None:
    """A time says how long a cookie is kept, and `Max-Age` comes first."""
    seconds = visitor.read_cookie("a=b" + attributes).seconds
    assert least <= seconds <= most


def test_keep_sends_secure_cookies_back_and_forgets_ended_ones() -> None:
    """The jar of `requests` would not send a Secure cookie over http."""
    browser = Visitor("http://127.0.0.1:1")
    browser.keep([visitor.read_cookie("__Host-a=1; Secure; Path=/")])
    browser.keep([visitor.read_cookie("b=2"), visitor.read_cookie("b=3")])
    assert browser.cookies == {"__Host-a": "1", "b": "3"}
    browser.keep([visitor.read_cookie("b=; Max-Age=0")])
    assert browser.cookies == {"__Host-a": "1"}
    browser.close()


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("", True),
        ("/", True),
        ("/import?next=https://evil.example", True),
        ("import", True),
        ("?q=1", True),
        ("/%2F/evil.example", True),
        ("//evil.example", False),
        ("///evil.example", False),
        ("/\\evil.example", False),
        ("\\/evil.example", False),
        (" //evil.example", False),
        ("\x01//evil.example", False),
        ("/\t/evil.example", False),
        ("\t/\n/evil.example", False),
        ("https://evil.example", False),
        ("HTTPS:evil.example", False),
        ("java\nscript:alert(1)", False),
    ],
)
def test_stays_here(address: str, here: bool) -> None:
    """An address is read as browsers read it."""
    assert visitor.stays_here(address) == here


def test_multipart_is_read_by_the_standard_library() -> None:
    """Fields and file come back as they were."""
    content = b"<DL>\r\n--x\r\n\xc3\xa9"
    kind, body = visitor.multipart(
        [("csrf", "té")], {"file": ("b.html", content)}
    )
    message = email.message_from_bytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    first, second = message.get_payload()
    assert first.get_payload(decode=True) == "té".encode()
    assert first.get_param("name", header="content-disposition") == "csrf"
    assert second.get_filename() == "b.html"
    assert second.get_payload(decode=True) == content

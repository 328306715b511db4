"""A browser without a screen: cookies, forms, and a status on each."""

import math
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from urllib3 import encode_multipart_formdata

from tests.support import document
from tests.support.client import Client
from tests.support.document import Element, Pairs
from tests.support.raw import Response

URLENCODED = "application/x-www-form-urlencoded"
ACCEPTED = {302, 303}
FORM_AGAIN = {200, *range(400, 500)}
PAGES = {  # the methods of each path (spec/pages.md)
    "/": {"GET", "HEAD", "OPTIONS"},
    "/login": {"GET", "HEAD", "POST", "OPTIONS"},
    "/logout": {"POST", "OPTIONS"},
    "/register": {"GET", "HEAD", "POST", "OPTIONS"},
    "/bookmarks": {"POST", "OPTIONS"},
    "/bookmarks/987654/edit": {"GET", "HEAD", "POST", "OPTIONS"},
    "/bookmarks/987654/delete": {"GET", "HEAD", "POST", "OPTIONS"},
    "/import": {"GET", "HEAD", "POST", "OPTIONS"},
    "/export": {"GET", "HEAD", "OPTIONS"},
}


@dataclass(frozen=True)
class Cookie:
    """Hold one cookie as a server sets it."""

    name: str
    value: str
    attributes: dict[str, str]

    @property
    def seconds(self) -> float:
        """Return how long the browser keeps it; `Max-Age` comes first."""
        if "max-age" in self.attributes:
            return int(self.attributes["max-age"])
        if "expires" not in self.attributes:
            return math.inf
        moment = parsedate_to_datetime(self.attributes["expires"])
        return moment.timestamp() - time.time()


def read_cookie(line: str) -> Cookie:
    """Read one `Set-Cookie`, attributes by their names in lower case."""
    pair, *rest = [part.strip(" \t") for part in line.split(";")]
    name, separator, value = pair.partition("=")
    assert name and separator, f"Set-Cookie: {line}"
    attributes = {}
    for part in rest:
        key, _, content = part.partition("=")
        assert key.lower() not in attributes, f"Set-Cookie: {line}"
        attributes[key.lower()] = content
    return Cookie(name, value, attributes)


def set_cookies(response: Response) -> list[Cookie]:
    """List the cookies that a response sets."""
    cookies = [
        read_cookie(line)
        for name, line in response.header_list
        if name.lower() == "set-cookie"
    ]
    names = [cookie.name for cookie in cookies]
    assert len(set(names)) == len(names), f"a cookie is set twice: {names}"
    return cookies


def stays_here(address: str) -> bool:
    """Tell whether a browser that follows an address stays on this host.

    Browsers drop control characters and take a backslash for a slash
    (URL Standard §4.4).
    """
    start = address.lstrip("".join(map(chr, range(0x21))))
    read = re.sub(r"[\t\n\r]", "", start)
    return not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/\\]{2}", read)


def multipart(
    pairs: Pairs, files: dict[str, tuple[str, bytes]]
) -> tuple[str, bytes]:
    """Write `multipart/form-data`: its type and the body."""
    parts = [(name, (*file, "text/html")) for name, file in files.items()]
    body, kind = encode_multipart_formdata([*pairs, *parts])
    return kind, body


class Visitor:
    """Visit pages, keep cookies, send forms; follow no redirects."""

    def __init__(self, url: str) -> None:
        """Start without cookies."""
        self.client = Client(url)
        self.origin = url
        self.cookies: dict[str, str] = {}

    def request(
        self,
        method: str,
        path: str,
        *,
        expect: int | set[int],
        headers: dict[str, str | None] | None = None,
        **more: object,
    ) -> Response:
        """Send a request with the cookies, and keep those that come."""
        sent = {"Cookie": self.cookie or None, **(headers or {})}
        response = self.client.request(
            method, path, expect=expect, headers=sent, **more
        )
        self.keep(set_cookies(response))
        return response

    @property
    def cookie(self) -> str:
        """Return the header that sends the cookies."""
        pairs = self.cookies.items()
        return "; ".join(f"{name}={value}" for name, value in pairs)

    def keep(self, cookies: list[Cookie]) -> None:
        """Do with cookies what a browser does."""
        for cookie in cookies:
            if cookie.seconds <= 0:
                self.cookies.pop(cookie.name, None)
            else:
                self.cookies[cookie.name] = cookie.value

    def get(
        self, path: str, *, expect: int | set[int] = 200, **more: object
    ) -> Response:
        """Get what is at a path."""
        return self.request("GET", path, expect=expect, **more)

    def visit(self, path: str, *, expect: int | set[int] = 200) -> Element:
        """Get a page and read it."""
        return document.read(self.get(path, expect=expect))

    def post(
        self,
        path: str,
        pairs: Pairs,
        *,
        expect: int | set[int],
        files: dict[str, tuple[str, bytes]] | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> Response:
        """Post fields as a browser does, with the `Origin`."""
        kind, body = URLENCODED, urlencode(pairs).encode()
        if files is not None:
            kind, body = multipart(pairs, files)
        sent = {"Content-Type": kind, "Origin": self.origin}
        return self.request(
            "POST",
            path,
            expect=expect,
            data=body,
            headers=sent | (headers or {}),
        )

    def submit(
        self,
        page: str,
        action: str,
        *,
        expect: int | set[int] = ACCEPTED,
        headers: dict[str, str | None] | None = None,
        file: bytes | None = None,
        **values: str,
    ) -> Response:
        """Visit a page, fill in the form that posts to `action`, send it."""
        form = document.form_to(self.visit(page), action)
        return self.send(
            form, expect=expect, headers=headers, file=file, **values
        )

    def send(
        self,
        form: Element,
        *,
        expect: int | set[int] = ACCEPTED,
        headers: dict[str, str | None] | None = None,
        file: bytes | None = None,
        **values: str,
    ) -> Response:
        """Fill in a form and send it."""
        files = None
        if form.get("enctype") == "multipart/form-data":
            files = {"file": ("bookmarks.html", file or b"")}
        return self.post(
            form.get("action"),
            document.filled(form, **values),
            expect=expect,
            files=files,
            headers=headers,
        )

    def sign_in(self, username: str, password: str) -> Response:
        """Sign in by the form."""
        return self.submit(
            "/login", "/login", username=username, password=password
        )

    def is_signed_in(self) -> bool:
        """Tell whether the service knows who this is."""
        answer = self.get("/import", expect={200, *ACCEPTED})
        if answer.status_code in ACCEPTED:
            path = urlsplit(answer.headers["location"]).path
            assert path == "/login", answer.headers["location"]
        return answer.status_code == 200

    def copy(self) -> "Visitor":
        """Return another browser with a copy of the cookies."""
        twin = Visitor(self.client.url)
        twin.cookies = dict(self.cookies)
        return twin

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

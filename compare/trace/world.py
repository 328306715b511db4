"""What must stand on a server before an operation can be requested."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

import requests

PASSWORD = "correct horse battery"
TIMEOUT = 30
BOUNDARY = "0123456789abcdef"
HIDDEN = re.compile(r'<input[^>]*name="(csrf\w*)"[^>]*value="([^"]+)"')
SEEDED = 20  # bookmarks of the account that is read
FEW = 12  # accounts, so that a list of them has several pages


class Refused(Exception):
    """Says what was answered, where something else was expected."""


@dataclass(frozen=True)
class Request:
    """What is sent; `status` must come back."""

    method: str
    path: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class World:
    """What stands on a server: accounts, their tokens and bookmarks."""

    def __init__(self, url: str, admin: str) -> None:
        """Fill a new server; `admin` is an administrator's name."""
        self.url = url
        self.api = requests.Session()
        self.admin = self.sign_in(admin)
        for number in range(FEW):
            self.register(f"few{number:05}")
        self.token = self.register("writer")
        self.reader = self.register("reader")
        for number in range(SEEDED):
            self.bookmark(number, self.reader)
        self.kept = self.bookmark(0, self.token)
        self.browser = self.visit("/login", "reader")
        self.writing = self.visit("/login", "writer")

    def call(
        self, path: str, body: dict, token: str = "", status: int = 201
    ) -> dict:
        """Send JSON and return what comes."""
        answer = self.api.post(
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT,
        )
        if answer.status_code != status:
            raise Refused(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def register(self, name: str) -> str:
        """Create an account and return a token of it."""
        self.call("/api/users", {"username": name, "password": PASSWORD})
        return self.sign_in(name)

    def sign_in(self, name: str) -> str:
        """Return a new token of an account."""
        fields = {"username": name, "password": PASSWORD}
        return self.call("/api/tokens", fields)["token"]

    def bookmark(self, number: int, token: str) -> int:
        """Create a bookmark and return its id."""
        return self.call("/api/bookmarks", bookmark(number), token)["id"]

    def visit(self, path: str, name: str = "") -> "Visit":
        """Open a page as a new browser; sign in if a name is given."""
        visit = Visit(self.url)
        visit.open(path)
        if name:
            visit.send("/login", username=name, password=PASSWORD)
        return visit


class Visit:
    """A browser: its cookies, and the token of the form that it shows."""

    def __init__(self, url: str) -> None:
        """Begin without cookies."""
        self.url = url
        self.session = requests.Session()
        self.token: tuple[str, str] = ("", "")

    def open(self, path: str) -> None:
        """Open a page and keep the token of its form."""
        answer = self.session.get(self.url + path, timeout=TIMEOUT)
        found = HIDDEN.search(answer.text)
        if not answer.ok or not found:
            raise Refused(f"{path}: {answer.status_code}, no form")
        self.token = (found[1], found[2])

    def send(self, path: str, **fields: str) -> None:
        """Send a form and open the page that follows."""
        answer = self.session.post(
            self.url + path,
            data=dict([self.token]) | fields,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if not answer.is_redirect:
            raise Refused(f"{path}: {answer.status_code} {answer.text}")
        self.open(answer.headers["Location"])

    def get(self, path: str) -> Request:
        """Make the request of a page."""
        return Request("GET", path, headers=self.headers())

    def post(self, path: str, **fields: str) -> Request:
        """Make the request of a form, which a redirect answers."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(dict([self.token]) | fields).encode()
        return Request("POST", path, 303, self.headers() | form, body)

    def upload(self, path: str, content: bytes) -> Request:
        """Make the request of a form with a file."""
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        body = part(f'name="{self.token[0]}"', self.token[1].encode())
        body += part('name="file"; filename="b.html"', content)
        body += f"--{BOUNDARY}--\r\n".encode()
        return Request("POST", path, 303, self.headers() | kind, body)

    def headers(self) -> dict[str, str]:
        """Return the cookies as a browser sends them."""
        pairs = self.session.cookies.items()
        cookie = "; ".join(f"{name}={value}" for name, value in pairs)
        return {"Cookie": cookie} if cookie else {}


def part(disposition: str, content: bytes) -> bytes:
    """Write a part of multipart/form-data."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}"
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


def bookmark(number: int) -> dict:
    """Make up the fields of a bookmark."""
    return {
        "url": f"https://example.com/{number:06}",
        "title": f"Example {number:06}",
        "notes": "Kept for later",
        "tags": ["created", "later"],
    }


def bookmark_file(number: int) -> bytes:
    """Write a file of three bookmarks, as browsers do."""
    line = '<DT><A HREF="https://example.org/{}-{:06}">Example</A>\n'
    lines = "".join(line.format(i, number) for i in range(3))
    head = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    return f"{head}{lines}</DL><p>\n".encode()

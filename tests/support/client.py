"""A client that asserts a status on every request and looks for leaks."""

import json as jsonlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

import urllib3

from tests.support import expect as expectations
from tests.support import report
from tests.support.raw import Response

TIMEOUT = 10
PASSWORD = "correct horse battery"
OPERATIONS = {  # that take JSON or nothing, and answer JSON or nothing
    "show_health": ("GET", "/healthz"),
    "show_readiness": ("GET", "/readyz"),
    "register_user": ("POST", "/api/users"),
    "show_me": ("GET", "/api/me"),
    "change_password": ("PUT", "/api/me/password"),
    "delete_me": ("DELETE", "/api/me"),
    "create_token": ("POST", "/api/tokens"),
    "delete_token": ("DELETE", "/api/tokens/current"),
    "list_bookmarks": ("GET", "/api/bookmarks"),
    "create_bookmark": ("POST", "/api/bookmarks"),
    "show_bookmark": ("GET", "/api/bookmarks/{id}"),
    "replace_bookmark": ("PUT", "/api/bookmarks/{id}"),
    "update_bookmark": ("PATCH", "/api/bookmarks/{id}"),
    "delete_bookmark": ("DELETE", "/api/bookmarks/{id}"),
    "list_tags": ("GET", "/api/tags"),
    "list_users": ("GET", "/api/users"),
    "delete_user": ("DELETE", "/api/users/{id}"),
}
ALL_OPERATIONS = {
    **OPERATIONS,
    "import_bookmarks": ("POST", "/api/import"),
    "export_bookmarks": ("GET", "/api/export"),
    "show_openapi": ("GET", "/api/openapi.json"),
}
HANGS_UP = {413}  # by some servers, as a 5xx is; the body is unread
REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
Parameters = Mapping[str, object] | Iterable[tuple[str, object]]


def unique() -> str:
    """Return 13 characters that no test used before, fit for a name."""
    return "z" + secrets.token_hex(6)


def unique_url() -> str:
    """Return a URL that no bookmark has yet."""
    return f"https://example.com/{unique()}"


def encode_json(value: object) -> bytes:
    """Write JSON as UTF-8, lone surrogates as escapes."""
    try:
        return jsonlib.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return jsonlib.dumps(value).encode("ascii")


def recorded(pieces: Iterable[bytes], copy: bytearray) -> Iterator[bytes]:
    """Give the pieces of a body, and keep what has been sent."""
    for piece in pieces:
        copy += piece
        yield piece


class Client:
    """Send requests to one server, with or without a token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """Keep connections of its own."""
        self.url = url
        self.token = token
        self.connections = self.connect()

    def connect(self) -> urllib3.HTTPConnectionPool:
        """Make a pool of connections, which opens them when needed."""
        return urllib3.connection_from_url(self.url, retries=False)

    def request(
        self,
        operation: str,
        path: str | None = None,
        *,
        expect: int | set[int],
        json: object = ...,
        data: bytes | str | Iterable[bytes] | None = None,
        params: Parameters | None = None,
        headers: Mapping[str, str | None] | None = None,
        timeout: float = TIMEOUT,
        **names: object,
    ) -> Response:
        """Send one request and assert its status.

        `operation` is a method, with a path, or the name of an
        operation, whose path takes its names from the keywords
        (`id=3`). A header set to None is not sent.
        """
        method, template = ALL_OPERATIONS.get(operation, (operation, path))
        target = (
            (path or template).format(**names) if names else (path or template)
        )
        if params:
            target += "?" + urlencode(params, doseq=True)
        fields = dict(report.DEFAULTS)
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if json is not ...:
            data = encode_json(json)
            fields["Content-Type"] = "application/json"
        fields |= headers or {}
        kept = {k: v for k, v in fields.items() if v is not None}
        return self.send(method, target, data, kept, expect, timeout)

    def send(
        self,
        method: str,
        target: str,
        data: object,
        headers: dict[str, str],
        expect: int | set[int],
        timeout: float,
    ) -> Response:
        """Send what is ready, note it, and look at the answer."""
        body = data.encode("utf-8") if isinstance(data, str) else data
        noted, about = body, headers
        if body is not None and not isinstance(body, bytes):
            noted = bytearray()
            body = recorded(body, noted)
            about = {"Transfer-Encoding": "chunked", **headers}
        exchange = report.sent(method, self.url, target, about, noted, expect)
        try:
            response = self.deliver(exchange, body, headers, timeout)
        except urllib3.exceptions.HTTPError as error:
            raise AssertionError(f"no answer: {error}") from None
        exchange.take(response)
        if response.status_code in HANGS_UP or response.status_code >= 500:
            self.close()
        wanted = expect if isinstance(expect, set) else {expect}
        exchange.broken = expectations.broken_invariants(
            response, method, target, wanted, bytes(noted or b"")
        )
        expectations.has_status(response, expect)
        return response

    def deliver(
        self,
        exchange: report.Exchange,
        body: object,
        headers: dict[str, str],
        timeout: float,
    ) -> Response:
        """Send, once more where an idle connection had just been closed."""
        sent = (exchange.method, exchange.target, body, headers)
        kept = [one for one in self.connections.pool.queue if one and one.sock]
        exchange.dropped = not all(one.is_connected for one in kept)
        again = kept and exchange.method in REPEATABLE
        try:
            answer = self.open(*sent, timeout)
        except urllib3.exceptions.ProtocolError:
            if not again or exchange.dropped:
                raise
            exchange.dropped = True
            answer = self.open(*sent, timeout)
        fields = list(answer.headers.items())
        return Response(answer.status, answer.reason, fields, answer.data)

    def open(self, *sent: object) -> urllib3.BaseHTTPResponse:
        """Send once and return what comes."""
        *request, timeout = sent
        return self.connections.urlopen(
            *request, redirect=False, timeout=timeout
        )

    def close(self) -> None:
        """Close the connections; the next request opens a new one."""
        self.connections.close()
        self.connections = self.connect()


@dataclass
class User:
    """Hold an account with a client that is signed in."""

    username: str
    password: str
    token: str
    client: Client
    id: int | None = None

    def request(
        self, operation: str, path: str | None = None, **more: object
    ) -> Response:
        """Send a request with the account's token."""
        return self.client.request(operation, path, **more)

    def bookmark(self, **fields: object) -> dict:
        """Create a bookmark with a new URL and return its body."""
        body = {"url": unique_url(), "title": "A title", **fields}
        return self.request("create_bookmark", json=body, expect=201).json()

    def sign_in(self) -> str:
        """Return one more token of the account."""
        return sign_in(self.client, self.username, self.password)


def sign_in(client: Client, username: str, password: str) -> str:
    """Trade a name and a password for a token."""
    answer = client.request(
        "create_token",
        json={"username": username, "password": password},
        headers={"Authorization": None},
        expect=201,
    )
    return answer.json()["token"]


def register(url: str, password: str = PASSWORD) -> User:
    """Create a fresh account and sign it in."""
    client = Client(url)
    username = unique()
    answer = client.request(
        "register_user",
        json={"username": username, "password": password},
        expect=201,
    )
    client.token = sign_in(client, username, password)
    number = answer.json().get("id")
    return User(username, password, client.token, client, number)


def bookmarks_of(user: User) -> list[dict]:
    """Return all bookmarks of an account, page by page."""
    return all_items(user, "/api/bookmarks?per_page=100&sort=created_at")


def tags_of(user: User) -> list[dict]:
    """Return all tags of an account with their counts, page by page."""
    return all_items(user, "/api/tags?per_page=100")


def all_items(user: User, target: str) -> list[dict]:
    """Return all items of a list, page by page."""
    seen = []
    while target:
        answer = user.request("GET", target, expect=200)
        seen += expectations.page(expectations.strict_json(answer))
        links = expectations.link(answer) if "link" in answer.headers else {}
        onward = links.get("next")
        target = onward and expectations.relative(onward, "http://x" + target)
    return seen


def together(count: int, work: Callable[[int], object]) -> list:
    """Call work(0) … work(count - 1) at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))

"""CSRF: a form works only for the browser that was given it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support import document, expect, raw
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    unique,
    unique_url,
)
from tests.support.document import Pairs
from tests.support.servers import Server
from tests.support.visitor import ACCEPTED, URLENCODED, Visitor

pytest_plugins = "tests.support.visiting"

FILE = (
    b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    b'<DT><A HREF="https://example.com/imported">Imported</A>\n</DL>'
)
FORMS = ["login", "register", "logout", "add", "edit", "delete", "import"]
# One without a session, one with, and one that sends a file.
SOME = pytest.mark.parametrize(
    "attempt", ["login", "add", "import"], indirect=True
)
ORIGINS = [
    "null",
    "https://evil.example",
    "http://evil.example",
    "http://{host}",
    "http://{host}:1",
    "http://{host}:{port}0",
    "http://{host}.evil.example:{port}",
    "http://evil{host}:{port}",
    "http://x.{host}:{port}",
    "http://{host}:{port}.evil.example",
    "http://{host}:{port}@evil.example",
    "http://evil.example:{port}",
    "http://evil.example/{host}:{port}",
    "http://evil.example?{host}:{port}",
    "http://evil.example#{host}:{port}",
    "http://[::1]:{port}",
    "http://{host}:{port} http://evil.example",
    "http://evil.example http://{host}:{port}",
    "http://{host}:{port},http://evil.example",
    "file://",
    "chrome-extension://abcdefgh",
    "javascript:alert(1)",
    "evil",
    "://",
    "http://",
    "http://[",
    "http://{host}:x",
    "http://{host}:99999999",
    "\xe9",
]


@dataclass
class Try:
    """Hold one form, filled in and ready to be sent."""

    browser: Visitor
    action: str
    pairs: Pairs
    files: dict[str, tuple[str, bytes]] | None
    changed: Callable[[], bool]

    @property
    def tokens(self) -> set[str]:
        """Return the names of the hidden fields but `next`."""
        hidden = document.hidden_of(self.form) if self.form else {}
        return set(hidden) - {"next"}

    form: document.Element | None = None

    @property
    def token(self) -> str:
        """Return the value of the first of these fields."""
        return next(value for name, value in self.pairs if name in self.tokens)

    def send(
        self,
        expect: int | set[int],
        change: Callable[[str], str | None] = str,
        browser: Visitor | None = None,
        query: str = "",
        **headers: str | None,
    ) -> None:
        """Send the form with its token changed, None for no token."""
        pairs = []
        for name, value in self.pairs:
            new = change(value) if name in self.tokens else value
            pairs += [] if new is None else [(name, new)]
        (browser or self.browser).post(
            self.action + query,
            pairs,
            expect=expect,
            files=self.files,
            headers=headers,
        )

    def refused(self, *ways: dict[str, object]) -> None:
        """Check that it is refused in all ways, and works unchanged."""
        for more in ways:
            self.send(403, **more)
        self.still_works()

    def still_works(self) -> None:
        """Check that nothing has changed, and that the form can do it."""
        assert not self.changed(), "a refused form changed something"
        self.send(ACCEPTED)
        assert self.changed(), "the form does nothing at all"


@pytest.fixture(params=FORMS)
def attempt(
    request: pytest.FixtureRequest,
    visitor: Visitor,
    user: User,
) -> Try:
    """Give each form of the service in turn, as a browser shows it."""
    name = request.param
    if name in ("login", "register"):
        return stranger(name, visitor, user)
    mark = user.bookmark(title="Old")
    visitor.sign_in(user.username, user.password)
    at = f"/bookmarks/{mark['id']}"
    values = {"url": unique_url(), "title": "New"}
    page, action, values, changed = {
        "logout": ("/", "/logout", {}, lambda: not visitor.is_signed_in()),
        "add": ("/", "/bookmarks", values, lambda: titles(user) != ["Old"]),
        "edit": (
            f"{at}/edit",
            f"{at}/edit",
            values,
            lambda: titles(user) != ["Old"],
        ),
        "delete": (
            f"{at}/delete",
            f"{at}/delete",
            {},
            lambda: titles(user) != ["Old"],
        ),
        "import": ("/import", "/import", {}, lambda: titles(user) != ["Old"]),
    }[name]
    return prepare(visitor, page, action, values, changed)


def stranger(name: str, visitor: Visitor, user: User) -> Try:
    """Fill in the form of a visitor who is not signed in."""
    path = f"/{name}"
    taken = {"username": user.username, "password": user.password}
    fresh = {"username": unique(), "password": PASSWORD}
    values = taken if name == "login" else fresh
    client = Client(visitor.client.url)

    def changed() -> bool:
        if name == "login":
            return visitor.is_signed_in()
        answer = client.request("create_token", json=fresh, expect={201, 401})
        return answer.status_code == 201

    return prepare(visitor, path, path, values, changed)


def prepare(
    browser: Visitor,
    page: str,
    action: str,
    values: dict[str, str],
    changed: Callable[[], bool],
) -> Try:
    """Visit a page and fill in one of its forms."""
    form = document.form_to(browser.visit(page), action)
    multipart = form.get("enctype") == "multipart/form-data"
    files = {"file": ("bookmarks.html", FILE)} if multipart else None
    pairs = document.filled(form, **values)
    return Try(browser, action, pairs, files, changed, form)


def titles(user: User) -> list[str]:
    """Return the titles that the account has."""
    body = user.request("list_bookmarks", expect=200).json()
    return [bookmark["title"] for bookmark in body["items"]]


def origin_for(browser: Visitor, pattern: str) -> str:
    """Write an origin with host and port of the service in it."""
    parts = urlsplit(browser.client.url)
    return pattern.format(host=parts.hostname, port=parts.port or 80)


@pytest.mark.rule("CSRF-1")
def test_form_without_token(attempt: Try) -> None:
    """A POST without the token answers 403 and changes nothing."""
    assert attempt.tokens
    attempt.refused({"change": lambda value: None})


@pytest.mark.rule("CSRF-1")
@SOME
def test_form_with_token_in_the_address_alone(attempt: Try) -> None:
    """The token counts in the body, not in the query."""
    query = "?" + urlencode(
        [pair for pair in attempt.pairs if pair[0] in attempt.tokens]
    )
    attempt.refused({"change": lambda value: None, "query": query})


@pytest.mark.rule("CSRF-1")
@SOME
def test_form_without_cookies(attempt: Try) -> None:
    """A token without the cookie it belongs to does nothing."""
    bare = Visitor(attempt.browser.client.url)
    attempt.send({403, *ACCEPTED}, browser=bare)
    assert not bare.is_signed_in()
    attempt.still_works()


@pytest.mark.rule("CSRF-2")
def test_form_with_wrong_token(attempt: Try) -> None:
    """A wrong token answers 403 and changes nothing."""
    own = attempt.token
    wrong = [
        "",
        own[:-4],
        own[::-1],
        ("A" if own[0] != "A" else "B") + own[1:],
        "é\x00\U0001f600",
        "x" * 5000,
    ]
    attempt.refused(*(insert(value) for value in wrong))


def insert(token: str) -> dict[str, object]:
    """Return how to send another token than the form's."""
    return {"change": lambda value: token}


@pytest.mark.rule("CSRF-2")
@SOME
def test_form_with_token_of_another_visitor(attempt: Try) -> None:
    """The token of a stranger's browser is refused in this one."""
    thief = Visitor(attempt.browser.client.url)
    form = document.form_to(thief.visit("/login"), "/login")
    token = next(
        value
        for name, value in document.hidden_of(form).items()
        if name != "next"
    )
    attempt.refused(insert(token))


@pytest.mark.rule("CSRF-2")
@SOME
def test_form_with_token_of_another_account(attempt: Try, other: User) -> None:
    """The token of another account's browser is refused in this one."""
    thief = Visitor(attempt.browser.client.url)
    thief.sign_in(other.username, other.password)
    form = document.form_to(thief.visit("/"), "/bookmarks")
    token = next(iter(document.hidden_of(form).values()))
    attempt.refused(insert(token))


@pytest.mark.rule("CSRF-3")
def test_token_from_before_signing_in_is_refused(
    visitor: Visitor, user: User
) -> None:
    """What the form to sign in held does nothing afterwards."""
    form = document.form_to(visitor.visit("/login"), "/login")
    early = document.hidden_of(form)
    visitor.sign_in(user.username, user.password)
    attempt = prepare(
        visitor,
        "/",
        "/bookmarks",
        {"url": unique_url(), "title": "New"},
        lambda: titles(user) != [],
    )
    token = next(value for name, value in early.items() if name != "next")
    attempt.refused(insert(token))


@pytest.mark.rule("CSRF-3")
def test_token_from_an_earlier_session_is_refused(
    member: Visitor, user: User
) -> None:
    """What one session was given does nothing in the next."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    token = next(iter(document.hidden_of(form).values()))
    member.submit("/", "/logout")
    member.sign_in(user.username, user.password)
    values = {"url": unique_url(), "title": "New"}
    attempt = prepare(
        member, "/", "/bookmarks", values, lambda: titles(user) != []
    )
    attempt.refused(insert(token))


@pytest.mark.rule("CSRF-1")
def test_two_pages_at_once_do_not_part(member: Visitor, user: User) -> None:
    """What two tabs show after signing in goes with either's cookies."""
    member.visit("/")
    first, second = member.copy(), member.copy()
    forms = [
        document.form_to(tab.visit("/"), "/bookmarks")
        for tab in (first, second)
    ]
    for tab, form in zip((second, first), forms, strict=True):
        pairs = document.filled(form, url=unique_url(), title="T")
        tab.post("/bookmarks", pairs, expect=ACCEPTED)
        tab.close()
    assert titles(user) == ["T", "T"]


@pytest.mark.rule("CSRF-1")
def test_token_works_more_than_once(member: Visitor, user: User) -> None:
    """Two tabs and the back button go on working."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    member.visit("/import")
    for number in (1, 2, 3):
        pairs = document.filled(form, url=unique_url(), title=f"T{number}")
        member.post("/bookmarks", pairs, expect=ACCEPTED)
    assert sorted(titles(user)) == ["T1", "T2", "T3"]


@pytest.mark.rule("CSRF-4")
def test_form_from_a_foreign_origin(attempt: Try) -> None:
    """Another origin answers 403 whatever the token."""
    origins = ["null", "https://evil.example"]
    attempt.refused(*({"Origin": origin} for origin in origins))


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[tuple[User, Try]]:
    """Give an account with its form, which it never sends."""
    user, browser = register(server.url), Visitor(server.url)
    browser.sign_in(user.username, user.password)
    values = {"url": unique_url(), "title": "T"}
    yield user, prepare(browser, "/", "/bookmarks", values, bool)
    browser.close()
    user.client.close()


@pytest.fixture
def filled(owner: tuple[User, Try]) -> Try:
    """Give that form, and whether the test has changed anything."""
    user, form = owner
    before = titles(user)
    return replace(form, changed=lambda: titles(user) != before)


@pytest.mark.rule("CSRF-4")
@pytest.mark.parametrize("pattern", ORIGINS)
def test_submit_bookmark_refuses_what_only_looks_like_its_origin(
    filled: Try, pattern: str
) -> None:
    """Host and port are compared whole."""
    filled.send(403, Origin=origin_for(filled.browser, pattern))
    assert not filled.changed()


@pytest.mark.rule("PAGES-9")
@pytest.mark.parametrize("origin", [None, "http://{host}:{port}"])
def test_submit_bookmark_takes_its_own_origin_or_none(
    member: Visitor, user: User, origin: str | None
) -> None:
    """Old browsers send none, and that decides nothing."""
    sent = origin and origin_for(member, origin)
    member.submit(
        "/",
        "/bookmarks",
        headers={"Origin": sent},
        url=unique_url(),
        title="T",
    )
    assert titles(user) == ["T"]


@pytest.mark.rule("PAGES-9")
@pytest.mark.parametrize("host", ["localhost", "localhost:1"])
def test_submit_bookmark_compares_origin_with_host(
    member: Visitor, user: User, host: str
) -> None:
    """The `Host` of the request says which origin is its own."""
    member.submit(
        "/",
        "/bookmarks",
        headers={"Host": host, "Origin": f"http://{host}"},
        url=unique_url(),
        title="T",
    )
    assert titles(user) == ["T"]


@pytest.mark.rule("CSRF-4")
@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost", "http://localhost:8000"),
        ("localhost:1", "http://localhost"),
        ("localhost:1", "http://127.0.0.1:1"),
        ("localhost", "http://evil.example"),
    ],
)
def test_submit_bookmark_refuses_the_origin_of_another_host(
    filled: Try, host: str, origin: str
) -> None:
    """An origin that is another host's or port's is foreign."""
    filled.send(403, Host=host, Origin=origin)
    assert not filled.changed()


@pytest.mark.rule("CSRF-4")
@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:80", "http://localhost"),
        ("localhost", "http://localhost:80"),
        ("localhost", "https://localhost"),
        ("localhost:443", "https://localhost"),
    ],
)
def test_a_default_port_that_is_written_out_is_the_same(
    member: Visitor, user: User, host: str, origin: str
) -> None:
    """A port that goes without saying may be said, and no other one."""
    for sent, allowed in ((f"{origin}1", 403), (origin, ACCEPTED)):
        member.submit(
            "/",
            "/bookmarks",
            expect=allowed,
            headers={"Host": host, "Origin": sent},
            url=unique_url(),
            title="T",
        )
    assert titles(user) == ["T"]


@pytest.mark.rule("CSRF-4")
@pytest.mark.parametrize("turn", [1, -1])
def test_two_origins_are_not_one(
    server: Server, member: Visitor, user: User, turn: int
) -> None:
    """Of two lines, the own origin and a foreign one, neither counts."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    pairs = document.filled(form, url=unique_url(), title="T")
    origins = ["http://localhost", "http://evil.example"][::turn]
    headers = [
        ("Cookie", member.cookie),
        ("Content-Type", URLENCODED),
        *(("Origin", origin) for origin in origins),
    ]
    body = urlencode(pairs).encode()
    request = raw.message("POST", "/bookmarks", headers, body)
    raw.exchange(server, request, expect=expect.REFUSED)
    assert titles(user) == []


@pytest.mark.rule("CSRF-4")
def test_forwarded_host_makes_no_origin_own(filled: Try) -> None:
    """A header that anybody can send changes nothing."""
    headers = {
        "Origin": "http://evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "Referer": "http://evil.example/",
    }
    filled.send(403, **headers)
    assert not filled.changed()


@pytest.mark.rule("PAGES-8")
def test_foreign_origin_may_read(member: Visitor) -> None:
    """A link from elsewhere works: only posts are refused."""
    member.get("/", headers={"Origin": "https://evil.example"})


@pytest.mark.rule("CSRF-5")
@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/register",
        "/logout",
        "/bookmarks",
        "/bookmarks/1/edit",
        "/bookmarks/1/delete",
        "/import",
    ],
)
@pytest.mark.parametrize("body", [[], [("csrf", "x"), ("title", "T")]])
def test_post_with_nothing_answers_403(
    visitor: Visitor, path: str, body: Pairs
) -> None:
    """Without token and session it is the token that is missed."""
    visitor.post(path, body, expect=403)


@pytest.mark.rule("CSRF-5")
@pytest.mark.parametrize("what", ["edit", "delete"])
def test_token_is_checked_before_the_bookmark(
    member: Visitor, what: str
) -> None:
    """A form without a token does not tell which bookmarks exist."""
    member.post(f"/bookmarks/999999999/{what}", [], expect=403)


@pytest.mark.rule("SESSIONS-12")
@pytest.mark.parametrize(
    "path",
    ["/bookmarks", "/bookmarks/1/edit", "/bookmarks/1/delete", "/import"],
)
def test_post_of_a_visitor_with_a_token_leads_to_login(
    visitor: Visitor, path: str
) -> None:
    """A good token passes; who is not signed in is led to sign in."""
    form = document.form_to(visitor.visit("/login"), "/login")
    hidden = list(document.hidden_of(form).items())
    files = {"file": ("b.html", FILE)} if path == "/import" else None
    answer = visitor.post(path, hidden, expect=ACCEPTED, files=files)
    assert urlsplit(answer.headers["location"]).path == "/login"


@pytest.mark.rule("CSRF-1")
@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset*=a; charset*0=b",
        "multipart/form-data; boundary*=x; boundary*0=y",
    ],
)
def test_post_of_another_kind_is_no_way_around(
    filled: Try, kind: str | None
) -> None:
    """A body that is not a form holds no token."""
    browser = filled.browser
    for path in ("/bookmarks", "/logout", "/import"):
        browser.request(
            "POST",
            path,
            expect=expect.REFUSED,
            data=b'{"url": "https://example.com/", "title": "T"}',
            headers={"Content-Type": kind, "Origin": browser.origin},
        )
    assert browser.is_signed_in()
    assert not filled.changed()


@pytest.mark.rule("CSRF-2")
def test_token_that_is_no_text_is_refused(visitor: Visitor) -> None:
    """A form in an odd coding is refused, not a crash."""
    visitor.get("/login", expect=200)
    for value in (rb"\ud800", b"\xff", rb"\N{SNOWMAN}"):
        visitor.request(
            "POST",
            "/login",
            expect=expect.REFUSED,
            data=b"--b\r\nContent-Disposition: form-data; "
            b'name="csrf_token"\r\n\r\n' + value + b"\r\n--b--\r\n",
            headers={
                "Content-Type": "multipart/form-data; boundary=b;"
                " charset=unicode_escape",
                "Origin": visitor.origin,
            },
        )


@pytest.mark.rule("CSRF-1")
def test_api_needs_no_token(member: Visitor, user: User) -> None:
    """The API knows no cookies, and so no forgery."""
    headers = {
        "Authorization": f"Bearer {user.token}",
        "Origin": "https://evil.example",
    }
    body = {"url": unique_url(), "title": "T"}
    member.client.request(
        "create_bookmark", json=body, headers=headers, expect=201
    )

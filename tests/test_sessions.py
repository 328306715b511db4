"""Sessions: a cookie that names a row, and nothing else."""

import base64
import hashlib
import math
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support import document, expect, raw, tables, uploads
from tests.support.client import PASSWORD, Client, User, bookmarks_of, unique
from tests.support.pairs import FOREIGN_PATHS, OWN_PATHS
from tests.support.servers import Server
from tests.support.visitor import (
    ACCEPTED,
    FORM_AGAIN,
    Cookie,
    Visitor,
    multipart,
    set_cookies,
    stays_here,
)

pytest_plugins = "tests.support.visiting"

PRIVATE = [
    "/",
    "/import",
    "/export",
    "/bookmarks/1/edit",
    "/bookmarks/1/delete",
]
BAD_NEXT = [
    *FOREIGN_PATHS,
    "",
    "import",
    "?q=1",
    "//evil.example/import",
    "/import\\",
    "https://evil.example",
    "https://evil.example/import",
    "HTTPS://EVIL.EXAMPLE",
    "https:/import",
    "http:///import",
    "data:text/html,x",
    "evil.example",
    " /import",
    "/import ",
    "/im port",
    "/\r\nSet-Cookie: session=x",
    "/import\r\n\r\n<script>",
    "/\x00",
    "/\x01/evil.example",
    "/\x1b",
    "/\x7f",
    "/\x85",
    "/\xa0",
    "/\u2028/evil.example",
    "/\u3000",
    "\u200b//evil.example",
    "@evil.example",
    ".evil.example",
    "#",
]


def tampered(value: str) -> dict[str, str]:
    """Return what is near to a valid value of a cookie, and is not."""
    middle = len(value) // 2
    other = "A" if value[middle] != "A" else "B"
    return {
        "first": ("A" if value[0] != "A" else "B") + value[1:],
        "middle": value[:middle] + other + value[middle + 1 :],
        "short": value[:-5],
        "half": value[:middle],
        "long": value + "AAAA",
        "twice": value + value,
        "dot": value + ".",
        "turned": value[::-1],
        "cased": value.swapcase(),
    }


MADE_UP = [
    "",
    "x",
    "0",
    "null",
    "None",
    "..",
    "../../etc/passwd",
    "a=b",
    "=",
    "{}",
    "[]",
    '"',
    '""',
    '"x"',
    "%00",
    "%",
    "%zz",
    "' OR '1'='1",
    "x' UNION SELECT 1--",
    "A" * 22,
    "A" * 32,
    "A" * 43,
    "a" * 32,
    "0" * 64,
    "A" * 4000,
    "eyJ1c2VyX2lkIjogMX0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "eyJfdXNlcl9pZCI6IjEifQ.ZzZzZz.AAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ".eJwrzs9NVbJSKi1OLVKyAgAkMgTf.aaaaaa.b",
    "gASVCAAAAAAAAAB9lC4=",
    "a.b.c.d.e",
    "...",
    "é",
    "a b",
    "a,b",
    "a\tb",
    "$Version=1",
    "<script>",
]


def session_cookie(browser: Visitor) -> tuple[str, str]:
    """Return the name and the value of the cookie of the session."""
    found = [
        (name, value)
        for name, value in browser.cookies.items()
        if name in ("session", "__Host-session")
    ]
    assert len(found) == 1, f"cookies: {sorted(browser.cookies)}"
    return found[0]


def signing_in(browser: Visitor, user: User) -> Cookie:
    """Sign in and return the cookie as it is set."""
    answer = browser.sign_in(user.username, user.password)
    found = [c for c in set_cookies(answer) if c.name == "session"]
    assert len(found) == 1, answer.headers.get("set-cookie")
    return found[0]


def leads_to_login(browser: Visitor, path: str = "/", **more: object) -> None:
    """Check that a page sends this browser to sign in."""
    answer = browser.get(path, expect=ACCEPTED, **more)
    assert next_of(answer) == document.normal_path(path)


def next_of(answer: raw.Response) -> str:
    """Return where one is led after signing in, its query in order."""
    where = urlsplit(expect.relative(answer.headers["location"]))
    assert where.path == "/login", where
    names, paths = zip(*parse_qsl(where.query), strict=True)
    assert names == ("next",), where
    return document.normal_path(paths[0])


def at_login(answer: raw.Response) -> bool:
    """Tell whether a redirect leads to the form to sign in."""
    where = expect.relative(answer.headers["location"])
    return urlsplit(where).path == "/login"


@pytest.mark.rule("SESSIONS-1")
def test_session_cookie_has_its_attributes(
    visitor: Visitor, someone: User
) -> None:
    """The cookie is `session`, HttpOnly, Lax, for `/` and no Domain."""
    cookie = signing_in(visitor, someone)
    assert "httponly" in cookie.attributes
    assert cookie.attributes["samesite"].lower() == "lax"
    assert cookie.attributes["path"] == "/"
    assert "domain" not in cookie.attributes
    assert re.fullmatch(r"[!#-+\--:<-\[\]-~]+", cookie.value)
    assert len(cookie.value) < 4000


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-10", "SETTINGS-1")
def test_session_lasts_two_weeks_by_default(
    visitor: Visitor, someone: User
) -> None:
    """`SESSION_TTL` is 1209600 seconds when it is not set."""
    cookie = signing_in(visitor, someone)
    assert -2 <= cookie.seconds - 1209600 <= 1


@pytest.mark.rule("SESSIONS-1")
def test_no_other_cookie_is_open_to_scripts(
    visitor: Visitor, user: User
) -> None:
    """Whatever else is set is HttpOnly and Lax as well."""
    found = set_cookies(visitor.get("/login"))
    found += set_cookies(visitor.sign_in(user.username, user.password))
    found += set_cookies(visitor.get("/"))
    assert [c.name for c in found if "httponly" not in c.attributes] == []
    lax = [c.attributes.get("samesite", "").lower() for c in found]
    assert set(lax) == {"lax"}
    assert [c.name for c in found if "domain" in c.attributes] == []
    assert {c.attributes.get("path") for c in found} == {"/"}


@pytest.mark.rule("SESSIONS-3")
def test_submit_login_gives_a_new_value_each_time(
    visitor: Visitor, someone: User
) -> None:
    """No two sign-ins share a value, and none is short."""
    values = []
    for _ in range(5):
        signing_in(visitor, someone)
        values.append(session_cookie(visitor)[1])
        visitor.cookies.clear()
    assert len(set(values)) == 5
    assert min(map(len, values)) >= 22
    start = {value[:22] for value in values}
    end = {value[-22:] for value in values}
    assert len(start) == 5 or len(end) == 5


def texts_in(cookie: str) -> Iterator[str]:
    """Give a cookie, and what it quotes if it is signed and not secret."""
    yield cookie
    for part in cookie.split("."):
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        with suppress(zlib.error):
            data = zlib.decompress(data)
        yield from re.findall('"([^"]{8,})"', data.decode("latin-1"))


def id_of(cookie: str, stored: str) -> str:
    """Find the id in a cookie: a row holds it, or its digest."""
    found = {
        text
        for text in texts_in(cookie)
        if text in stored
        or hashlib.sha256(text.encode()).hexdigest() in stored
    }
    assert len(found) == 1, f"{len(found)} ids in {cookie}"
    return found.pop()


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-3")
def test_the_id_of_a_session_cannot_be_guessed(
    server: Server, visitor: Visitor, user: User
) -> None:
    """Over 30 sign-ins the ids vary as those of 128 random bits do."""
    form = document.form_to(visitor.visit("/login"), "/login")
    pairs = document.filled(
        form, username=user.username, password=user.password
    )
    planted, cookies = dict(visitor.cookies), []
    for _ in range(30):
        visitor.cookies = dict(planted)
        visitor.post("/login", pairs, expect=ACCEPTED)
        cookies.append(session_cookie(visitor)[1])
    rows = tables.dump(server.database)
    stored = repr([rows[name] for name in rows if "session" in name])
    ids = [id_of(cookie, stored) for cookie in cookies]
    assert len(set(ids)) == 30
    # Of 30 random hexadecimal digits 14 differ, of other letters more.
    varied = [len(set(column)) for column in zip(*ids, strict=True)]
    assert sum(map(math.log2, varied)) > 95, varied


@pytest.mark.rule("SESSIONS-3")
@pytest.mark.parametrize("way", ["/login", "/register"])
def test_value_before_signing_in_is_nobody(
    visitor: Visitor, user: User, way: str
) -> None:
    """What a stranger planted is not signed in by the victim."""
    visitor.visit("/login")
    planted = visitor.copy()
    name = user.username if way == "/login" else unique()
    visitor.submit(way, way, username=name, password=PASSWORD)
    assert visitor.is_signed_in()
    assert session_cookie(visitor)[1] not in planted.cookies.values()
    assert not planted.is_signed_in()


@pytest.mark.rule("SESSIONS-3")
@pytest.mark.parametrize("again", ["user", "other"])
def test_submit_login_ends_the_session_that_was_there(
    member: Visitor, user: User, other: User, again: str
) -> None:
    """Signing in over another sign-in, even one's own, ends that one."""
    before, account = member.copy(), {"user": user, "other": other}[again]
    member.sign_in(account.username, account.password)
    assert member.is_signed_in()
    assert account.username in member.visit("/").text
    assert not before.is_signed_in()


@pytest.mark.rule("SESSIONS-3")
@pytest.mark.parametrize("value", ["A" * 43, "a" * 32, "attacker", "0" * 64])
def test_submit_login_never_adopts_a_value(
    visitor: Visitor, user: User, value: str
) -> None:
    """A value that somebody made up is not taken over."""
    visitor.cookies["session"] = value
    visitor.sign_in(user.username, user.password)
    assert session_cookie(visitor)[1] != value
    thief = Visitor(visitor.client.url)
    thief.cookies["session"] = value
    assert not thief.is_signed_in()


@pytest.mark.rule("SESSIONS-3", "PAGES-7")
def test_failed_sign_in_leaves_the_visitor_nobody(
    visitor: Visitor, user: User
) -> None:
    """A wrong password signs nobody in."""
    visitor.submit(
        "/login",
        "/login",
        expect=FORM_AGAIN,
        username=user.username,
        password="wrong",
    )
    assert not visitor.is_signed_in()


@pytest.mark.rule("SESSIONS-4")
def test_submit_logout_ends_the_session(member: Visitor) -> None:
    """Signing out leads to `/login`, and a copy is worth nothing."""
    copy = member.copy()
    answer = member.submit("/", "/logout")
    assert at_login(answer)
    assert not member.is_signed_in()
    leads_to_login(copy)
    leads_to_login(copy, "/?page=1")


@pytest.mark.rule("SESSIONS-4")
def test_submit_logout_ends_forms_as_well(member: Visitor, user: User) -> None:
    """A form that was open does nothing after signing out."""
    copy = member.copy()
    form = document.form_to(member.visit("/"), "/bookmarks")
    pairs = document.filled(form, url="https://example.com/", title="T")
    member.submit("/", "/logout")
    copy.post("/bookmarks", pairs, expect={403, *ACCEPTED})
    listed = user.request("list_bookmarks", expect=200).json()
    assert listed["total"] == 0


@pytest.mark.rule("SESSIONS-4")
def test_submit_logout_ends_this_session_alone(
    member: Visitor, visitor: Visitor, user: User
) -> None:
    """Another browser and a token of the account go on."""
    visitor.sign_in(user.username, user.password)
    member.submit("/", "/logout")
    assert visitor.is_signed_in()
    user.request("show_me", expect=200)


@pytest.mark.rule("SESSIONS-4")
def test_submit_logout_of_a_visitor(visitor: Visitor) -> None:
    """Who is not signed in is led to `/login` as well."""
    form = document.form_to(visitor.visit("/login"), "/login")
    hidden = list(document.hidden_of(form).items())
    assert at_login(visitor.post("/logout", hidden, expect=ACCEPTED))


@pytest.mark.rule("SESSIONS-5")
@pytest.mark.parametrize("way", sorted(tampered("x" * 43)))
def test_tampered_cookie_is_nobody(member: Visitor, way: str) -> None:
    """A value that is nearly right is as wrong as any."""
    name, value = session_cookie(member)
    member.cookies[name] = tampered(value)[way]
    leads_to_login(member)


@pytest.mark.rule("SESSIONS-5")
@pytest.mark.parametrize("value", MADE_UP)
def test_made_up_cookie_is_nobody(visitor: Visitor, value: str) -> None:
    """Any text may come as a cookie."""
    sent = value.encode("utf-8").decode("latin-1")
    headers = {"Cookie": f"session={sent}; csrftoken={sent}"}
    leads_to_login(visitor, headers=headers)
    visitor.cookies.clear()
    visitor.get("/login", headers=headers)


@pytest.mark.rule("SESSIONS-5")
@pytest.mark.parametrize(
    "line",
    [
        "session",
        "session=",
        ";",
        ";;;",
        "=",
        "==",
        "=session",
        ",",
        "session; session",
        "session=a; session=b",
        "session =x",
        "Session=x; SESSION=y",
        '$Version="1"; session="x"; $Path="/"',
        "a" * 4000,
        "; ".join(f"c{i}=1" for i in range(300)),
        "session=" + "%41" * 1000,
        "__Host-session=x",
        "session=\xe9\xff",
    ],
)
def test_odd_cookie_header_is_nobody(visitor: Visitor, line: str) -> None:
    """Any header may come as cookies."""
    leads_to_login(visitor, headers={"Cookie": line})


@pytest.mark.rule("SESSIONS-5")
def test_two_cookies_of_one_name_are_no_error(
    member: Visitor,
) -> None:
    """One of them counts, or none does."""
    name, value = session_cookie(member)
    for line in (f"{name}=x; {name}={value}", f"{name}={value}; {name}=x"):
        member.get("/", expect={200, *ACCEPTED}, headers={"Cookie": line})


@pytest.mark.rule("SESSIONS-6")
@pytest.mark.parametrize(
    "target",
    [
        *PRIVATE,
        "/?q=a+b&tag=c%26d&page=2",
        "/export?format=ndjson",
        "/import?created=1&skipped=0",
        "/?next=https://evil.example",
        "/?q=%C3%A9%00%0D%0A",
    ],
)
def test_page_without_session_leads_to_login(
    visitor: Visitor, target: str
) -> None:
    """`next` is the path and query that were asked for."""
    leads_to_login(visitor, target)


@pytest.mark.rule("SESSIONS-6", "SESSIONS-7", "PAGES-7")
@pytest.mark.parametrize("target", ["/import", "/?q=a+b&tag=c%26d&page=2"])
def test_submit_login_goes_on_to_where_the_visitor_was_going(
    visitor: Visitor, someone: User, target: str
) -> None:
    """The way leads by the form back to the page."""
    login = visitor.get(target, expect=ACCEPTED).headers["location"]
    answer = visitor.submit(
        login, "/login", username=someone.username, password=someone.password
    )
    where = expect.relative(answer.headers["location"])
    assert document.normal_path(where) == document.normal_path(target)
    visitor.get(where)


@pytest.mark.rule("SESSIONS-6", "SESSIONS-7", "PAGES-5")
def test_next_survives_a_wrong_password(visitor: Visitor, user: User) -> None:
    """The form that comes back still knows where to go."""
    refused = visitor.submit(
        "/login?next=%2Fimport",
        "/login",
        expect=FORM_AGAIN,
        username=user.username,
        password="wrong",
    )
    form = document.form_to(document.read(refused), "/login")
    answer = visitor.send(form, username=user.username, password=user.password)
    expect.location(answer, "/import")


@pytest.mark.rule("SESSIONS-7")
@pytest.mark.parametrize("where", BAD_NEXT)
def test_submit_login_follows_no_foreign_next(
    visitor: Visitor, someone: User, where: str
) -> None:
    """No `next` leads to another host."""
    form = document.form_to(visitor.visit("/login"), "/login")
    pairs = dict(
        document.filled(
            form, username=someone.username, password=someone.password
        )
    )
    answer = visitor.post(
        "/login", list({**pairs, "next": where}.items()), expect=ACCEPTED
    )
    assert stays_here(answer.headers["location"])
    assert not re.search(r"[\s\\]", answer.headers["location"])


@pytest.mark.rule("SESSIONS-7")
@pytest.mark.parametrize(
    "query",
    [
        "next=//evil.example",
        "next=%2F%2Fevil.example",
        "next=%2F%5Cevil.example",
        "next=https%3A%2F%2Fevil.example",
        "next=/import&next=//evil.example",
        "next=%09//evil.example",
        "next=%2F%09%2Fevil.example",
        "next=javascript:alert(1)",
        "next=%22%3E%3Cscript%3E",
    ],
)
def test_foreign_next_in_the_address_is_not_followed(
    visitor: Visitor, someone: User, query: str
) -> None:
    """A link to the form can lead to own paths only."""
    answer = visitor.submit(
        f"/login?{query}",
        "/login",
        username=someone.username,
        password=someone.password,
    )
    assert stays_here(answer.headers["location"])


@pytest.mark.rule("SESSIONS-7")
@pytest.mark.parametrize("where", OWN_PATHS)
def test_submit_login_follows_an_own_path(
    visitor: Visitor, someone: User, where: str
) -> None:
    """A path of this service is followed."""
    form = document.form_to(visitor.visit("/login"), "/login")
    pairs = dict(
        document.filled(
            form, username=someone.username, password=someone.password
        )
    )
    answer = visitor.post(
        "/login", list({**pairs, "next": where}.items()), expect=ACCEPTED
    )
    found = expect.relative(answer.headers["location"])
    assert document.normal_path(found) == document.normal_path(where)


@pytest.mark.rule("SESSIONS-7")
def test_next_outside_of_ascii_becomes_no_bad_header(
    visitor: Visitor, someone: User
) -> None:
    """`Location` holds ASCII only."""
    form = document.form_to(visitor.visit("/login"), "/login")
    pairs = dict(
        document.filled(
            form, username=someone.username, password=someone.password
        )
    )
    answer = visitor.post(
        "/login", list({**pairs, "next": "/?q=é"}.items()), expect=ACCEPTED
    )
    assert expect.relative(answer.headers["location"]) in ("/?q=%C3%A9", "/")


@pytest.mark.rule("SESSIONS-8")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"),
        ("GET", "/api/bookmarks"),
        ("GET", "/api/export"),
        ("POST", "/api/bookmarks"),
        ("DELETE", "/api/me"),
        ("DELETE", "/api/tokens/current"),
    ],
)
def test_cookie_means_nothing_to_the_api(
    member: Visitor, method: str, path: str
) -> None:
    """A session is no token."""
    body = {"url": "https://example.com/", "title": "T"}
    answer = member.request(method, path, expect=401, json=body)
    expect.challenge(answer)
    _, value = session_cookie(member)
    headers = {"Authorization": f"Bearer {value}"}
    answer = member.request(
        method, path, expect=401, json=body, headers=headers
    )
    expect.challenge(answer)


@pytest.mark.rule("SESSIONS-8")
def test_cookie_does_not_change_who_a_token_is(
    member: Visitor, other: User
) -> None:
    """With both the API sees the token alone."""
    headers = {"Authorization": f"Bearer {other.token}"}
    answer = member.get("/api/me", headers=headers)
    expect.user(answer.json(), username=other.username)


@pytest.mark.rule("SESSIONS-8")
@pytest.mark.parametrize("path", PRIVATE)
def test_token_means_nothing_to_a_page(
    visitor: Visitor, someone: User, path: str
) -> None:
    """A bearer is led to sign in like anybody."""
    headers = {"Authorization": f"Bearer {someone.token}"}
    leads_to_login(visitor, path, headers=headers)
    visitor.cookies["session"] = someone.token
    leads_to_login(visitor, path)


@pytest.mark.rule("SESSIONS-8")
def test_token_does_not_change_who_a_session_is(
    member: Visitor, user: User, other: User
) -> None:
    """With both a page sees the session alone."""
    headers = {"Authorization": f"Bearer {other.token}"}
    page = document.read(member.get("/", headers=headers))
    assert user.username in page.text
    assert other.username not in page.text


@pytest.mark.rule("SESSIONS-9")
def test_change_password_ends_all_sessions(
    member: Visitor, visitor: Visitor, user: User
) -> None:
    """Whoever is signed in somewhere has to sign in anew."""
    visitor.sign_in(user.username, user.password)
    body = {
        "current_password": user.password,
        "new_password": "new " + PASSWORD,
    }
    user.request("change_password", json=body, expect=204)
    leads_to_login(member)
    leads_to_login(visitor)
    visitor.sign_in(user.username, "new " + PASSWORD)
    assert visitor.is_signed_in()


@pytest.mark.rule("SESSIONS-9")
def test_refused_change_of_password_ends_no_session(
    member: Visitor, user: User
) -> None:
    """Who guesses wrong changes nothing."""
    body = {"current_password": "wrong", "new_password": "new " + PASSWORD}
    user.request("change_password", json=body, expect=403)
    assert member.is_signed_in()


@pytest.mark.rule("SESSIONS-9")
def test_delete_me_ends_all_sessions(member: Visitor, user: User) -> None:
    """A session of nobody is none, also if the name comes back."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    pairs = document.filled(form, url="https://example.com/", title="T")
    user.request("delete_me", expect=204)
    leads_to_login(member)
    member.post("/bookmarks", pairs, expect={403, *ACCEPTED})
    body = {"username": user.username, "password": PASSWORD}
    Client(user.client.url).request("register_user", json=body, expect=201)
    leads_to_login(member)


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-9")
def test_delete_user_ends_all_sessions(
    member: Visitor, user: User, admin: User
) -> None:
    """An administrator's deleting does too."""
    admin.request("delete_user", id=user.id, expect=204)
    leads_to_login(member)


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-2")
def test_secure_cookies(small: Server) -> None:
    """Every cookie is Secure, `__Host-` and for `/`, to its end."""
    browser = Visitor(small.url)
    name = unique()
    found = set_cookies(browser.get("/register"))
    answer = browser.submit(
        "/register", "/register", username=name, password=PASSWORD
    )
    found += set_cookies(answer)
    assert session_cookie(browser)[0] == "__Host-session"
    copy = browser.copy()
    found += set_cookies(browser.submit("/", "/logout"))
    assert not copy.is_signed_in()
    browser.sign_in(name, PASSWORD)
    assert browser.is_signed_in()
    for cookie in found:
        assert cookie.name.startswith("__Host-"), cookie
        assert "secure" in cookie.attributes, cookie
        assert cookie.attributes.get("path") == "/", cookie
        assert "domain" not in cookie.attributes, cookie
    plain = browser.copy()
    plain.cookies = {"session": session_cookie(browser)[1]}
    assert not plain.is_signed_in()


def session_ids(server: Server) -> set[str]:
    """Return what names the rows of all sessions."""
    rows = tables.dump(server.database)
    (table,) = [name for name in rows if "session" in name]
    return {row[0] for row in rows[table]}


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-10", "SESSIONS-13", "SETTINGS-1")
def test_session_ends_after_its_time(brief: Server) -> None:
    """The time runs from the sign-in; the next sign-in takes the row away."""
    for _ in range(3):  # only a look that came in time tells anything
        browser, name = Visitor(brief.url), unique()
        began, earlier = time.monotonic(), session_ids(brief)
        answer = browser.submit(
            "/register", "/register", username=name, password=PASSWORD
        )
        ended = time.monotonic() + 3.1
        cookies = set_cookies(answer)
        left = next(c for c in cookies if c.name == "session").seconds
        copy = browser.copy()
        time.sleep(1)
        signed_in = browser.is_signed_in()
        if time.monotonic() < began + 3:
            break
    else:
        pytest.fail("the machine was too slow to look")
    assert 0 < left <= 4
    assert signed_in
    expired = session_ids(brief) - earlier
    assert expired
    time.sleep(max(0, ended - time.monotonic()))
    leads_to_login(copy)
    Visitor(brief.url).sign_in(name, PASSWORD)
    assert not session_ids(brief) & expired


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-11")
def test_visitor_leaves_no_row(server: Server, visitor: Visitor) -> None:
    """Looking around fills no table."""
    visitor.visit("/login")
    before = tables.sizes(server.database)
    for path in ("/login", "/register", "/login?next=%2Fimport", "/nothing"):
        visitor.get(path, expect={200, 404})
        Visitor(server.url).get(path, expect={200, 404})
    for path in PRIVATE:
        leads_to_login(visitor, path)
        leads_to_login(visitor, path, headers={"Cookie": "session=made-up"})
    visitor.submit(
        "/register", "/register", expect=FORM_AGAIN, username="", password=""
    )
    visitor.post("/login", [("username", "x")], expect=403)
    form = document.form_to(visitor.visit("/login"), "/login")
    hidden = list(document.hidden_of(form).items())
    visitor.post("/bookmarks", hidden, expect=ACCEPTED)
    visitor.post("/logout", hidden, expect=ACCEPTED)
    assert tables.sizes(server.database) == before


@pytest.mark.managed
@pytest.mark.rule("SESSIONS-4")
def test_submit_logout_leaves_no_row(
    server: Server, visitor: Visitor, user: User
) -> None:
    """Signing out takes the row away."""
    visitor.visit("/login")
    before = tables.sizes(server.database)
    visitor.sign_in(user.username, user.password)
    assert tables.sizes(server.database) != before
    _, value = session_cookie(visitor)
    visitor.submit("/", "/logout")
    assert tables.sizes(server.database) == before
    assert tables.holds(server.database, value) == []


@pytest.mark.rule("SESSIONS-12")
def test_a_session_that_ends_under_way_writes_nothing(
    server: Server, member: Visitor, user: User
) -> None:
    """The file comes after signing out: to `/login`, nothing stored."""
    form = document.form_to(member.visit("/import"), "/import")
    hidden = list(document.hidden_of(form).items())
    file = ("b.html", uploads.many(1000))  # too long to be read first
    kind, body = multipart(hidden, {"file": file})
    headers = {
        "Cookie": member.cookie,
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        "Expect": "100-continue",
    }
    head = raw.message("POST", "/import", headers.items())
    asked = raw.Asked(server, ACCEPTED, timeout=10).send([head])
    asked.wait_for_continue()
    member.submit("/", "/logout")
    asked.send_body(body)
    (answer,) = asked.answers()
    assert at_login(answer)
    assert bookmarks_of(user) == []

"""Pages: the service for people, as documents and forms."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.support import document, expect, raw, report
from tests.support.client import PASSWORD, User, register, unique, unique_url
from tests.support.document import Element
from tests.support.pairs import FOREIGN_PATHS
from tests.support.raw import Response
from tests.support.servers import Server
from tests.support.uploads import UNREAD
from tests.support.visitor import (
    ACCEPTED,
    FORM_AGAIN,
    URLENCODED,
    Visitor,
    multipart,
    stays_here,
)

pytest_plugins = "tests.support.visiting"

REFERENCES = report.SPEC / "pages"
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> " onmouseover="alert(1)',
    "'><svg onload=alert(1)> ' onfocus='alert(1)' autofocus='",
    "</title></textarea></a></h2></li></ul></main><script>alert(1)</script>",
    "<!--",
    "--> <![CDATA[x]]> <?php echo 1 ?>",
    "&lt;b&gt;&amp;amp; &#60;script&#62; &notit;&copy",
    "{{ 7*7 }}{% raw %}{# x #} ${7*7}#{7*7}",
    "%s%(x)s{0}{x!r}$x \\u003cscript\\x3e",
    "javascript:alert(1)",
    "\u202eevil\u2066 ＜script＞ e\u0301😀\U0010fffd",
    "=cmd|' /c calc'!a0 `onclick=alert(1)`",
]
FILE = (
    b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    b'<DT><A HREF="https://example.com/1" TAGS="a,b">One</A>\n'
    b'<DT><A HREF="https://example.com/2">Two</A>\n'
    b'<DT><A HREF="javascript:alert(1)">Three</A>\n</DL>'
)
BAD_URLS = [
    "",
    "example.com",
    "//example.com",
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://example.com/",
    "https://",
    "https://user@example.com/",
    "https://exa mple.com/",
    "https://example.com/\\",
    "https://example.com:99999/",
    "https://[::1/",
    "https://example.com/" + "x" * 1981,
]
FAULTS = [
    *[({"url": url}, {"url"}) for url in BAD_URLS],
    ({"title": ""}, {"title"}),
    ({"title": " \u3000"}, {"title"}),
    ({"title": "x" * 301}, {"title"}),
    ({"title": "a\x00b"}, {"title"}),
    ({"tags": ",".join(f"t{n}" for n in range(21))}, {"tags"}),
    ({"tags": "x" * 51}, {"tags"}),
    ({"tags": "ok, " + "ß" * 26}, {"tags"}),
    ({"tags": "a\x00"}, {"tags"}),
    ({"notes": "x" * 1001}, {"notes"}),
    ({"notes": "\x00"}, {"notes"}),
    ({"url": "x", "title": ""}, {"url", "title"}),
    (
        {
            "url": "<script>",
            "title": "<b>" * 101,
            "tags": "<i>" * 20,
            "notes": "</textarea>" * 100,
        },
        {"url", "title", "tags", "notes"},
    ),
]


KEPT = {
    "url": "https://example.com/kept",
    "title": " Kept ",
    "tags": "B, a",
    "notes": "\nkept",
}


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[tuple[Visitor, User]]:
    """Give a browser with its account, whose bookmarks come and go."""
    user, browser = register(server.url), Visitor(server.url)
    browser.sign_in(user.username, user.password)
    yield browser, user
    browser.close()
    user.client.close()


@pytest.fixture(scope="module")
def reader(server: Server) -> Iterator[Visitor]:
    """Give a browser of an account with three bookmarks, to be looked at."""
    user, browser = register(server.url), Visitor(server.url)
    user.bookmark(title="One", tags=["a"])
    user.bookmark(title="Two", notes="Café", tags=["a", "b"])
    user.bookmark(title="Three", url="https://example.org/100%25", tags=["c"])
    browser.sign_in(user.username, user.password)
    yield browser
    browser.close()
    user.client.close()


def good(page: Element) -> Element:
    """Check the rule for every page and return the page."""
    assert document.faults(page) == []
    return page


def fold(tag: str) -> str:
    """Write a tag as it is kept."""
    return normalize("NFC", tag.strip().casefold())


def titles(page: Element) -> list[str]:
    """Return the titles of the bookmarks on a page, from the top."""
    lists = page.all("ul", class_="bookmarks")
    return [h.text.strip() for listed in lists for h in listed.all("h2")]


def faults_of(answer: Response) -> list[str]:
    """Name what is wrong with a page; a plain answer has no markup."""
    if expect.media_type(answer) != "text/html":
        return []
    return document.faults(document.read(answer))


def status_line(page: Element) -> str:
    """Return what the page says of its number of bookmarks."""
    return " ".join(page.one("p", role="status").text.split())


def neighbours(page: Element) -> dict[str, list[tuple[str, str]]]:
    """Return the parameters of the links to other pages."""
    return {
        link.get("rel"): parse_qsl(
            urlsplit(link.get("href")).query, keep_blank_values=True
        )
        for link in page.all("a")
        if link.get("rel") in ("prev", "next")
    }


def tag_counts(page: Element) -> list[tuple[str, ...]]:
    """Return the tags of the account as the page lists them."""
    found = page.all("nav", aria_label="Tags")
    return [tuple(a.text.split()) for nav in found for a in nav.all("a")]


def only(user: User) -> dict:
    """Return the only bookmark of an account."""
    items = user.request("list_bookmarks", expect=200).json()["items"]
    assert len(items) == 1, items
    return items[0]


def add(
    member: Visitor, expect: int | set[int] = ACCEPTED, **values: str
) -> Response:
    """Send the form to add a bookmark."""
    sent = {"url": unique_url(), "title": "A title", **values}
    return member.submit("/", "/bookmarks", expect=expect, **sent)


def leads_to(answer: Response, path: str) -> None:
    """Check where a redirect leads, whatever the order of the query."""
    found = document.normal_path(answer.headers["location"])
    assert found == document.normal_path(path)


def no_bookmarks(user: User) -> None:
    """Check that the account has none."""
    body = user.request("list_bookmarks", expect=200).json()
    assert body["total"] == 0


# The document of every page


@pytest.mark.rule("PAGES-1")
@pytest.mark.parametrize(
    "path", ["/login", "/login?next=%2Fimport", "/register"]
)
def test_page_of_a_visitor_is_a_whole_document(
    visitor: Visitor, path: str
) -> None:
    """Doctype, language, title, one heading, labels, and no script."""
    good(visitor.visit(path))


@pytest.mark.rule("PAGES-1")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=o&tag=a&tag=b&page=1",
        "/?page=2",
        "/import",
        "/import?created=1&skipped=2",
    ],
)
def test_page_of_a_user_is_a_whole_document(
    reader: Visitor, path: str
) -> None:
    """The same holds for who is signed in."""
    good(reader.visit(path))


@pytest.mark.rule("PAGES-17")
def test_pages_name_the_user_and_the_implementation(
    visitor: Visitor, user: User
) -> None:
    """The header says who is signed in, and the foot what serves."""
    feet = [visitor.visit("/login").one("footer").text.strip()]
    visitor.sign_in(user.username, user.password)
    for path in ("/", "/import"):
        page = visitor.visit(path)
        header = " ".join(page.one("header").text.split())
        assert f"Signed in as {user.username}" in header
        feet.append(page.one("footer").text.strip())
    assert len(set(feet)) == 1
    assert feet[0].startswith("Served by ")


@pytest.mark.rule("ERRORS-10")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/bookmarks/987654321/edit", 404),
        ("/logout", 405),
        ("/bookmarks", 405),
        ("/?page=0", 422),
        ("/export?format=x", 422),
    ],
)
def test_error_on_a_page_path_is_a_whole_document(
    reader: Visitor, path: str, status: int
) -> None:
    """What went wrong is said by a page like the others."""
    page = good(reader.visit(path, expect=status))
    assert str(status) in page.one("h1").text


@pytest.mark.rule("PAGES-1")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%",
        b"%zz=%zz",
        b"title=%FF",
        b"title=\xff",
        b"title=%00",
        b"title=%ED%A0%80",
        b"&&&&",
        b"====",
        b"title=a&title=b&url=c&url=d",
        b"title[]=a&title[x]=b",
        b"&".join(b"f%d=1" % n for n in range(2000)),
        b"title;url",
        b"username=a&password=b&next=%00",
    ],
)
def test_odd_form_is_no_server_error(resident: Visitor, body: bytes) -> None:
    """Whatever is posted, the answer is none of the server's faults."""
    form = document.form_to(resident.visit("/"), "/bookmarks")
    token = urlencode(document.hidden_of(form)).encode()
    for path in ("/bookmarks", "/register", "/import"):
        answer = resident.request(
            "POST",
            path,
            expect=FORM_AGAIN,
            data=token + b"&" + body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": resident.origin,
            },
        )
        assert faults_of(answer) == []


@pytest.mark.rule("PAGES-5", "PAGES-9")
def test_form_that_is_too_large(
    server: Server, member: Visitor, user: User
) -> None:
    """Nothing is stored of a form past `MAX_BODY_BYTES`."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    sent = {"url": unique_url(), "title": "T", "notes": "x" * 66_000}
    body = urlencode(document.filled(form, **sent)).encode()
    post_large(server, member, "/bookmarks", URLENCODED, body)
    no_bookmarks(user)


def post_large(
    server: Server, visitor: Visitor, path: str, kind: str, body: bytes
) -> None:
    """Post a form that may be left unread."""
    headers = [("Content-Type", kind), ("Cookie", visitor.cookie)]
    request = raw.message("POST", path, headers, body)
    raw.exchange(server, request, expect={200, *UNREAD})


# What users write


@pytest.mark.rule("PAGES-2", "PAGES-8", "PAGES-10")
@pytest.mark.parametrize("text", NASTY)
def test_text_of_a_bookmark_is_shown_as_text(
    member: Visitor, user: User, text: str
) -> None:
    """Title, notes, tags and URL come out as they went in."""
    tag = fold(text.replace(",", ""))[:50].strip()
    url = "https://example.com/" + quote(text, safe="<>'\"&;:#{}()/=!`$%|?*-")
    mark = user.bookmark(title=text, notes=text, tags=[tag], url=url)
    page = good(member.visit("/"))
    entry = page.one("ul", class_="bookmarks").one("h2")
    assert entry.text == text
    assert entry.one("a").get("href") == url
    assert page.one("p", class_="notes").text.split() == text.split()
    assert url in [p.text for p in page.all("p", class_="quiet")]
    links = [a for a in page.all("a") if a.get("href").startswith("/?tag=")]
    assert links
    for link in links:
        query = urlsplit(link.get("href")).query
        assert parse_qsl(query) == [("tag", tag)]
        assert link.text.split()[: len(tag.split())] == tag.split()
        assert titles(good(member.visit(link.get("href")))) == [text]
    edit = good(member.visit(f"/bookmarks/{mark['id']}/edit"))
    values = {
        name: document.field(edit, name).value
        for name in ("url", "title", "tags", "notes")
    }
    assert values == {"url": url, "title": text, "tags": tag, "notes": text}
    asked = good(member.visit(f"/bookmarks/{mark['id']}/delete"))
    assert asked.one("main").one("h2").text == text
    assert url in [p.text for p in asked.all("p", class_="quiet")]


@pytest.mark.rule("PAGES-2", "PAGES-5")
@pytest.mark.parametrize("text", NASTY)
def test_text_of_a_refused_form_is_shown_as_text(
    resident: Visitor, visitor: Visitor, text: str
) -> None:
    """A form that comes back escapes its values."""
    names = ("url", "title", "tags", "notes")
    answer = add(resident, FORM_AGAIN, **dict.fromkeys(names, text))
    page = good(document.read(answer))
    for name in names:
        assert document.field(page, name).value == text
    for path in ("/login", "/register"):
        answer = visitor.submit(
            path, path, expect=FORM_AGAIN, username=text, password=text
        )
        page = good(document.read(answer))
        assert document.field(page, "username").value == text
        assert document.field(page, "password").value == ""


@pytest.mark.rule("PAGES-2", "PAGES-8")
@pytest.mark.parametrize("text", NASTY)
def test_text_of_a_search_is_shown_as_text(
    resident: Visitor, text: str
) -> None:
    """Search words and tags come out as they went in."""
    tag = text.replace(",", "")[:50]
    page = good(resident.visit("/?" + urlencode({"q": text, "tag": tag})))
    assert document.field(page, "q").value == text
    chosen = page.all("input", type="hidden", name="tag")
    assert [field.value for field in chosen] == [fold(tag)]
    assert titles(page) == []


@pytest.mark.rule("PAGES-2", "ERRORS-3")
@pytest.mark.parametrize(
    "path",
    [
        "/login?next={}",
        "/import?created={}&skipped={}&invalid={}",
        "/nothing/{}",
        "/bookmarks/{}/edit",
        "/bookmarks/{}/delete",
        "/?page={}",
        "/export?format={}",
    ],
)
def test_text_of_an_address_is_shown_as_text(
    resident: Visitor, path: str
) -> None:
    """Nothing in an address becomes markup."""
    for text in NASTY[:5]:
        shown = quote(text, safe="")
        target = path.format(shown, shown, shown)
        answer = resident.get(target, expect=FORM_AGAIN)
        assert faults_of(answer) == []


@pytest.mark.rule("PAGES-2", "PAGES-10")
@pytest.mark.parametrize(
    "notes", ["\n", "\nx", "\n\n x\n", " x ", "a\nb", "a\n\n\nb\t", "\tx"]
)
def test_notes_come_back_from_the_form_unchanged(
    member: Visitor, user: User, notes: str
) -> None:
    """White space in a text area survives showing and sending."""
    mark = user.bookmark(notes=notes)
    path = f"/bookmarks/{mark['id']}/edit"
    assert member.visit(path).one("textarea").value == notes
    member.submit(path, path)
    assert only(user)["notes"] == notes


@pytest.mark.managed
@pytest.mark.rule("PAGES-3")
def test_link_only_to_the_web(server: Server, make_user: Callable) -> None:
    """An address in the database is a link if it is http or https."""
    addresses = {
        "javascript:alert(1)": False,
        "JavaScript:alert(1)": False,
        " javascript:alert(1)": False,
        "\x01javascript:alert(1)": False,
        "java\nscript:alert(1)": False,
        "data:text/html,<script>alert(1)</script>": False,
        "vbscript:x": False,
        "file:///etc/passwd": False,
        "ftp://example.com/": False,
        "httpx://example.com/": False,
        "blob:https://example.com/": False,
        "//evil.example/": False,
        "/own": False,
        "example.com": False,
        "": False,
        "https": False,
        "https://example.com/good": True,
        "HTTP://example.com/good": True,
    }
    user = make_user()
    for address, linked in addresses.items():
        mark = user.bookmark(title=repr((linked, address)))
        with closing(sqlite3.connect(server.database)) as database:
            database.execute(
                "UPDATE bookmarks SET url = ? WHERE id = ?",
                (address, mark["id"]),
            )
            database.commit()
    browser = Visitor(server.url)
    browser.sign_in(user.username, user.password)
    page = good(browser.visit("/"))
    shown = {
        heading.text.strip(): [a.get("href") for a in heading.all("a")]
        for heading in page.one("ul", class_="bookmarks").all("h2")
    }
    assert shown == {
        repr((linked, address)): [address] if linked else []
        for address, linked in addresses.items()
    }


# Signing up and in


@pytest.mark.rule("PAGES-4", "PAGES-6")
def test_submit_register_creates_the_account_and_signs_it_in(
    visitor: Visitor,
) -> None:
    """Signing up leads to `/`, as the new account."""
    name = unique()
    answer = visitor.submit(
        "/register", "/register", username=name, password=PASSWORD
    )
    leads_to(answer, "/")
    assert name in visitor.visit("/").text
    body = {"username": name, "password": PASSWORD}
    visitor.client.request("create_token", json=body, expect=201)


@pytest.mark.rule("PAGES-6", "PAGES-5")
@pytest.mark.parametrize(
    ("username", "password", "faulty"),
    [
        ("", "", {"username", "password"}),
        ("ab", PASSWORD, {"username"}),
        ("x" * 31, PASSWORD, {"username"}),
        ("Ada_L", PASSWORD, {"username"}),
        ("ada lovelace", PASSWORD, {"username"}),
        ("ada\x00", PASSWORD, {"username"}),
        ("аdа1", PASSWORD, {"username"}),
        ("{unique}", "", {"password"}),
        ("{unique}", "short77", {"password"}),
        ("{unique}", "x" * 129, {"password"}),
        ("{unique}", "password1", {"password"}),
        ("{unique}", "PassWord1", {"password"}),
        ("{unique}", "{unique}", {"password"}),
        ("{unique}", "correct\x00horse battery", {"password"}),
        ("a", "b", {"username", "password"}),
    ],
)
def test_submit_register_refuses_what_breaks_the_rules(
    visitor: Visitor, username: str, password: str, faulty: set[str]
) -> None:
    """The rules are those of accounts; the form comes back."""
    name = unique()
    sent = [text.replace("{unique}", name) for text in (username, password)]
    answer = visitor.submit(
        "/register",
        "/register",
        expect=FORM_AGAIN,
        username=sent[0],
        password=sent[1],
    )
    page = good(document.read(answer))
    assert set(document.messages(page)) == faulty
    assert document.field(page, "password").get("value") == ""
    assert not visitor.is_signed_in()


@pytest.mark.rule("PAGES-6", "ACCOUNTS-8")
@pytest.mark.parametrize(
    "password",
    [
        " " * 8,
        "  padded  ",
        "x" * 128,
        "pässwörter",
        "e\u0301" * 8,
        "<b>&amp;",
    ],
)
def test_submit_register_takes_a_password_as_it_is(
    visitor: Visitor, password: str
) -> None:
    """Nothing is trimmed, cut or folded on the way through a form."""
    name = unique()
    visitor.submit("/register", "/register", username=name, password=password)
    body = {"username": name, "password": password}
    visitor.client.request("create_token", json=body, expect=201)
    visitor.submit("/", "/logout")
    visitor.sign_in(name, password)
    assert visitor.is_signed_in()


@pytest.mark.rule("PAGES-6", "PAGES-5")
def test_submit_register_refuses_a_name_that_is_taken(
    visitor: Visitor, user: User
) -> None:
    """A username that is taken brings the form back."""
    answer = visitor.submit(
        "/register",
        "/register",
        expect=FORM_AGAIN,
        username=user.username,
        password="another password",
    )
    page = good(document.read(answer))
    assert set(document.messages(page)) == {"username"}
    assert document.field(page, "username").value == user.username
    assert not visitor.is_signed_in()
    user.sign_in()


@pytest.mark.rule("PAGES-14")
@pytest.mark.parametrize(
    ("username", "status"), [("{taken}", 409), ("Ada!", 422)]
)
def test_status_of_a_refused_registration(
    visitor: Visitor, someone: User, username: str, status: int
) -> None:
    """The form that comes back has the status of the API's answer."""
    visitor.submit(
        "/register",
        "/register",
        expect=status,
        username=username.replace("{taken}", someone.username),
        password=PASSWORD,
    )


@pytest.mark.rule("PAGES-6", "ACCOUNTS-15")
def test_submit_register_makes_no_administrator(visitor: Visitor) -> None:
    """A field that the form does not have gives no power."""
    name = unique()
    form = document.form_to(visitor.visit("/register"), "/register")
    pairs = document.filled(form, username=name, password=PASSWORD)
    pairs += [("admin", "1"), ("is_staff", "on"), ("is_superuser", "on")]
    visitor.post("/register", pairs, expect=ACCEPTED)
    body = {"username": name, "password": PASSWORD}
    token = visitor.client.request("create_token", json=body, expect=201)
    headers = {"Authorization": "Bearer " + token.json()["token"]}
    me = visitor.client.request("show_me", headers=headers, expect=200)
    assert me.json()["admin"] is False


@pytest.mark.rule("PAGES-4", "PAGES-7")
def test_submit_login_signs_in(visitor: Visitor, user: User) -> None:
    """Signing in leads to `/`."""
    answer = visitor.sign_in(user.username, user.password)
    leads_to(answer, "/")
    assert user.username in visitor.visit("/").text


@pytest.mark.rule("PAGES-7", "PAGES-5")
def test_submit_login_tells_no_name_from_no_password(
    visitor: Visitor, user: User
) -> None:
    """What does not fit brings the form back in the same words."""
    words = set()
    for name, password in [
        (user.username, "wrong password"),
        (unique(), user.password),
        (user.username, user.password + " "),
        (user.username, user.password.upper()),
    ]:
        answer = visitor.submit(
            "/login",
            "/login",
            expect=FORM_AGAIN,
            username=name,
            password=password,
        )
        page = good(document.read(answer))
        assert document.field(page, "username").value == name
        assert document.field(page, "password").value == ""
        words.add(page.one(role="alert").text.strip())
    assert len(words) == 1
    assert words != {""}
    assert not visitor.is_signed_in()


def fail_ten_times(visitor: Visitor, user: User) -> None:
    """Sign in with a wrong password until no more is allowed."""
    for _ in range(10):
        visitor.submit(
            "/login",
            "/login",
            expect=FORM_AGAIN,
            username=user.username,
            password="wrong",
        )


@pytest.mark.rule("PAGES-7", "LIMITS-4", "LIMITS-8")
def test_submit_login_refuses_after_too_many_failures(
    visitor: Visitor, user: User
) -> None:
    """Nobody is signed in any more, with the right password neither."""
    fail_ten_times(visitor, user)
    answer = visitor.submit(
        "/login",
        "/login",
        expect=FORM_AGAIN,
        username=user.username,
        password=user.password,
    )
    expect.no_secret(answer, user.password)
    assert faults_of(answer) == []
    assert not visitor.is_signed_in()
    account = {"username": user.username, "password": user.password}
    user.request("create_token", json=account, expect=429)


@pytest.mark.rule("PAGES-14")
def test_status_of_a_refused_sign_in(visitor: Visitor, user: User) -> None:
    """422 says that the sign-in does not fit."""
    visitor.submit(
        "/login",
        "/login",
        expect=422,
        username=user.username,
        password="wrong",
    )


@pytest.mark.rule("PAGES-14")
def test_status_after_too_many_failed_sign_ins(
    visitor: Visitor, user: User
) -> None:
    """429 says when to try again, as the API does."""
    fail_ten_times(visitor, user)
    answer = visitor.submit(
        "/login",
        "/login",
        expect=429,
        username=user.username,
        password=user.password,
    )
    assert expect.retry_after(answer) <= 60


@pytest.mark.rule("PAGES-5")
@pytest.mark.parametrize("path", ["/login", "/register"])
def test_password_never_comes_back(visitor: Visitor, path: str) -> None:
    """No page holds a password that was typed."""
    secret = "s3cret " + unique()
    answer = visitor.submit(
        path, path, expect=FORM_AGAIN, username="?", password=secret
    )
    expect.no_secret(answer, secret, secret[:10])


@pytest.mark.rule("PAGES-6", "PAGES-7")
@pytest.mark.parametrize("path", ["/login", "/register"])
def test_password_field_hides_what_is_typed(
    visitor: Visitor, path: str
) -> None:
    """It is a password to the browser."""
    field = document.field(visitor.visit(path), "password")
    assert field.get("type") == "password"


# The list


@pytest.mark.rule("PAGES-8")
def test_show_home_lists_twenty_a_page_newest_first(
    member: Visitor, user: User
) -> None:
    """Links lead to the neighbouring pages."""
    names = [user.bookmark(title=f"T{n}")["title"] for n in range(41)][::-1]
    pages = [member.visit(f"/?page={n}") for n in (1, 2, 3, 4)]
    assert [titles(page) for page in pages] == [
        names[:20],
        names[20:40],
        names[40:],
        [],
    ]
    assert titles(member.visit("/")) == names[:20]
    assert [neighbours(page) for page in pages] == [
        {"next": [("page", "2")]},
        {"prev": [("page", "1")], "next": [("page", "3")]},
        {"prev": [("page", "2")]},
        {"prev": [("page", "3")]},
    ]
    assert {status_line(page) for page in pages} == {"41 found"}


@pytest.mark.rule("PAGES-8", "PAGINATION-6")
def test_links_to_other_pages_keep_the_search(
    member: Visitor, user: User
) -> None:
    """Search words and tags go along."""
    for number in range(21):
        user.bookmark(title=f"R&D + {number}", tags=["a&b", "ü"])
    query = [("q", "r&d +"), ("tag", "a&b"), ("tag", "ü")]
    page = member.visit("/?" + urlencode(query))
    assert len(titles(page)) == 20
    found = neighbours(page)
    assert sorted(found["next"]) == sorted([*query, ("page", "2")])
    last = member.visit("/?" + urlencode(found["next"]))
    assert titles(last) == ["R&D + 0"]
    assert sorted(neighbours(last)["prev"]) == sorted([*query, ("page", "1")])
    form = last.one("form", role="search")
    hidden = [f.value for f in form.all("input", type="hidden", name="tag")]
    assert sorted(hidden) == ["a&b", "ü"]


@pytest.mark.rule("PAGES-8", "SEARCH-1", "TAGS-4", "TAGS-6")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Three", "Two", "One"]),
        ({"q": "É"}, ["Two"]),
        ({"q": "100%"}, ["Three"]),
        ({"q": "_"}, []),
        ({"q": ""}, ["Three", "Two", "One"]),
        ({"q": "example.org"}, ["Three"]),
        ({"tag": "a"}, ["Two", "One"]),
        ({"tag": " A "}, ["Two", "One"]),
        ({"tag": ["a", "b"]}, ["Two"]),
        ({"tag": ""}, ["Three", "Two", "One"]),
        ({"tag": "zzz"}, []),
        ({"q": "é", "tag": "b", "page": "1"}, ["Two"]),
        ({"q": "é", "page": "2"}, []),
        ({"q": "' OR 1=1 --"}, []),
        ({"per_page": "1", "sort": "created_at"}, ["Three", "Two", "One"]),
        ({"per_page": "x", "sort": "x", "z": "1"}, ["Three", "Two", "One"]),
    ],
)
def test_show_home_searches(
    reader: Visitor, query: dict, found: list[str]
) -> None:
    """`q`, `tag` and `page` mean what they mean to the API."""
    page = reader.visit("/?" + urlencode(query, doseq=True))
    assert titles(page) == found


@pytest.mark.rule("PAGES-8", "PAGINATION-2", "SEARCH-4")
@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=",
        "page=x",
        "page=1.5",
        "page=1000000001",
        "page=" + "9" * 30,
        "q=" + "x" * 201,
        "q=%00",
        "tag=" + "x" * 51,
        "tag=a,b",
        "tag=%00",
        "tag=a&tag=b%2Cc",
    ],
)
def test_show_home_refuses_what_is_invalid(
    resident: Visitor, query: str
) -> None:
    """What the API answers with 422 is 422 here."""
    resident.get(f"/?{query}", expect=422)


@pytest.mark.rule("PAGES-16")
def test_empty_shelf_invites_to_import(member: Visitor, user: User) -> None:
    """Who has no bookmarks and looks for none is led to `/import`."""
    page = member.visit("/").one("main")
    assert page.all("a", href="/import")
    searched = member.visit("/?q=x").one("main")
    assert searched.all("a", href="/import") == []
    user.bookmark()
    filled = member.visit("/").one("main")
    assert filled.all("a", href="/import") == []


@pytest.mark.rule("PAGES-8")
def test_show_home_lists_tags_with_their_counts(
    member: Visitor, user: User, other: User
) -> None:
    """The tags are those of the account, whatever is searched for."""
    assert tag_counts(member.visit("/")) == []
    user.bookmark(tags=["b", "a"])
    user.bookmark(tags=["b", "é"])
    other.bookmark(tags=["foreign"])
    counts = [("b", "(2)"), ("a", "(1)"), ("é", "(1)")]
    assert tag_counts(member.visit("/")) == counts
    page = member.visit("/?tag=a&tag=b&q=x")
    assert tag_counts(page) == counts
    chosen = [a.text.split()[0] for a in page.all("a", aria_current="true")]
    assert sorted(chosen) == ["a", "b"]


@pytest.mark.rule("PAGES-8")
def test_show_home_lists_the_twenty_most_used_tags(
    member: Visitor, user: User
) -> None:
    """Of more than twenty those that most bookmarks have, then by name."""
    names = [f"t{n:02}" for n in range(30)]
    for first in (0, 10, 20):
        user.bookmark(tags=names[first : first + 10])
    user.bookmark(tags=["t29", "t07", "t20"])
    user.bookmark(tags=["t29"])
    most = [("t29", "(3)"), ("t07", "(2)"), ("t20", "(2)")]
    rest = [(name, "(1)") for name in names if name not in dict(most)]
    page = good(member.visit("/"))
    assert tag_counts(page) == most + rest[:17]


@pytest.mark.rule("PAGES-8", "PERMISSIONS-3")
def test_show_home_shows_nothing_of_others(
    member: Visitor, other: User
) -> None:
    """An account sees its own bookmarks."""
    other.bookmark(title="Foreign", tags=["foreign"])
    page = member.visit("/?q=foreign")
    assert titles(page) == []
    assert status_line(page).startswith("0 found")
    assert tag_counts(page) == []


# Adding, changing, deleting


def shown(value: dict | set) -> str:
    """Write a parameter for the id of a test, the same in each process."""
    return repr(sorted(value) if isinstance(value, set) else value)[:50]


@pytest.mark.rule("PAGES-4", "PAGES-9")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, {"notes": "", "tags": []}),
        ({"title": "  A\u3000"}, {"title": "A"}),
        ({"title": "x" * 300}, {"title": "x" * 300}),
        ({"notes": " a\r\nb\n"}, {"notes": " a\nb\n"}),
        ({"notes": "x" * 1000}, {"notes": "x" * 1000}),
        ({"notes": "😀" * 1000}, {"notes": "😀" * 1000}),
        ({"notes": "x\n" * 500}, {"notes": "x\n" * 500}),
        ({"tags": "B, a ,b"}, {"tags": ["a", "b"]}),
        ({"tags": "a, , b,"}, {"tags": ["a", "b"]}),
        ({"tags": " , "}, {"tags": []}),
        ({"tags": "Straße,two words"}, {"tags": ["strasse", "two words"]}),
        (
            {"tags": ",".join(f"t{n:02}" for n in range(20))},
            {"tags": [f"t{n:02}" for n in range(20)]},
        ),
        (
            {"url": "HTTPS://Example.com:443/%7e?q=ä#x"},
            {"url": "HTTPS://Example.com:443/%7e?q=ä#x"},
        ),
    ],
)
def test_submit_bookmark_adds_it(
    member: Visitor, user: User, sent: dict, kept: dict
) -> None:
    """The form adds by the rules of validation and leads to `/`."""
    leads_to(add(member, **sent), "/")
    expect.bookmark(only(user), **kept)


@pytest.mark.rule("PAGES-5", "PAGES-9")
@pytest.mark.parametrize(("change", "faulty"), FAULTS, ids=shown)
def test_submit_bookmark_refuses_what_is_invalid(
    resident: Visitor, someone: User, change: dict, faulty: set[str]
) -> None:
    """The form comes back with all values and the messages."""
    sent = {**KEPT, **change}
    answer = resident.submit("/", "/bookmarks", expect=FORM_AGAIN, **sent)
    check_refused(document.read(answer), "/bookmarks", sent, faulty)
    no_bookmarks(someone)


def check_refused(
    page: Element, action: str, sent: dict, faulty: set[str]
) -> None:
    """Check a form that came back."""
    form = document.form_to(good(page), action)
    assert set(document.messages(page)) == faulty
    fields = document.fields_of(form)
    shown = {name: fields[name].value for name in sent}
    assert shown == sent
    marked = [f for f in form.walk() if "aria-invalid" in f.attributes]
    assert {f.get("name") for f in marked} == faulty


@pytest.mark.rule("PAGES-5", "PAGES-9")
def test_submit_bookmark_twice_with_faults_and_then_without(
    member: Visitor, user: User
) -> None:
    """The form that comes back can be sent."""
    page = document.read(add(member, FORM_AGAIN, title="", url="x"))
    form = document.form_to(page, "/bookmarks")
    member.send(form, url="https://example.com/", title="T")
    expect.bookmark(only(user), url="https://example.com/", title="T")


@pytest.mark.rule("PAGES-9", "PAGES-5")
def test_submit_bookmark_refuses_a_url_that_is_there(
    member: Visitor, user: User
) -> None:
    """A second one brings the form back."""
    mark = user.bookmark()
    sent = {"url": mark["url"], "title": "Mine", "tags": "x", "notes": "y"}
    answer = member.submit("/", "/bookmarks", expect=FORM_AGAIN, **sent)
    check_refused(document.read(answer), "/bookmarks", sent, {"url"})
    expect.bookmark(only(user), **mark)


@pytest.mark.rule("PAGES-14")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "{taken}"}, 409),
        ({"url": "x"}, 422),
        ({"title": ""}, 422),
        ({"notes": "x" * 66_000}, 413),
    ],
    ids=["409", "422-url", "422-title", "413"],
)
def test_status_of_a_refused_bookmark(
    member: Visitor, user: User, change: dict, status: int
) -> None:
    """The form that comes back has the status of the API's answer."""
    mark = user.bookmark()
    taken = {name: mark["url"] for name in change if "{taken}" in change[name]}
    add(member, status, **{**change, **taken})


@pytest.mark.rule("PAGES-9")
def test_submit_bookmark_ignores_what_the_form_has_not(
    member: Visitor, user: User, other: User
) -> None:
    """Ids, owners and times are not the visitor's to set."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    pairs = document.filled(form, url=unique_url(), title="T")
    pairs += [("id", "77777"), ("user_id", str(other.id))]
    pairs += [("created_at", "2000-01-01T00:00:00.000000Z")]
    member.post("/bookmarks", pairs, expect=ACCEPTED)
    mark = only(user)
    assert mark["id"] != 77777
    assert not mark["created_at"].startswith("2000")
    no_bookmarks(other)


@pytest.mark.rule("PAGES-9")
def test_submit_bookmark_with_fields_that_are_missing(
    member: Visitor, user: User
) -> None:
    """Only `url` and `title` have to be sent."""
    form = document.form_to(member.visit("/"), "/bookmarks")
    pairs = list(document.hidden_of(form).items())
    member.post("/bookmarks", pairs, expect=FORM_AGAIN)
    no_bookmarks(user)
    pairs += [("url", "https://example.com/"), ("title", "T")]
    member.post("/bookmarks", pairs, expect=ACCEPTED)
    expect.bookmark(only(user), notes="", tags=[])


@pytest.mark.rule("PAGES-4", "PAGES-9", "PAGES-10")
def test_submit_edit_changes_the_bookmark(member: Visitor, user: User) -> None:
    """All fields change, `created_at` and `id` stay."""
    mark = user.bookmark(tags=["old"], notes="Old")
    path = f"/bookmarks/{mark['id']}/edit"
    new = {"url": unique_url(), "title": "New", "notes": "N\r\nN"}
    answer = member.submit(path, path, tags="B,a", **new)
    leads_to(answer, "/")
    changed = expect.bookmark(
        only(user),
        **{**new, "notes": "N\nN"},
        tags=["a", "b"],
        id=mark["id"],
        created_at=mark["created_at"],
    )
    assert changed["updated_at"] > mark["updated_at"]
    member.submit(path, path, tags="", notes="")
    expect.bookmark(only(user), tags=[], notes="", title="New")


@pytest.mark.rule("PAGES-9", "PAGES-10")
def test_submit_edit_as_it_is_shown_changes_nothing(
    member: Visitor, user: User
) -> None:
    """Opening the form and saving keeps every value and time."""
    mark = user.bookmark(
        title="<b>&amp;</b>", tags=["two words", "a"], notes="\n x \n\n"
    )
    path = f"/bookmarks/{mark['id']}/edit"
    member.submit(path, path)
    expect.bookmark(only(user), **mark)


@pytest.mark.rule("PAGES-5", "PAGES-9", "PAGES-10")
@pytest.mark.parametrize(
    ("change", "faulty"), FAULTS[::5] + FAULTS[-2:], ids=shown
)
def test_submit_edit_refuses_what_is_invalid(
    member: Visitor, user: User, change: dict, faulty: set[str]
) -> None:
    """The form comes back with what was sent, and nothing changed."""
    mark = user.bookmark(tags=["old"])
    path = f"/bookmarks/{mark['id']}/edit"
    sent = {**KEPT, **change}
    answer = member.submit(path, path, expect=FORM_AGAIN, **sent)
    check_refused(document.read(answer), path, sent, faulty)
    expect.bookmark(only(user), **mark)


@pytest.mark.rule("PAGES-9", "PAGES-10")
def test_submit_edit_refuses_a_url_of_another_bookmark(
    member: Visitor, user: User
) -> None:
    """The URL of another one is refused, its own is not."""
    first, second = user.bookmark(), user.bookmark()
    path = f"/bookmarks/{second['id']}/edit"
    answer = member.submit(
        path, path, expect=FORM_AGAIN, url=first["url"], title="Mine"
    )
    page = good(document.read(answer))
    assert set(document.messages(page)) == {"url"}
    assert document.field(page, "title").value == "Mine"
    member.submit(path, path, title="Mine")
    shown = user.request("show_bookmark", id=second["id"], expect=200).json()
    expect.bookmark(shown, url=second["url"], title="Mine")


@pytest.mark.rule("PAGES-14")
@pytest.mark.parametrize(
    ("change", "status"),
    [({"url": "{taken}"}, 409), ({"title": ""}, 422)],
    ids=["409", "422"],
)
def test_status_of_a_refused_edit(
    member: Visitor, user: User, change: dict, status: int
) -> None:
    """The form that comes back has the status of the API's answer."""
    first, second = user.bookmark(), user.bookmark()
    path = f"/bookmarks/{second['id']}/edit"
    taken = {n: first["url"] for n in change if "{taken}" in change[n]}
    member.submit(path, path, expect=status, **{**change, **taken})


@pytest.mark.rule("PAGES-10")
def test_show_delete_asks_and_deletes_nothing(
    member: Visitor, user: User
) -> None:
    """It says which bookmark it is; a link to it changes nothing."""
    mark = user.bookmark(title="Fish & chips")
    path = f"/bookmarks/{mark['id']}/delete"
    for _ in range(2):
        page = good(member.visit(path))
        assert page.one("main").one("h2").text.strip() == "Fish & chips"
        assert mark["url"] in page.one("main").text
        document.form_to(page, path)
    expect.bookmark(only(user), **mark)


@pytest.mark.rule("PAGES-4", "PAGES-10")
def test_submit_delete_deletes_the_bookmark(
    member: Visitor, user: User
) -> None:
    """It is gone, the others stay, and the way leads to `/`."""
    first, second = user.bookmark(), user.bookmark()
    path = f"/bookmarks/{first['id']}/delete"
    leads_to(member.submit(path, path), "/")
    expect.bookmark(only(user), **second)
    user.request("show_bookmark", id=first["id"], expect=404)


LISTS = ["/", "/?page=2", "/?q=100%25+%26+more&tag=a%26b&tag=%C3%BC"]


@pytest.fixture
def hundred(user: User) -> dict:
    """Give a bookmark that every one of LISTS shows."""
    for _ in range(20):
        user.bookmark()
    fields = {"title": "100% & more", "tags": ["a&b", "ü"]}
    oldest = user.request(
        "list_bookmarks", params={"sort": "created_at"}, expect=200
    ).json()["items"][0]
    user.request("update_bookmark", id=oldest["id"], json=fields, expect=200)
    return user.bookmark(**fields)


@pytest.mark.rule("PAGES-15", "PAGES-4")
@pytest.mark.parametrize("shown", LISTS)
def test_a_change_leads_back_to_the_list(
    member: Visitor, hundred: dict, shown: str
) -> None:
    """The links name the list, and the form leads back there."""
    for what in ("edit", "delete"):
        leads_back(member, shown, what)


def leads_back(member: Visitor, shown: str, what: str) -> None:
    """Follow a link of a list to a form, and the form back to the list."""
    page = member.visit(shown)
    links = [
        link.get("href")
        for link in page.one("ul", class_="bookmarks").all("a")
        if urlsplit(link.get("href")).path.endswith(f"/{what}")
    ]
    assert len(links) == len(titles(page))
    assert links
    form_page = good(member.visit(links[0]))
    ways_back = [
        document.normal_path(link.get("href"))
        for link in form_page.one("main").all("a")
    ]
    assert ways_back == [document.normal_path(shown)]
    form = document.form_to(form_page, urlsplit(links[0]).path)
    leads_to(member.send(form), shown)


@pytest.mark.rule("PAGES-15", "PAGES-5")
def test_next_survives_a_form_with_faults(
    member: Visitor, hundred: dict
) -> None:
    """The form that comes back still knows where to go."""
    path = f"/bookmarks/{hundred['id']}/edit"
    page = f"{path}?next=%2F%3Ftag%3Da%2526b"
    answer = member.submit(page, path, expect=FORM_AGAIN, title="")
    form = document.form_to(document.read(answer), path)
    leads_to(member.send(form, title="T"), "/?tag=a%26b")


@pytest.mark.rule("PAGES-15")
@pytest.mark.parametrize(
    ("where", "what"),
    [
        *((where, "edit") for where in ("", *FOREIGN_PATHS)),
        *((where, "delete") for where in ("", *FOREIGN_PATHS[:2])),
    ],
)
def test_foreign_next_is_not_followed(
    owner: tuple[Visitor, User], where: str, what: str
) -> None:
    """Neither the link back nor the form leads to another host."""
    member, user = owner
    path = f"/bookmarks/{user.bookmark()['id']}/{what}"
    page = good(member.visit(f"{path}?{urlencode({'next': where})}"))
    links = [link.get("href") for link in page.one("main").all("a")]
    assert links
    assert [link for link in links if not stays_here(link)] == []
    form = document.form_to(page, path)
    pairs = dict(document.filled(form))
    answer = member.post(
        path, list({**pairs, "next": where}.items()), expect=ACCEPTED
    )
    assert stays_here(answer.headers["location"])
    assert answer.headers["location"] != ""


@pytest.mark.rule("PAGES-11", "PERMISSIONS-2")
@pytest.mark.parametrize("whose", ["another's", "nobody's"])
def test_page_of_a_bookmark_that_is_not_there(
    member: Visitor, user: User, other: User, whose: str
) -> None:
    """Another account's bookmark is as missing as one that never was."""
    mark = other.bookmark(title="Secret", notes="secret")
    own = user.bookmark()
    if whose == "nobody's":
        other.request("delete_bookmark", id=mark["id"], expect=204)
    form = document.form_to(
        member.visit(f"/bookmarks/{own['id']}/edit"),
        f"/bookmarks/{own['id']}/edit",
    )
    pairs = document.filled(form, title="Stolen", url=unique_url())
    hidden = list(document.hidden_of(form).items())
    at = f"/bookmarks/{mark['id']}"
    answers = [
        member.get(f"{at}/edit", expect=404),
        member.post(f"{at}/edit", pairs, expect=404),
        member.get(f"{at}/delete", expect=404),
        member.post(f"{at}/delete", hidden, expect=404),
    ]
    for answer in answers:
        assert "Secret" not in answer.text
    expect.bookmark(only(user), **own)
    kept = other.request("list_bookmarks", expect=200).json()["items"]
    assert kept == ([mark] if whose == "another's" else [])


@pytest.mark.rule("PAGES-11", "ROUTING-8", "ROUTING-9")
@pytest.mark.parametrize(
    "number",
    ["0", "9" * 18, "9" * 19, "9" * 40, "x", "-1", "1.0"],
)
def test_page_of_an_id_that_is_none(resident: Visitor, number: str) -> None:
    """An id that cannot be is refused, as one that is missing."""
    missing = {404, 422}
    resident.get(f"/bookmarks/{number}/edit", expect=missing)
    resident.get(f"/bookmarks/{number}/delete", expect=missing)
    form = document.form_to(resident.visit("/import"), "/import")
    hidden = list(document.hidden_of(form).items())
    # The path may not even be known to take the method.
    missing = {404, 405, 422}
    resident.post(f"/bookmarks/{number}/delete", hidden, expect=missing)


# Files


@pytest.mark.rule("PAGES-4", "PAGES-12")
def test_submit_import_imports_a_file(member: Visitor, user: User) -> None:
    """The file becomes bookmarks, and a page says the counts."""
    answer = member.submit("/import", "/import", file=FILE)
    where = urlsplit(answer.headers["location"])
    assert where.path == "/import"
    assert sorted(parse_qsl(where.query)) == [
        ("created", "2"),
        ("invalid", "5"),
        ("skipped", "1"),
    ]
    page = good(member.visit(answer.headers["location"]))
    assert status_line(page).startswith("2 imported, 1 skipped")
    assert reasons(page) == ["Not an address that can be kept, on line 5"]
    listed = user.request("list_bookmarks", expect=200).json()["items"]
    found = {mark["url"]: (mark["title"], mark["tags"]) for mark in listed}
    assert found == {
        "https://example.com/1": ("One", ["a", "b"]),
        "https://example.com/2": ("Two", []),
    }
    again = member.submit("/import", "/import", file=FILE)
    query = urlsplit(again.headers["location"]).query
    assert dict(parse_qsl(query)) == {
        "created": "0",
        "skipped": "3",
        "invalid": "5",
        "existing": "3,4",
    }


def reasons(page: Element) -> list[str]:
    """Return what a page says of the entries that were skipped."""
    lists = page.one("main").all("ul")
    return [" ".join(i.text.split()) for one in lists for i in one.all("li")]


@pytest.mark.rule("PAGES-12")
def test_page_names_the_first_twenty_reasons(
    member: Visitor, user: User
) -> None:
    """Each code has its lines; there are twenty lines in all."""
    user.bookmark(url="https://example.com/1")
    entry = '<DT><A HREF="https://example.com/1">One</A>\n'
    lines = entry * 24 + "<DT><A HREF='x'>No</A>\n"
    file = f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL>\n{lines}".encode()
    answer = member.submit("/import", "/import", file=file)
    page = good(member.visit(answer.headers["location"]))
    assert status_line(page).startswith("0 imported, 25 skipped")
    repeated = ", ".join(str(line) for line in range(4, 23))
    assert reasons(page) == [
        f"Repeats an earlier address, on line {repeated}",
        "An address that you have already, on line 3",
    ]


@pytest.mark.rule("PAGES-12")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", []),
        (
            "&existing=1,20",
            ["An address that you have already, on line 1, 20"],
        ),
        (
            "&existing=9&repeated=8&invalid=7",
            [
                "Not an address that can be kept, on line 7",
                "Repeats an earlier address, on line 8",
                "An address that you have already, on line 9",
            ],
        ),
        ("&invalid=x", []),
        ("&invalid=", []),
        ("&invalid=1;2", []),
        ("&invalid=%3Cb%3E", []),
        ("&invalid=1%0A2", []),
        ("&invalid=%D9%A3", []),
        ("&invalid=" + "1" * 201, []),
        ("&unknown=7", []),
    ],
)
def test_page_takes_reasons_that_are_numbers(
    reader: Visitor, query: str, shown: list[str]
) -> None:
    """What is no list of numbers is not said."""
    page = good(reader.visit("/import?created=1&skipped=2" + query))
    assert status_line(page).startswith("1 imported, 2 skipped")
    assert reasons(page) == shown


@pytest.mark.rule("PAGES-12", "PAGES-5")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        FILE.replace(b"One", b"\xff"),
        b"hello",
        b"<html><body>No bookmarks</body></html>",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["empty", "binary", "no utf-8", "text", "html", "png"],
)
def test_submit_import_refuses_a_file(
    resident: Visitor, someone: User, content: bytes
) -> None:
    """Nothing is imported of what is not a bookmark file."""
    answer = resident.submit(
        "/import", "/import", expect=FORM_AGAIN, file=content
    )
    check_not_imported(answer)
    no_bookmarks(someone)


def check_not_imported(answer: Response) -> None:
    """Check that an answer is 4xx, or the form with the reason."""
    assert faults_of(answer) == []
    assert answer.status_code >= 400 or set(
        document.messages(document.read(answer))
    ) == {"file"}


@pytest.mark.rule("PAGES-12", "PAGES-5")
@pytest.mark.parametrize("field", [None, "other"])
def test_submit_import_without_a_file(
    resident: Visitor, someone: User, field: str | None
) -> None:
    """No file, or one in another field, imports nothing."""
    form = document.form_to(resident.visit("/import"), "/import")
    files = {field: ("b.html", FILE)} if field else {}
    answer = resident.post(
        "/import", document.filled(form), expect=FORM_AGAIN, files=files
    )
    check_not_imported(answer)
    no_bookmarks(someone)


@pytest.mark.rule("PAGES-14")
def test_status_of_a_refused_file(resident: Visitor) -> None:
    """The form that comes back has the status of the API's answer."""
    answer = resident.submit("/import", "/import", expect=422, file=b"hello")
    page = good(document.read(answer))
    assert set(document.messages(page)) == {"file"}


@pytest.mark.rule("PAGES-12", "IMPORTING-11", "PAGES-2")
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)<|script>.html",
        "../../../etc/passwd",
        "..%2f..%2fx",
        "C:\\x.html",
        "x" * 255,
        "é😀.html",
    ],
)
def test_name_of_a_file_is_never_used(
    member: Visitor, user: User, name: str
) -> None:
    """It stands on no page and decides nothing."""
    form = document.form_to(member.visit("/import"), "/import")
    pairs = document.filled(form)
    answer = member.post(
        "/import", pairs, expect=FORM_AGAIN, files={"file": (name, b"hello")}
    )
    assert name not in answer.text
    member.post(
        "/import", pairs, expect=ACCEPTED, files={"file": (name, FILE)}
    )


@pytest.mark.managed
@pytest.mark.rule("PAGES-12", "IMPORTING-9")
def test_submit_import_refuses_a_file_that_is_too_large(
    small: Server,
) -> None:
    """Past `MAX_IMPORT_BYTES` nothing is imported."""
    browser = newcomer(small)
    form = document.form_to(browser.visit("/import"), "/import")
    large = {"file": ("b.html", FILE + b" " * 20_000)}
    kind, body = multipart(document.filled(form), large)
    post_large(small, browser, "/import", kind, body)
    assert titles(browser.visit("/")) == []
    browser.submit("/import", "/import", file=FILE)
    browser.close()


@pytest.mark.managed
@pytest.mark.rule("PAGES-14")
def test_status_of_a_file_that_is_too_large(small: Server) -> None:
    """413 says that the file is too large, as the API does."""
    browser = newcomer(small)
    large = FILE + b" " * 20_000
    browser.submit("/import", "/import", expect=413, file=large)
    browser.close()


def newcomer(server: Server) -> Visitor:
    """Sign up and give the browser."""
    browser = Visitor(server.url)
    browser.submit(
        "/register", "/register", username=unique(), password=PASSWORD
    )
    return browser


@pytest.mark.rule("PAGES-18", "EXPORTING-2")
@pytest.mark.parametrize("query", ["", "?format=html", "?format=ndjson"])
def test_show_export_answers_as_the_api_does(
    member: Visitor, user: User, query: str
) -> None:
    """The same bytes, as the same file."""
    user.bookmark(title="<One>", tags=["a"], notes="x\n y")
    user.bookmark()
    page = member.get(f"/export{query}")
    api = user.request("GET", f"/api/export{query}", expect=200)
    assert page.content == api.content
    assert len(page.content) > 100
    for name in ("content-type", "content-disposition"):
        assert page.headers[name] == api.headers[name]


@pytest.mark.rule("PAGES-18", "EXPORTING-1")
@pytest.mark.parametrize("query", ["format=", "format=csv", "format=HTML"])
def test_show_export_refuses_another_format(
    resident: Visitor, query: str
) -> None:
    """What is 422 in the API is 422 here."""
    resident.get(f"/export?{query}", expect=422)


# The documents of the spec


PLACEHOLDERS = {
    "user": ">ada<",
    "username": '"ada"',
    "first": "/bookmarks/1/",
    "second": "/bookmarks/2/",
    "first_day": "2026-01-01",
    "second_day": "2026-01-02",
}
FISH = {
    "url": "https://example.com/?a=1&b=2",
    "title": "Fish & chips",
    "notes": "<b>Tuesdays</b>",
    "tags": ["R&D", "food"],
}
PLAIN = {"url": "https://example.com/plain", "title": "Plain"}


def compare(page: Element, name: str, **values: str) -> None:
    """Compare a page with its reference, values put in."""
    text = (REFERENCES / f"{name}.html").read_text("utf-8")
    for old, new in values.items():
        text = text.replace(PLACEHOLDERS[old], new)
    wanted = document.outline(document.parse(text))
    assert document.outline(page) == wanted


def values_of(user: User, first: dict, second: dict) -> dict[str, str]:
    """Return what stands in place of the placeholders."""
    return {
        "user": f">{user.username}<",
        "first": f"/bookmarks/{first['id']}/",
        "second": f"/bookmarks/{second['id']}/",
        "first_day": first["created_at"][:10],
        "second_day": second["created_at"][:10],
    }


@pytest.mark.rule("PAGES-13", "PAGES-6", "PAGES-7")
@pytest.mark.parametrize("name", ["login", "register"])
def test_form_of_a_visitor_is_that_of_the_spec(
    visitor: Visitor, name: str
) -> None:
    """The forms to sign in and up are the documents of the spec."""
    compare(visitor.visit(f"/{name}"), name)


@pytest.mark.rule("PAGES-13", "PAGES-5")
def test_refused_form_of_a_visitor_is_that_of_the_spec(
    visitor: Visitor,
) -> None:
    """So are those that come back."""
    name = unique()
    sent = {"expect": FORM_AGAIN, "password": "x"}
    answer = visitor.submit("/login", "/login", username=name, **sent)
    compare(document.read(answer), "login-refused", username=f'"{name}"')
    answer = visitor.submit("/register", "/register", username="Ada!", **sent)
    compare(document.read(answer), "register-faults")


@pytest.mark.rule("PAGES-13", "PAGES-8")
def test_show_home_is_that_of_the_spec(member: Visitor, user: User) -> None:
    """The list is the document of the spec, empty, full and searched."""
    shown = {"user": f">{user.username}<"}
    compare(member.visit("/"), "home-empty", **shown)
    first, second = user.bookmark(**PLAIN), user.bookmark(**FISH)
    values = values_of(user, first, second)
    compare(member.visit("/"), "home", **values)
    searched = "/?q=CHIPS&tag=food"
    compare(member.visit(searched), "home-found", **values)
    compare(member.visit("/?q=soup"), "home-not-found", **values)
    query = urlencode({"next": searched})
    for name in ("edit", "delete"):
        page = member.visit(f"/bookmarks/{second['id']}/{name}?{query}")
        compare(page, name, **values)


@pytest.mark.rule("PAGES-13", "PAGES-8")
def test_last_page_is_that_of_the_spec(member: Visitor, user: User) -> None:
    """So is the list with its links to other pages."""
    first = user.bookmark(**PLAIN)
    for _ in range(20):
        user.bookmark()
    page = member.visit("/?page=2")
    compare(page, "home-last-page", **values_of(user, first, first))


@pytest.mark.rule("PAGES-13", "PAGES-5", "PAGES-9")
def test_refused_bookmark_is_that_of_the_spec(
    member: Visitor, user: User
) -> None:
    """So is the form with faults."""
    sent = {"url": "example.com", "title": "", "tags": "B, a"}
    answer = add(member, FORM_AGAIN, notes="Kept", **sent)
    shown = {"user": f">{user.username}<"}
    compare(document.read(answer), "add-faults", **shown)


@pytest.mark.rule("PAGES-13", "PAGES-12")
def test_import_is_that_of_the_spec(member: Visitor, user: User) -> None:
    """So are the pages of the import."""
    shown = {"user": f">{user.username}<"}
    compare(member.visit("/import"), "import", **shown)
    reasons = "&invalid=7,12&repeated=15"
    page = member.visit("/import?created=12&skipped=3" + reasons)
    compare(page, "import-done", **shown)
    answer = member.submit(
        "/import", "/import", expect=FORM_AGAIN, file=b"hello"
    )
    compare(document.read(answer), "import-refused", **shown)


@pytest.mark.rule("ERRORS-10")
def test_error_is_that_of_the_spec(member: Visitor) -> None:
    """So is a page that says what went wrong."""
    page = member.visit("/nothing", expect=404)
    words = page.one("main").all("p")[0].text
    assert words.strip()
    reference = (REFERENCES / "error.html").read_text("utf-8")
    wanted = document.parse(
        reference.replace("There is nothing at this address.", words)
    )
    assert document.outline(page) == document.outline(wanted)


@pytest.mark.rule("PAGES-5", "PAGES-8", "PAGES-9")
def test_many_random_bookmarks_are_shown_as_they_are(
    member: Visitor, user: User
) -> None:
    """Whatever the form takes, list and form show again."""
    chance = random.Random(20)
    letters = "<>&\"'/=;# \tabcéß\u0130\u2028😀{}%\\-!`"
    for _ in range(20):
        text = "".join(chance.choices(letters, k=30)).strip() or "x"
        leads_to(add(member, title=text, notes=text), "/")
    listed = user.request("list_bookmarks", expect=200).json()["items"]
    page = good(member.visit("/"))
    found = page.one("ul", class_="bookmarks").all("h2")
    assert [h.text for h in found] == [mark["title"] for mark in listed]
    edit = member.visit(f"/bookmarks/{listed[0]['id']}/edit")
    assert edit.one("textarea").value == listed[0]["notes"]

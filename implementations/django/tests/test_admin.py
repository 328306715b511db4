"""Django's pages for administrators, which no rule asks for."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.support import document, raw
from tests.support.client import PASSWORD, User, register, unique
from tests.support.expect import REFUSED
from tests.support.servers import Server
from tests.support.uploads import UNREAD
from tests.support.visitor import Visitor, multipart

SECRETS = [
    "user/?password__startswith=scrypt",
    "user/?sessions__session_key__startswith=a",
    "user/?tokens__digest__startswith=a",
    "user/?username=demo&password__contains=a",
    "user/?admin__range=1",
    "user/?admin__regex=[",
]
STATIC = ["admin/css/base.css", "admin/js/theme.js", "style.css"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run Django, once for all tests here, and log each request."""
    with Server("django", {"LOG_LEVEL": "info"}) as one:
        yield one


@pytest.fixture(scope="module")
def name(server: Server) -> str:
    """Create the one administrator."""
    name = unique()
    done = server.run("create-admin", name, input=PASSWORD)
    assert done.returncode == 0, done.stderr
    return name


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    """Give a browser in which nobody is signed in."""
    browser = Visitor(server.url)
    yield browser
    browser.close()


@pytest.fixture
def other(server: Server) -> Iterator[User]:
    """Give a plain account with a token."""
    user = register(server.url)
    yield user
    user.client.close()


@pytest.fixture
def member(other: User, visitor: Visitor) -> Visitor:
    """Give a browser in which a plain account is signed in."""
    visitor.sign_in(other.username, other.password)
    return visitor


@pytest.fixture
def admin(name: str, visitor: Visitor) -> Visitor:
    """Give a browser in which the administrator is signed in."""
    visitor.sign_in(name, PASSWORD)
    return visitor


def follow(visitor: Visitor, path: str, expect: int) -> str:
    """Go where redirects lead, and return where that is."""
    answer = visitor.get(path, expect={302, 303, expect})
    while answer.status_code != expect:
        path = answer.headers["location"]
        answer = visitor.get(path, expect={302, 303, expect})
    return path


def read(answer: raw.Response) -> document.Element:
    """Read a page without its drawings, which are XML."""
    return document.parse(re.sub("(?s)<svg.*?</svg>", "", answer.text))


def visit(visitor: Visitor, path: str) -> document.Element:
    """Get a page of the admin and read it."""
    return read(visitor.get(path))


def token_in(page: document.Element) -> tuple[str, str]:
    """Return the token that each form of a page sends."""
    field = "csrfmiddlewaretoken"
    return field, page.all("input", name=field)[0].value


def id_of(visitor: Visitor, name: str) -> str:
    """Find the number of an account in the list of accounts."""
    page = visit(visitor, f"/admin/app/user/?q={name}")
    (box,) = page.all("input", name="_selected_action")
    return box.get("value")


def logged(server: Server, path: str) -> list[dict]:
    """Return the requests to a path that the log tells of."""
    lines = map(json.loads, server.log_text().splitlines())
    return [line for line in lines if line.get("path") == path]


def test_visitor_is_led_to_the_sign_in(visitor: Visitor) -> None:
    """Who is not signed in comes to the form of the admin."""
    for path in ("/admin/", "/admin/app/user/"):
        assert follow(visitor, path, 200) == f"/admin/login/?next={path}"


def test_member_is_refused(member: Visitor) -> None:
    """A plain account sees none of the pages, and is told why."""
    page = member.get(follow(member, "/admin/app/user/", 200)).text
    assert "not authorized" in page
    assert "/admin/app/user/add/" not in page


def test_admin_looks_around(admin: Visitor, name: str) -> None:
    """An administrator sees the accounts."""
    visit(admin, "/admin/")
    number = id_of(admin, name)
    assert name in visit(admin, f"/admin/app/user/{number}/change/").text
    visit(admin, "/admin/app/user/?admin__exact=1")


def test_admin_makes_an_administrator(admin: Visitor, other: User) -> None:
    """The form of an account turns it into an administrator's."""
    other.request("list_users", expect=403)
    path = f"/admin/app/user/{other.id}/change/"
    token = token_in(visit(admin, path))
    admin.post(path, [token, ("admin", "on")], expect=302)
    other.request("list_users", expect=200)


def test_admin_deletes_accounts(admin: Visitor, other: User) -> None:
    """What the list deletes is gone with all that it kept."""
    other.bookmark()
    path = "/admin/app/user/"
    pairs = [
        token_in(visit(admin, path)),
        ("action", "delete_selected"),
        ("_selected_action", str(other.id)),
    ]
    page = read(admin.post(path, pairs, expect=200))
    assert other.username in page.text
    admin.post(path, [*pairs, ("post", "yes")], expect=302)
    other.request("show_me", expect=401)


def test_log_out_works(admin: Visitor) -> None:
    """The button in the head of each page signs out."""
    page = visit(admin, "/admin/")
    admin.send(document.form_to(page, "/admin/logout/"), expect=302)
    assert not admin.is_signed_in()


def test_form_of_the_admin_signs_administrators_in(
    name: str, visitor: Visitor
) -> None:
    """The account is that of the other pages."""
    login = "/admin/login/?next=/admin/"
    form = document.form_to(visit(visitor, login), login)
    answer = visitor.send(form, username=name, password=PASSWORD)
    assert answer.headers["location"] == "/admin/"
    assert visitor.is_signed_in()


def test_form_of_the_admin_has_the_limit(
    visitor: Visitor, other: User
) -> None:
    """Sign-ins that fail here count as they do elsewhere."""
    login = "/admin/login/?next=/admin/"
    form = document.form_to(visit(visitor, login), login)
    for status in [200] * 10 + [429]:
        visitor.send(
            form, username=other.username, password="wrong", expect=status
        )
    account = {"username": other.username, "password": other.password}
    other.request("create_token", json=account, expect=429)


@pytest.mark.parametrize("path", SECRETS)
def test_secrets_are_no_filters(admin: Visitor, path: str) -> None:
    """No list tells by its length what an account keeps secret."""
    admin.get(f"/admin/app/{path}", expect=400)


def test_passwords_are_not_changed_here(admin: Visitor) -> None:
    """A form that asks for a password without the limit is not there."""
    admin.get("/admin/password_change/", expect={302, 404})


def test_unreadable_forms_are_no_errors_of_ours(
    server: Server, visitor: Visitor
) -> None:
    """A form that is cut short or too large is refused."""
    visit(visitor, "/login")
    cookies = [f"{name}={value}" for name, value in visitor.cookies.items()]
    kind, body = multipart([("a", "b" * 100)], {})
    headers = [("Cookie", cookies[0]), ("Content-Type", kind)]
    head = [*headers, ("Connection", "close")]
    cut = raw.message("POST", "/admin/login/", head, body[:-8])
    raw.exchange(server, cut, expect=REFUSED)
    _, large = multipart([("a", "b" * 70_000)], {})
    for path in ("/admin/login/", "/admin/"):
        whole = raw.message("POST", path, head, large)
        raw.exchange(server, whole, expect=UNREAD)


@pytest.mark.parametrize("path", STATIC)
def test_static_files_are_there(visitor: Visitor, path: str) -> None:
    """What the pages need is served without `collectstatic`."""
    visitor.get(f"/static/{path}", expect=200)


def test_log_names_the_account(admin: Visitor, server: Server) -> None:
    """The log says who asked for a page, here and at the sign-in."""
    for path in ("/admin/app/", "/login", "/register"):
        admin.get(path)
        assert logged(server, path)[-1]["user_id"]

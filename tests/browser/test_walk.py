"""The whole way through the service, in a browser, by the keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import document
from tests.support.client import PASSWORD, unique

LONG = "Unbrokenwordthatgoesonandon" * 10
ENTRIES = [
    ("https://docs.python.org/3/library/wsgiref.html", "wsgiref", "python"),
    ("https://developer.mozilla.org/", "MDN Web Docs", "web,reference"),
    ("https://www.rfc-editor.org/rfc/rfc9110", "HTTP Semantics", "http,rfc"),
    ("https://example.com/" + "path/" * 60, LONG, "long"),
    ("https://example.com/?a=1&amp;b=2", "Fish &amp; chips", "food"),
]
MANY = [
    (f"https://example.com/articles/{n}", f"Article {n}", f"topic-{n % 7}")
    for n in range(20)
]
FILE = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n" + "".join(
    f'<DT><A HREF="{url}" ADD_DATE="{1767225600 - number}"'
    f' TAGS="{tags}">{title}</A>\n<DD>Notes on {title}\n'
    for number, (url, title, tags) in enumerate(ENTRIES + MANY)
)


def sign_up(walk: object) -> str:
    """Come as a stranger, mistype, and sign up."""
    page, name = walk.page, unique()
    walk.goto("/")
    walk.look("login", "Sign in")
    asked = document.normal_path(page.url.removeprefix(walk.url))
    assert asked == "/login?next=%2F"
    walk.press(walk.page.locator("a.skip"))
    walk.goto("/login")
    walk.press(walk.link("Sign up"))
    walk.look("register", "Sign up")
    walk.type_into("Username", "Ada Lovelace")
    walk.type_into("Password", "short")
    page.keyboard.press("Enter")
    page.locator("[name=username][aria-invalid]").wait_for()
    walk.look("register-faults", "Sign up")
    walk.type_into("Username", name)
    walk.type_into("Password", PASSWORD)
    walk.press(walk.button("Sign up"))
    page.get_by_text("You have no bookmarks yet").wait_for()
    assert page.get_by_text(f"Signed in as {name}").is_visible()
    walk.look("home-empty", "Bookmarks")
    return name


def import_file(walk: object) -> None:
    """Follow the invitation, import a wrong file and then a right one."""
    walk.press(walk.link("Import a bookmark file"))
    walk.look("import", "Import bookmarks")
    choose(walk, b"hello")
    walk.page.locator("[name=file][aria-invalid]").wait_for()
    walk.look("import-refused", "Import bookmarks")
    choose(walk, FILE.encode())
    walk.page.get_by_text("25 imported, 0 skipped").wait_for()
    walk.look("import-done", "Import bookmarks")
    walk.press(walk.link("Show the bookmarks"))
    walk.page.get_by_text("25 found").wait_for()
    walk.look("home", "Bookmarks")
    walk.press(walk.link("Next"))
    walk.page.get_by_text("Page 2 of 2").wait_for()
    walk.look("home-last-page", "Bookmarks")


def choose(walk: object, content: bytes) -> None:
    """Choose a file and send it; only the dialogue needs no key."""
    field = walk.page.get_by_label("Bookmark file")
    field.set_input_files(
        {"name": "b.html", "mimeType": "text/html", "buffer": content}
    )
    walk.press(walk.button("Import"))


def search(walk: object) -> None:
    """Find by words and by a tag."""
    walk.type_into("Search", "CHIPS")
    walk.page.keyboard.press("Enter")
    walk.page.get_by_text("1 found").wait_for()
    assert walk.page.locator("h2").all_inner_texts() == ["Fish & chips"]
    walk.look("home-found", "Bookmarks")
    walk.press(walk.link("Show all"))
    walk.press(walk.link("food (1)"))
    walk.page.get_by_text("1 found").wait_for()
    walk.look("home-tag", "Bookmarks")
    walk.type_into("Search", "soup")
    walk.page.keyboard.press("Enter")
    walk.page.get_by_text("0 found").wait_for()
    walk.look("home-not-found", "Bookmarks")
    walk.press(walk.link("Show all"))


def add(walk: object) -> None:
    """Add a bookmark, without a title first."""
    page = walk.page
    walk.press(page.locator("summary"))
    walk.look("add", "Bookmarks")
    walk.type_into("URL", "https://example.com/added")
    walk.type_into("Title", " ")
    walk.type_into("Tags", "New, added")
    walk.press(walk.button("Save"))
    page.locator("[name=title][aria-invalid]").wait_for()
    walk.look("add-faults", "Add a bookmark")
    walk.type_into("Title", "Added")
    walk.press(walk.button("Save"))
    page.get_by_text("26 found").wait_for()
    assert page.locator("h2").first.inner_text() == "Added"


def change(walk: object) -> None:
    """Edit a bookmark and delete it, with a search around both."""
    page = walk.page
    walk.press(walk.link("added (1)"))
    page.get_by_text("1 found").wait_for()
    found = page.url
    walk.press(walk.link("Edit Added"))
    walk.look("edit", "Edit bookmark")
    assert page.get_by_label("Tags").input_value() == "added, new"
    walk.type_into("Title", "Changed")
    walk.type_into("Notes", "One\nTwo")
    walk.press(walk.button("Save"))
    page.get_by_role("heading", name="Changed").wait_for()
    assert page.url == found
    assert page.locator(".notes").first.inner_text() == "One\nTwo"
    walk.press(walk.link("Delete Changed"))
    walk.look("delete", "Delete bookmark")
    walk.press(walk.link("Cancel"))
    page.get_by_text("1 found").wait_for()
    walk.press(walk.link("Delete Changed"))
    walk.press(walk.button("Delete"))
    page.get_by_text("0 found").wait_for()
    assert page.url == found
    walk.press(walk.link("Show all"))
    page.get_by_text("25 found").wait_for()


def export(walk: object) -> None:
    """Download the bookmarks as a file."""
    with walk.page.expect_download() as download:
        walk.press(walk.link("Export"))
    assert download.value.suggested_filename == "bookmarks.html"
    text = Path(download.value.path()).read_text("utf-8")
    assert "Fish &amp; chips" in text
    assert text.count("HREF=") == 25


def sign_out(walk: object, name: str) -> None:
    """Sign out; the way back shows nothing; sign in once more."""
    page = walk.page
    walk.press(walk.button("Sign out"))
    page.get_by_role("heading", name="Sign in").wait_for()
    page.go_back()
    walk.look("login-after-back", "Sign in")
    walk.type_into("Username", name)
    walk.type_into("Password", "wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    walk.look("login-refused", "Sign in")
    walk.type_into("Password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("25 found").wait_for()
    walk.goto("/nothing")
    walk.look("error", "404 Not Found")


def whole_way(walk: object) -> None:
    """Go all the way, without a complaint of the browser."""
    name = sign_up(walk)
    import_file(walk)
    search(walk)
    add(walk)
    change(walk)
    export(walk)
    sign_out(walk, name)
    assert walk.complaints == []
    assert 404 in walk.refused  # by the last step; forms may be, too


@pytest.mark.parametrize("width", [360, 1280])
def test_whole_way(make_walk: Callable, width: int) -> None:
    """Every page works, and axe finds nothing, light or dark."""
    whole_way(make_walk(width))


def test_whole_way_without_scripts(make_walk: Callable) -> None:
    """Nothing needs JavaScript."""
    whole_way(make_walk(360, scripts=False))


def test_first_key_leads_past_the_navigation(make_walk: Callable) -> None:
    """The first Tab shows a link to the content."""
    walk = make_walk(360)
    walk.goto("/nothing")  # where no field takes the focus by itself
    skip = walk.page.locator("a.skip")
    assert skip.bounding_box()["x"] < 0
    walk.page.keyboard.press("Tab")
    assert skip.bounding_box()["x"] >= 0
    walk.page.keyboard.press("Enter")
    assert walk.page.url.endswith("#main")
    walk.page.keyboard.press("Tab")
    assert walk.page.locator("main a:focus").count() == 1

"""The report in a browser: whole, still, and read without scripts."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.report import ROOT

REPORT = ROOT / "report"
LARGEST = 300_000  # bytes of a page
SERIOUS = {"serious", "critical"}
# Style sheets read anew are not to be had from files.
AXE = {"resultTypes": ["violations"], "preload": False}
TOO_WIDE = (
    "() => document.documentElement.scrollWidth"
    " - document.documentElement.clientWidth"
)
WORDS = "() => document.querySelector('main').innerText.split(/\\s+/).length"
# A page of each kind.
KINDS = [
    "index.html",
    "capability/csrf.html",
    "operations.html",
    "operation/create_bookmark.html",
    "pairs.html",
    "pair/stdlib-django.html",
    "pair/stdlib-django/migrations.html",
    "change/favourite.html",
    "learn.html",
    "production.html",
    "differences.html",
    "benchmark.html",
    "search.html",
]


class Links(HTMLParser):
    """Collect the anchors of a page, its links, and what it loads."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        """Keep what names a place."""
        attributes = dict(attrs)
        if attributes.get("id"):
            self.ids.append(attributes["id"])
        if attributes.get("href"):
            kept = self.links if tag == "a" else self.loaded
            kept.append(attributes["href"])
        if attributes.get("src"):
            self.loaded.append(attributes["src"])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Links]:
    """Give all pages of the report, which is written if there is none."""
    if not (REPORT / "index.html").exists():
        command = [sys.executable, "-m", "compare", "report"]
        subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    return {
        path: Links(path.read_text("utf-8"))
        for path in sorted(REPORT.rglob("*.html"))
    }


def broken(page: Path, link: str, pages: dict[Path, Links]) -> bool:
    """Tell whether a link within the report leads nowhere."""
    parts = urlsplit(link)
    target = (page.parent / unquote(parts.path)).resolve()
    target = target if parts.path else page
    if not parts.fragment or target not in pages:
        return not target.is_file()
    return unquote(parts.fragment) not in pages[target].ids


def test_every_link_resolves(pages: dict[Path, Links]) -> None:
    """Each file is there, and each anchor in it."""
    found = [
        f"{page.relative_to(REPORT)}: {link}"
        for page, read in pages.items()
        for link in read.links
        if not urlsplit(link).scheme and broken(page, link, pages)
    ]
    assert found == [], "\n".join(found)


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Links]) -> None:
    """Style sheets and scripts are files of the report."""
    found = [
        f"{page.relative_to(REPORT)}: {link}"
        for page, read in pages.items()
        for link in read.loaded
        if link != "data:,"
        and (urlsplit(link).scheme or broken(page, link, pages))
    ]
    assert found == [], "\n".join(found)


def test_no_page_is_large_and_no_anchor_stands_twice(
    pages: dict[Path, Links],
) -> None:
    """Each page is below 300 kB, and its anchors differ."""
    sizes = {page.name: page.stat().st_size for page in pages}
    assert {n: s for n, s in sizes.items() if s >= LARGEST} == {}
    twice = [
        f"{page.relative_to(REPORT)}: {one}"
        for page, read in pages.items()
        if len(set(read.ids)) != len(read.ids)
        for one in sorted({i for i in read.ids if read.ids.count(i) > 1})
    ]
    assert twice == [], "\n".join(twice)


@pytest.fixture
def open_page(
    chromium: Browser, pages: dict[Path, Links]
) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page: open_page("index.html", 360).

    At the end nothing was complained of, and only files were asked for.
    """
    contexts, complaints = [], []

    def heard(kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            complaints.append(text)

    def asked(url: str) -> None:
        if not url.startswith((REPORT.as_uri(), "data:")):
            complaints.append(f"{url} is asked for")

    def open_one(path: str, width: int = 1280, **options: object) -> Page:
        size = {"width": width, "height": 900}
        context = chromium.new_context(
            viewport=size, reduced_motion="reduce", **options
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: heard(said.type, said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked(request.url))
        page.goto((REPORT / path).as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == [], "\n".join(complaints)


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("path", KINDS)
def test_a_page_fits_the_window(
    open_page: Callable[..., Page], path: str, width: int
) -> None:
    """It opens at its top and does not scroll sideways; see the picture."""
    page = open_page(path, width)
    pictures = ROOT / "results" / "screenshots" / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    name = path.removesuffix(".html").replace("/", "-")
    page.screenshot(path=pictures / f"{name}-{width}.png")
    assert page.evaluate("scrollY") == 0
    assert page.evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS)
def test_axe_finds_nothing_serious(
    open_page: Callable[..., Page], path: str, scheme: str
) -> None:
    """Contrast, names, headings and focus are right in both schemes."""
    page = open_page(path, color_scheme=scheme)
    found = Axe().run(page, options=AXE).response
    serious = [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
    assert serious == [], "\n".join(serious)


@pytest.mark.parametrize("path", KINDS)
def test_a_page_is_read_without_scripts(
    open_page: Callable[..., Page], path: str
) -> None:
    """Without JavaScript there is as much to read as with it."""
    words = open_page(path).evaluate(WORDS)
    plain = open_page(path, java_script_enabled=False)
    assert plain.locator("h1").is_visible()
    assert len(plain.locator("main").inner_text().split()) >= 0.95 * words


def test_search_leads_to_a_function(open_page: Callable[..., Page]) -> None:
    """Typed with the slash, chosen with Enter, found on its page."""
    page = open_page("index.html")
    page.keyboard.press("/")
    page.keyboard.type("create_bookmark")
    page.locator("#hits a").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/operation/create_bookmark.html*")
    assert "create_bookmark" in page.locator("h1").inner_text()


def test_search_without_scripts_is_a_page(
    open_page: Callable[..., Page],
) -> None:
    """The form leads to a list of all that can be found."""
    page = open_page("index.html", java_script_enabled=False)
    page.get_by_role("searchbox").fill("TOKENS-3")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search.html*")
    page.get_by_role("link", name="TOKENS-3", exact=True).click()
    assert "#TOKENS-3" in page.url

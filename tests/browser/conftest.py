"""One Chromium for all walks, and a page that notices what goes wrong."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.support import report

PROGRAMS = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOO_WIDE = (
    "() => document.documentElement.scrollWidth"
    " - document.documentElement.clientWidth"
)
HAS_FOCUS = "element => element === document.activeElement"
# Rules that axe leaves out by default: WCAG 2.2 AA.
OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}


def find_chromium() -> str | None:
    """Return the program that CHROMIUM names, or one on the PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a Chromium without a screen."""
    program = find_chromium()
    if program is None:
        pytest.skip(f"not run: no Chromium (none of {', '.join(PROGRAMS)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS
        )
        yield browser
        browser.close()


class Walk:
    """Drive one page, by the keyboard, and look at what is shown."""

    def __init__(
        self, page: Page, url: str, pictures: Path, scripts: bool
    ) -> None:
        """Listen to all that a page can complain of."""
        self.page = page
        self.url = url
        self.pictures = pictures
        self.scripts = scripts
        self.width = page.viewport_size["width"]
        self.refused: list[int] = []
        self.complaints: list[str] = []
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self.failed)
        page.on("response", self.answered)

    def heard(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings, but for refused forms."""
        refusal = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not refusal:
            self.complaints.append(message.text)

    def failed(self, request: Request) -> None:
        """Keep what did not load, unless the browser itself gave it up."""
        if request.failure != "net::ERR_ABORTED":  # a download, or left
            self.complaints.append(f"{request.url}: {request.failure}")

    def answered(self, response: Response) -> None:
        """Count answers that refuse, and keep those of other hosts."""
        if response.status >= 400:
            self.refused.append(response.status)
        if not response.url.startswith(self.url):
            self.complaints.append(f"{response.url} is elsewhere")

    def goto(self, path: str) -> None:
        """Open a path, as typed into the address bar."""
        self.page.goto(self.url + path)

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if target.evaluate(HAS_FOCUS):
                return
        raise AssertionError(f"Tab does not lead to {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to the target by Tab and press a key on it."""
        self.tab_to(target)
        self.page.keyboard.press(key)

    def link(self, name: str) -> Locator:
        """Return the first link of this name."""
        return self.page.get_by_role("link", name=name, exact=True).first

    def button(self, name: str) -> Locator:
        """Return the first button of this name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def type_into(self, label: str, text: str) -> None:
        """Go to a field by Tab and type, in place of what it holds."""
        form = self.page.locator("form")
        self.tab_to(form.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def look(self, name: str, heading: str) -> None:
        """Take a picture; nothing is too wide, axe finds nothing."""
        assert self.page.locator("h1").inner_text() == heading
        assert self.page.evaluate(TOO_WIDE) <= 0, f"{name} scrolls sideways"
        assert self.complaints == []
        if self.scripts:
            self.look_in("dark", f"{name}-{self.width}-dark")
            self.look_in("light", f"{name}-{self.width}")

    def look_in(self, scheme: str, name: str) -> None:
        """Take a picture in one of the two colour schemes."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.screenshot(
            path=self.pictures / f"{name}.png", full_page=True
        )
        found = Axe().run(self.page, options=OPTIONS)
        assert found.violations_count == 0, tell(name, found.response)


def tell(name: str, response: dict) -> str:
    """Write what axe found, a line for each element."""
    lines = [
        f"{name}: {violation['id']} ({violation['impact']}): {node['html']}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]
    return "\n".join(lines)


@pytest.fixture
def make_walk(chromium: Browser, server: object) -> Iterator[Callable]:
    """Give a maker of walks: make_walk(360)."""
    contexts = []
    folder = report.ROOT / "results" / "screenshots" / server.implementation
    folder.mkdir(parents=True, exist_ok=True)

    def make(width: int, scripts: bool = True) -> Walk:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Walk(context.new_page(), server.url, folder, scripts)

    yield make
    for context in contexts:
        context.close()

"""The comparisons as pages that need no other file."""

import webbrowser
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from compare import ROOT
from compare.diff.page import environment, operation_html, pair_html
from compare.diff.sections import Section, sections
from compare.ledger.capabilities import Capabilities
from compare.ledger.grid import TITLES

CSS = Path(__file__).with_name("diff.css")


@dataclass(frozen=True)
class Page:
    """A page; `sides` are the titles of the columns of its index."""

    name: str
    title: str
    body: str
    index: list[Section]
    sides: tuple[str, ...] = ()


def difference(
    found: Capabilities, left: str, right: str, capabilities: list[str]
) -> Page:
    """Compare two implementations."""
    return Page(
        "-".join(["diff", left, right, *capabilities]),
        f"{TITLES[left]} → {TITLES[right]}",
        pair_html(found, left, right, capabilities),
        sections(found, left, right, capabilities),
        (TITLES[left], TITLES[right]),
    )


def operation(found: Capabilities, name: str) -> Page:
    """Compare one operation in all implementations."""
    return Page(f"diff-{name}", name, operation_html(found, name), [])


def write(page: Page, is_shown: bool, folder: Path = ROOT / "results") -> None:
    """Write a page, print its path, and open it in the browser if asked."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{page.name}.html"
    css = Markup(CSS.read_text("utf-8"))
    template = environment().get_template("page.html")
    path.write_text(template.render(page=page, css=css), "utf-8")
    print(path)
    if is_shown:
        webbrowser.open(path.as_uri())

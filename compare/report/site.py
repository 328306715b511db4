"""The site: pages from templates, each below one size, links relative.

A page is named by its path in the site, "capability/tokens.html"; a link
in a template or a note is such a path, and is made relative here.
"""

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).resolve().parent
LIMIT = 300_000  # bytes of a page
ID = re.compile(r'\bid="([^"]+)"')


class TooLarge(Exception):
    """Says which page is too large."""


@dataclass
class Site:
    """Pages below a folder; `ids` keeps the anchors of each page.

    `shared` holds what every template may use.
    """

    target: Path
    shared: dict[str, Any]
    ids: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["count"] = "{:,}".format

    def write(self, path: str, template: str, **values: Any) -> None:
        """Write one page; raises TooLarge."""
        text = self.render(path, template, **values)
        size = len(text.encode("utf-8"))
        if size > LIMIT:
            raise TooLarge(f"report/{path}: {size:,} bytes, over {LIMIT:,}")
        self.ids[path] = ID.findall(text)
        self.put(path, text)

    def render(self, path: str, template: str, **values: Any) -> str:
        """Fill a template for the page of a path."""

        def link(target: str) -> str:
            return relative(path, target)

        page = self.environment.get_template(template)
        return page.render(self.shared, path=path, link=link, **values)

    def put(self, path: str, text: str) -> None:
        """Write a file as it is."""
        file = self.target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def relative(path: str, target: str) -> str:
    """Return the link from one page of the site to another."""
    name, mark, anchor = target.partition("#")
    if not name or name == path:
        return f"#{anchor}" if mark else posixpath.basename(path)
    folder = posixpath.dirname(path) or "."
    return posixpath.relpath(name, folder) + mark + anchor


def relink(path: str, html: str) -> Markup:
    """Make the links of a piece of HTML relative to its page."""

    def replace(found: re.Match[str]) -> str:
        target = found[1]
        outside = re.match(r"[a-z]+:|#", target)
        return f'href="{target if outside else relative(path, target)}"'

    return Markup(re.sub(r'href="([^"]*)"', replace, html))

"""Texts that people wrote: notes of the report, chapters of the spec."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from compare import ROOT
from compare.ledger.capabilities import capability_order
from compare.report.code import highlight
from compare.report.mentioned import link_places
from compare.report.site import relink

NOTES = Path(__file__).resolve().parent / "notes"
CHAPTER = re.compile(r'href="(?:\.\./)?(?:spec/)?(\w+)\.md(#[^"]*)?"')
ELSEWHERE = re.compile(
    r'<a href="(?!https?:|#|[\w/-]+\.html)[^"]*">(.*?)</a>', re.S
)
USUAL = {"", "Rules", "Why", "Example"}  # headings of every chapter
HEADING = re.compile(r"^## (.+)$", re.M)


@dataclass(frozen=True)
class Note:
    """A part of a note: its heading, empty for the first, and Markdown."""

    heading: str
    text: str


@cache
def reader() -> MarkdownIt:
    """Return the reader of Markdown; HTML in it stays text."""
    return MarkdownIt(
        "commonmark",
        {
            "html": False,
            "highlight": lambda text, language, _: str(
                highlight(text, language)
            ),
        },
    ).enable("table")


def to_html(text: str) -> Markup:
    """Turn Markdown into HTML; chapters of the spec become their pages."""
    return Markup(chapters_to_pages(reader().render(text)))


def on_page(path: str, text: str, anchors: dict[str, str]) -> Markup:
    """Turn Markdown into HTML of a page, with places linked to their code.

    `anchors` are the pages of functions, by id.
    """
    return relink(path, link_places(to_html(text), anchors))


def inline_html(text: str) -> Markup:
    """Turn a sentence of Markdown into HTML, without a paragraph."""
    return Markup(chapters_to_pages(reader().renderInline(text)))


def chapters_to_pages(html: str) -> str:
    """Link the chapters of the spec to the pages of their capabilities.

    A link to any other file of the spec becomes plain text.
    """
    known = capability_order()
    linked = CHAPTER.sub(
        lambda found: (
            f'href="capability/{found[1]}.html"'
            if found[1] in known
            else found[0]
        ),
        html,
    )
    return ELSEWHERE.sub(r"\1", linked)


def read_note(name: str) -> list[Note]:
    """Read a note in its parts; none where it was not written."""
    path = NOTES / f"{name}.md"
    return split(path.read_text("utf-8")) if path.exists() else []


def read_chapter(name: str) -> list[Note]:
    """Read the parts of a chapter that its rules refer to: tables, forms."""
    text = (ROOT / "spec" / f"{name}.md").read_text("utf-8")
    return [part for part in split(text) if part.heading not in USUAL]


def split(text: str) -> list[Note]:
    """Cut Markdown at its headings of the second level."""
    first, *rest = HEADING.split(text)
    parts = [("", re.sub(r"^# .*\n", "", first.lstrip()))]
    parts += zip(rest[::2], rest[1::2], strict=True)
    return [Note(heading, body) for heading, body in parts if body.strip()]


@cache
def summaries() -> dict[str, str]:
    """Return the line of each chapter in spec/README.md, by capability."""
    text = (ROOT / "spec" / "README.md").read_text("utf-8")
    return dict(
        re.findall(r"^\| \[(\w+)\]\(\w+\.md\) \| (.+) \|$", text, re.M)
    )


@cache
def operations() -> dict[str, str]:
    """Return what each operation of spec/README.md answers, in its order.

    A value is the request, "POST /api/tokens".
    """
    text = (ROOT / "spec" / "README.md").read_text("utf-8")
    found = {}
    for names, request in re.findall(
        r"^\| (`\w+`.*?) \| (.+?) \|", text, re.M
    ):
        each = re.findall(r"`(\w+)`", names)
        parts = re.findall(r"`([^`]+)`", request)
        for index, name in enumerate(each):
            found[name] = place_of(parts, index, len(each))
    return found


def place_of(parts: list[str], index: int, names: int) -> str:
    """Return method and path of one of the operations of a row.

    A row of two has "`GET`, `POST /login`".
    """
    if names == 1:
        return re.split(r"[?]", parts[0])[0]
    path = parts[-1].partition(" ")[2]
    return f"{parts[index].partition(' ')[0]} {path}"

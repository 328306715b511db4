"""Code in colours, by the same few classes as in the comparisons."""

from markupsafe import Markup

from compare.diff.colour import coloured
from compare.diff.markup import parts_html

SUFFIXES = {"python": ".py", "sh": ".sh", "sql": ".sql", "json": ".json"}


def highlight(text: str, language: str) -> Markup:
    """Colour code; the markup belongs into a <pre>."""
    lines = tuple(text.rstrip("\n").split("\n"))
    file = f"code{SUFFIXES.get(language, '.txt')}"
    return Markup("\n").join(map(parts_html, coloured(lines, file)))

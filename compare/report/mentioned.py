"""Places of the code that a text names, short and as links."""

import re
from collections import Counter

from markupsafe import Markup, escape

from compare import IMPLEMENTATIONS

PLACE = re.compile(
    rf"<code>(({'|'.join(IMPLEMENTATIONS)})/([^<\s]+?)(?:::([\w.]+))?)</code>"
)


def link_places(html: str, anchors: dict[str, str]) -> Markup:
    """Show a place by its symbol, linked to its code where that is shown.

    Where two places share a symbol, they are shown whole.

    `anchors` are the pages of functions, by id: "fn-flask-create_token".
    """

    wholes = {(whole, symbol) for whole, _, _, symbol in PLACE.findall(html)}
    named = Counter(symbol for _, symbol in wholes)

    def replace(found: re.Match[str]) -> str:
        whole, name, file, symbol = found.groups()
        short = symbol if symbol and named[symbol] == 1 else whole
        code = f'<code title="{escape(whole)}">{escape(short)}</code>'
        target = find(name, symbol or file, anchors)
        return f'<a href="{target}">{code}</a>' if target else code

    return Markup(PLACE.sub(replace, html))


def find(name: str, symbol: str, anchors: dict[str, str]) -> str | None:
    """Return where a symbol is shown; of a method, its class may be."""
    owner = symbol.partition(".")[0]
    exact = anchors.get(f"fn-{name}-{symbol}")
    return exact or anchors.get(f"fn-{name}-{owner}")

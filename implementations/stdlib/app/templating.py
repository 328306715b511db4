"""Templates: HTML with {{ values }} and {% statements %} in it.

Every value is escaped, and nothing switches that off.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("templates")
TOKEN = re.compile(r"({{.*?}}|{%.*?%})")

Context = dict[str, Any]
Node = Callable[[Context], str]  # writes its part of the page


def render(name: str, **context: Any) -> str:
    """Fill a template with values."""
    return load(name)({**context, "blocks": {}})


@cache
def load(name: str) -> Node:
    """Read a template, once."""
    tokens = iter(TOKEN.split((FOLDER / name).read_text("utf-8")))
    return parse(tokens)[0]


def parse(tokens: Iterator[str], *ends: str) -> tuple[Node, str]:
    """Turn tokens into a node, up to a statement that ends it."""
    nodes = []
    for token in tokens:
        if token.startswith("{{"):
            nodes.append(parse_value(token))
        elif token.startswith("{%"):
            word, *words = token.strip("{%} ").split()
            if word in ends:
                return join(nodes), word
            nodes.append(STATEMENTS[word](words, tokens))
        else:
            nodes.append(lambda context, text=token: text)
    if ends:
        raise SyntaxError(f"{{% {ends[-1]} %}} is missing")
    return join(nodes), ""


def join(nodes: list[Node]) -> Node:
    """Make one node of several."""
    return lambda context: "".join(node(context) for node in nodes)


def parse_value(token: str) -> Node:
    """Parse {{ a.b }}."""
    path = token.strip("{} ")
    return lambda context: escape(str(look_up(path, context)))


def look_up(path: str, context: Context) -> Any:
    """Find a value; a name that nobody has set is a mistake."""
    value: Any = context
    for name in path.split("."):
        value = value[name]
    return value


def parse_if(words: list[str], tokens: Iterator[str]) -> Node:
    """Parse {% if a.b %} … {% else %} … {% endif %}."""
    (path,) = words
    then, end = parse(tokens, "else", "endif")
    other = parse(tokens, "endif")[0] if end == "else" else join([])
    return lambda c: then(c) if look_up(path, c) else other(c)


def parse_for(words: list[str], tokens: Iterator[str]) -> Node:
    """Parse {% for a in b.c %} … {% endfor %}."""
    name, _, path = words
    body, _ = parse(tokens, "endfor")
    return lambda context: "".join(
        body({**context, name: value}) for value in look_up(path, context)
    )


def parse_include(words: list[str], tokens: Iterator[str]) -> Node:
    """Parse {% include "a.html" %}."""
    name = words[0].strip('"')
    return lambda context: load(name)(context)


def parse_block(words: list[str], tokens: Iterator[str]) -> Node:
    """Parse {% block a %} … {% endblock %}, which others may replace."""
    (name,) = words
    body, _ = parse(tokens, "endblock")
    return lambda context: context["blocks"].get(name, body)(context)


def parse_extends(words: list[str], tokens: Iterator[str]) -> Node:
    """Parse {% extends "a.html" %}; of what follows, blocks alone count."""
    base = words[0].strip('"')
    blocks = {}
    for token in tokens:
        if token.startswith("{% block"):
            name = token.strip("{%} ").split()[1]
            blocks[name], _ = parse(tokens, "endblock")
    return lambda context: load(base)(
        {**context, "blocks": {**blocks, **context["blocks"]}}
    )


STATEMENTS = {
    "if": parse_if,
    "for": parse_for,
    "include": parse_include,
    "block": parse_block,
    "extends": parse_extends,
}

"""Templates: HTML with {{ values }} and {% statements %} in it.

Every value is escaped, and nothing switches that off.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

TOKEN = re.compile(r"({{.*?}}|{%.*?%})")

Context = dict[str, Any]
Node = Callable[[Context], str]  # writes its part of the page


class Templates:
    """Read the templates of a folder, each once."""

    def __init__(self, folder: Path) -> None:
        """Begin with none of them read."""
        self.folder = folder
        self.nodes: dict[str, Node] = {}

    def render(self, name: str, **context: Any) -> str:
        """Fill a template with values."""
        return self.load(name)({**context, "blocks": {}})

    def load(self, name: str) -> Node:
        """Return a template, parsed."""
        if name not in self.nodes:
            text = (self.folder / name).read_text("utf-8")
            self.nodes[name], _ = self.parse(iter(TOKEN.split(text)))
        return self.nodes[name]

    def parse(self, tokens: Iterator[str], *ends: str) -> tuple[Node, str]:
        """Turn tokens into a node, up to a statement that ends it."""
        nodes: list[Node] = []
        for token in tokens:
            if token.startswith("{{"):
                nodes.append(self.parse_value(token))
            elif token.startswith("{%"):
                word, *words = token.strip("{%} ").split()
                if word in ends:
                    return join(nodes), word
                if not hasattr(self, f"parse_{word}"):
                    raise SyntaxError(f"there is no statement {word}")
                parse_statement = getattr(self, f"parse_{word}")
                nodes.append(parse_statement(words, tokens))
            else:
                nodes.append(lambda context, text=token: text)
        if ends:
            raise SyntaxError(f"{{% {ends[-1]} %}} is missing")
        return join(nodes), ""

    def parse_value(self, token: str) -> Node:
        """Parse {{ a.b }}."""
        path = token.strip("{} ")
        return lambda context: escape(str(look_up(path, context)))

    def parse_if(self, words: list[str], tokens: Iterator[str]) -> Node:
        """Parse {% if a.b %} … {% else %} … {% endif %}."""
        (path,) = words
        then, end = self.parse(tokens, "else", "endif")
        other = join([])
        if end == "else":
            other, _ = self.parse(tokens, "endif")
        return lambda c: then(c) if look_up(path, c) else other(c)

    def parse_for(self, words: list[str], tokens: Iterator[str]) -> Node:
        """Parse {% for a in b.c %} … {% endfor %}."""
        name, _, path = words
        body, _ = self.parse(tokens, "endfor")
        return lambda context: "".join(
            body({**context, name: value}) for value in look_up(path, context)
        )

    def parse_include(self, words: list[str], tokens: Iterator[str]) -> Node:
        """Parse {% include "a.html" %}."""
        name = words[0].strip('"')
        return lambda context: self.load(name)(context)

    def parse_block(self, words: list[str], tokens: Iterator[str]) -> Node:
        """Parse {% block a %} … {% endblock %}, which others may replace."""
        (name,) = words
        body, _ = self.parse(tokens, "endblock")
        return lambda context: context["blocks"].get(name, body)(context)

    def parse_extends(self, words: list[str], tokens: Iterator[str]) -> Node:
        """Parse {% extends "a.html" %}; only blocks count after it."""
        base = words[0].strip('"')
        blocks: dict[str, Node] = {}
        for token in tokens:
            if token.startswith("{% block"):
                name = token.strip("{%} ").split()[1]
                blocks[name], _ = self.parse(tokens, "endblock")
        return lambda context: self.load(base)(
            {**context, "blocks": {**blocks, **context["blocks"]}}
        )


def join(nodes: list[Node]) -> Node:
    """Make one node of several."""
    return lambda context: "".join(node(context) for node in nodes)


def look_up(path: str, context: Context) -> Any:
    """Find a value; a name that nobody has set is a mistake."""
    value: Any = context
    for name in path.split("."):
        value = value[name]
    return value

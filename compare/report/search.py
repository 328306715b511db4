"""The search: an index of names, as a script and as a page.

A script, because pages from the file system may load one, and not fetch.
"""

import json
from collections.abc import Iterator

from compare import IMPLEMENTATIONS
from compare.ledger.grid import TITLES
from compare.report.material import Material
from compare.report.site import Site
from compare.report.texts import inline_html, operations, summaries

Entry = tuple[str, str, str, str]  # kind, name, what it is, target


def write(site: Site, material: Material) -> None:
    """Write the index; for the script and for the page."""
    entries = list(dict.fromkeys(find_entries(material)))
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    site.put("search-index.js", f"const INDEX = {text};\n")
    kinds = dict.fromkeys(entry[0] for entry in entries)
    site.write(
        "search.html",
        "search.html",
        groups={k: [e for e in entries if e[0] == k] for k in kinds},
    )


def find_entries(material: Material) -> Iterator[Entry]:
    """Yield all that can be found, what is asked for most first."""
    for name, line in summaries().items():
        text = inline_html(line).striptags()
        yield "capability", name, text, f"capability/{name}.html"
    for name, request in operations().items():
        yield "operation", name, request, f"operation/{name}.html"
    yield from symbols(material)
    yield from functions(material)
    for chapter, rules in material.rules.items():
        for rule in rules:
            target = f"capability/{chapter}.html#{rule.id}"
            yield (
                "rule",
                rule.id,
                inline_html(rule.sentence).striptags(),
                target,
            )


def symbols(material: Material) -> Iterator[Entry]:
    """Yield what frameworks and libraries do instead of one's own code."""
    for capability, row in material.cells.items():
        for name in IMPLEMENTATIONS:
            for work in row[name].work:
                what = f"{TITLES[name]}: {work.name} for {capability}"
                target = f"capability/{capability}.html#{name}"
                yield "symbol", work.symbol, what, target


def functions(material: Material) -> Iterator[Entry]:
    """Yield the functions, settings and files that the ledger names."""
    for capability, row in material.found.rows.items():
        for name in IMPLEMENTATIONS:
            cell = row[name]
            for code in (*cell.code, *cell.contract):
                word = code.symbol or code.file
                what = f"{TITLES[name]}: {code.file}, {capability}"
                yield "code", word, what, material.anchors[f"fn-{name}-{word}"]

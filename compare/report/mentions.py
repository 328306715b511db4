"""What a text names of the code, and whether it exists.

Two kinds of code spans: `flask/app/api.py::create_bookmark`, a place from
implementations/ on (a file alone and a folder that ends in "/" as well),
and `flask:Request.get_json`, a symbol of an installed distribution.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import Code, files_of, folder_of, parse_code
from compare.ledger.places import missing_symbols
from compare.ledger.source import find_symbol

PLACE = re.compile(rf"`({'|'.join(IMPLEMENTATIONS)})/([^`\s]+)`")
SYMBOL = re.compile(r"`([a-z_][\w.]*:[A-Za-z_][\w.]*)`")


def places(text: str) -> list[tuple[str, Code]]:
    """List the places in the implementations that a text names."""
    return [(name, parse_code(entry)) for name, entry in PLACE.findall(text)]


def symbols(text: str) -> list[str]:
    """List the symbols of distributions that a text names."""
    return SYMBOL.findall(text)


def unknown(texts: Iterable[str]) -> Iterator[str]:
    """Name what texts mention although it does not exist."""
    text = "\n".join(texts)
    for name, code in dict.fromkeys(places(text)):
        if not exists(code, folder_of(name)):
            yield f"{name}/{code}"
    yield from missing_symbols(sorted(set(symbols(text))))


def exists(code: Code, folder: Path) -> bool:
    """Tell whether an implementation has a file, and the symbol in it."""
    found = files_of(code, folder)
    if not found or not code.symbol:
        return bool(found)
    return find_symbol(found[0].read_text("utf-8"), code.symbol) is not None

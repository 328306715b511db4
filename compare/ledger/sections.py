"""The generated parts of the documents, each between its markers."""

import re
from collections.abc import Iterator
from pathlib import Path

from compare import IMPLEMENTATIONS, ROOT
from compare.bench.publish import benchmark_section
from compare.ledger.capabilities import Capabilities, Code, folder_of
from compare.ledger.deviations import deviations_markdown, read_deviations
from compare.ledger.grid import TITLES, grid_rows, markdown
from compare.ledger.source import find_symbol
from compare.trace.picture import trace_section
from tests.support.report import load_rules

SHOWN = "create_bookmark"


def sections(found: Capabilities) -> Iterator[tuple[Path, str, str]]:
    """Yield each document, the name of a section, and what belongs in it."""
    readme = ROOT / "README.md"
    yield readme, "trace", trace_section()
    if text := benchmark_section():
        yield readme, "benchmark", text
    yield readme, SHOWN, side_by_side(found, SHOWN)
    yield readme, "grid", markdown(grid_rows(found))
    deviations = {n: read_deviations(folder_of(n)) for n in IMPLEMENTATIONS}
    text = deviations_markdown(deviations, load_rules(), TITLES)
    yield ROOT / "implementations" / "README.md", "deviations", text


def refresh(found: Capabilities, write: bool) -> list[str]:
    """Name the stale sections, and rewrite them when asked to."""
    stale = []
    for path, name, content in sections(found):
        text = path.read_text("utf-8")
        try:
            fresh = replace_section(text, name, content)
        except ValueError as error:
            raise ValueError(f"{path.relative_to(ROOT)} {error}") from None
        if fresh != text:
            stale.append(f"{path.relative_to(ROOT)}: {name}")
            if write:
                path.write_text(fresh, "utf-8")
    return stale


def replace_section(text: str, name: str, content: str) -> str:
    """Put a text between its markers; ValueError when they are missing."""
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, start, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not start or not end:
        raise ValueError(f"has no {first} … {last}")
    return f"{before}{first}\n{content}\n{last}{after}"


def side_by_side(found: Capabilities, operation: str) -> str:
    """Write the code of one operation, in each implementation."""
    parts = []
    for name in IMPLEMENTATIONS:
        code = found.operation(name, operation)
        if isinstance(code, Code):
            source = source_of(folder_of(name) / code.file, code.symbol)
            place = f"implementations/{name}/{code.file}"
            parts.append(f"[{TITLES[name]}]({place}):\n\n{fenced(source)}")
    return "\n\n".join(parts)


def fenced(source: str) -> str:
    """Write Python as a block of Markdown."""
    return f"```python\n{source}\n```"


def source_of(path: Path, symbol: str) -> str:
    """Return the code of a function; of a method, below its class line."""
    text = path.read_text("utf-8")
    place = find_symbol(text, symbol)
    if place is None:
        raise ValueError(f"{path.relative_to(ROOT)} has no {symbol}")
    owner, _, _ = symbol.rpartition(".")
    head = re.findall(rf"^class {owner}\b[^:]*:", text, re.M) if owner else []
    return "\n".join([*head, *text.splitlines()[place[0] - 1 : place[1]]])

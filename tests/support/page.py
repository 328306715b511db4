"""A run as one page beside its results: what failed, by cause, and all."""

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.send import printable
from tests.support.failure import Failure, by_cause
from tests.support.report import Results, Rule, dropped

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }}
pre {{ overflow-x: auto; padding: 1rem; border: 1px solid; }}
summary {{ cursor: pointer; }}
</style>
<h1>{title}</h1>
"""


def write_page(results: Results, rules: dict[str, Rule]) -> Path:
    """Write NAME.html beside NAME.jsonl and return its path."""
    header, *tests, footer = results.lines
    page = results.path.with_suffix(".html")
    parts = [
        HEAD.format(title=escape(results.path.stem)),
        f"<p>{escape(header.get('time', ''))}: {counts(footer)}</p>",
        *failed(tests, rules),
        "<h2>All tests</h2>",
        *chapters(tests),
    ]
    page.write_text("\n".join(parts) + "\n", "utf-8")
    return page


def counts(footer: dict) -> str:
    """Write how many tests came to what."""
    kinds = ("passed", "failed", "blocked", "xfailed", "skipped")
    said = [f"{footer.get(kind, 0)} {kind}" for kind in kinds]
    return "; ".join([", ".join(said), dropped(footer.get("dropped", 0))])


def failed(tests: list[dict], rules: dict[str, Rule]) -> Iterator[str]:
    """Write the failures of each cause, the first of them open."""
    found = [
        Failure(**one["failure"])
        if one.get("failure")
        else Failure(one["nodeid"], one["message"])
        for one in tests
        if one["outcome"] in ("failed", "blocked")
    ]
    if found:
        yield "<h2>Failures by cause</h2>"
    for cause, group in by_cause(found).items():
        yield f"<h3>{len(group)} × {escape(cause)}</h3>"
        for one in group:
            state = " open" if one is group[0] else ""
            text = escape(one.text(rules))
            yield f"<details{state}><summary>{named(one.test)}</summary>"
            yield f"<pre>{text}</pre></details>"


def chapters(tests: list[dict]) -> Iterator[str]:
    """List all tests of each chapter with what they came to."""
    groups = defaultdict(list)
    for one in tests:
        groups[one.get("capability")].append(one)
    for chapter, group in groups.items():
        good = sum(one["outcome"] == "passed" for one in group)
        about = f"{chapter}: {good} of {len(group)} passed"
        yield f"<details><summary>{escape(about)}</summary><ul>"
        for one in group:
            yield f"<li>{one['outcome']}: {named(one['nodeid'])}"
        yield "</ul></details>"


def named(test: str) -> str:
    """Write the name of a test."""
    return f"<code>{escape(printable(test))}</code>"

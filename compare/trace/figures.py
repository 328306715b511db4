"""The figures of docs/trace.svg, which it also holds as data.

They are counts, the same on each machine. What Python itself calls may
change with a patch of Python, so that it is shown but not compared.
"""

import json
import re
import sys
from html import unescape
from typing import Any

from compare import ROOT
from compare.ledger.grid import TITLES
from compare.trace.document import chain_of

PICTURE = ROOT / "docs" / "trace.svg"
OPERATION = "create_bookmark"
UNKNOWN = {"stdlib", "all", "c"}  # counts that depend on Python's patch


def refresh(write: bool) -> int:
    """Trace anew, and compare with the picture; draw it anew if asked to."""
    from compare.trace.picture import draw
    from compare.trace.run import trace_all

    old = {} if write else read_figures()
    if not write and old["python"] != python_version():
        print(
            f"docs/trace.svg was made with Python {old['python']}; this is "
            f"{python_version()}, so that nothing is compared"
        )
        return 0
    documents, _ = trace_all([OPERATION], measure=False, say=print)
    figures = make_figures(documents[OPERATION])
    if write:
        PICTURE.write_text(draw(figures), "utf-8")
        return 0
    wrong = differences(old, figures)
    for line in wrong:
        print(f"docs/trace.svg is stale: {line}")
    return 1 if wrong else 0


def python_version() -> str:
    """Return the version whose counts are the same."""
    return "{}.{}".format(*sys.version_info)


def make_figures(document: dict[str, Any]) -> dict[str, Any]:
    """Take from a trace what the picture shows."""
    return {
        "python": python_version(),
        "stacks": {
            name: {
                "chain": [
                    [frame["origin"], frame["distribution"], frame["name"]]
                    for frame in chain_of(trace)
                ],
                "calls": trace["calls"],
                "statements": len(trace["statements"]),
            }
            for name, trace in document["implementations"].items()
        },
    }


def read_figures() -> dict[str, Any]:
    """Read the figures of the picture that is there."""
    text = PICTURE.read_text("utf-8")
    found = re.search("<metadata>(.*)</metadata>", text, re.S)
    return json.loads(unescape(found[1]))


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Name what the picture shows otherwise than a new trace."""
    found = []
    for name, stack in new["stacks"].items():
        was, now = comparable(old["stacks"].get(name)), comparable(stack)
        found += [
            f"{name}: {key} was {was.get(key)}, is {value}"
            for key, value in now.items()
            if was.get(key) != value
        ]
    return found


def comparable(stack: dict[str, Any] | None) -> dict[str, Any]:
    """Return what has to be the same with each patch of Python."""
    if stack is None:
        return {}
    calls = {n: c for n, c in stack["calls"].items() if n not in UNKNOWN}
    return {
        "depth": len(stack["chain"]),
        "calls": dict(sorted(calls.items())),
        "statements": stack["statements"],
    }


def sentence(figures: dict[str, Any]) -> str:
    """Say in words what the picture shows."""
    stacks = figures["stacks"]
    depths = [f"{len(stack['chain'])}" for stack in stacks.values()]
    calls = [f"{stack['calls']['all']:,}" for stack in stacks.values()]
    statements = [f"{stack['statements']}" for stack in stacks.values()]
    return (
        f"{series([TITLES[name] for name in stacks])}: between the socket and "
        f"{OPERATION} lie {series(depths)} calls; the whole request takes "
        f"{series(calls)} calls and {series(statements)} SQL statements."
    )


def series(words: list[str]) -> str:
    """Join words by commas and an "and"."""
    return f"{', '.join(words[:-1])} and {words[-1]}"

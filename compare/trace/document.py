"""The trace of one operation as data: results/traces/OPERATION.json.

    {"operation", "made", "request": {"method", "path", "curl"},
     "implementations": {NAME: {
       "versions": {distribution: version}, "status",
       "recordings": {"made", "agree"}, "cpu_us",
       "calls": {origin: count, "all", "c"}, "depth", "function",
       "layers": {origin: µs}, "packages": {package: µs},
       "phases": {phase: µs},
       "frames": [{"id", "parent", "thread", "name", "file", "line",
                   "origin", "distribution", "start_us", "end_us",
                   "cpu_us", "phase", "calls"}],
       "statements": [{"sql", "us", "frame"}], "unseen"}}}

`calls` count Python functions and the shown functions of C; `c` are calls of
other functions of C. `depth` is explained in calls.py, `function` is the id
of the operation's own frame. `frames` are those calls that frames.py chooses:
a frame's `calls` are all that it stands for, itself included, and its
`cpu_us` is what these took themselves, so that the sum over all frames is
`cpu_us` of the implementation. Time runs from the first bytes on, in CPU time
of a server without a hook, which includes what the server does for a request
before and after. A function of C has no file.
"""

import json
import platform
import shlex
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from compare import ROOT
from compare.ledger.capabilities import Capabilities, Code
from compare.ledger.origin import version_of
from compare.trace.calls import Call, Trace
from compare.trace.frames import choose, frames, statements
from compare.trace.recording import RECORDED
from compare.trace.world import Request

FOLDER = ROOT / "results" / "traces"
# Where an operation is a class, Django makes one of it here.
CLASS_VIEW = Code("django/views/generic/base.py", "View.as_view.<locals>.view")
SERVED = "http://127.0.0.1:8000"
UNSEEN = (
    "What functions of C and Rust do inside is one call (SQLite, sockets, "
    "pydantic-core, hashes) or counted only. Not seen are the kernel, what "
    "the server does before the first bytes and after the last, the turns "
    "of the event loop, and rows that are taken from a cursor by a loop."
)
VERSIONS = {
    "Python": platform.python_version(),
    "SQLite": sqlite3.sqlite_version,
}


def write_document(document: dict[str, Any]) -> Path:
    """Write the trace of one operation; return where it stands."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{document['operation']}.json"
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, "utf-8")
    return path


def make_document(
    operation: str, request: Request, implementations: dict[str, Any]
) -> dict[str, Any]:
    """Join the traces of one operation."""
    return {
        "operation": operation,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "request": {
            "method": request.method,
            "path": request.path,
            "curl": curl(request),
        },
        "implementations": implementations,
    }


def curl(request: Request) -> str:
    """Write a request as a command line, secrets left out."""
    words = ["curl", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    for name, value in request.headers.items():
        shown = {"Authorization": "Bearer …", "Cookie": "…"}.get(name, value)
        words += ["-H", f"{name}: {shown}"]
    if request.body:
        words += ["--data-binary", request.body.decode()]
    return shlex.join([*words, SERVED + request.path])


def describe(
    trace: Trace, function: Call | None, status: int, cpu_us: float | None
) -> dict[str, Any]:
    """Write the trace of one implementation.

    `function` is the operation's own, if it has one. `cpu_us` is what a
    request costs without a hook; without it the sum of the calls stands.
    """
    total = sum(call.own for call in trace.calls)
    cpu_us = cpu_us or total
    factor = cpu_us / total
    kept = choose(trace, function)
    names = sorted({call.distribution for call in trace.calls} - {""})
    return {
        "versions": {n: VERSIONS.get(n) or version_of(n) for n in names},
        "status": status,
        "recordings": {"made": trace.recorded, "agree": RECORDED},
        "cpu_us": round(cpu_us, 1),
        "calls": trace.counts(),
        "depth": depth(trace, function),
        "function": function.number if function else None,
        "layers": shares(trace, "origin", factor),
        "packages": shares(trace, "package", factor),
        "phases": shares(trace, "phase", factor),
        "frames": frames(trace, kept, factor),
        "statements": statements(trace, factor),
        "unseen": UNSEEN,
    }


def find_function(
    trace: Trace, found: Capabilities, implementation: str, operation: str
) -> Call | None:
    """Find the call of the operation's own function, or of its view."""
    code = found.operation(implementation, operation)
    codes = [code] if isinstance(code, Code) else []
    for code in (*codes, Code("app/pages.py", operation), CLASS_VIEW):
        for call in trace.calls:
            if (call.file, call.name) == (code.file, code.symbol):
                return call
    return None


def depth(trace: Trace, function: Call | None) -> int | None:
    """Count the calls around a function that reading the bytes began.

    See calls.py; what Python itself calls before that does not count.
    """
    if function is None:
        return None
    chain = trace.chain(function)
    while chain and chain[0].origin == "stdlib":
        chain.pop(0)
    return len(chain)


def chain_of(trace: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the frames around the operation's function, outermost first.

    `trace` is what the document holds for the implementation; the calls
    that `depth` counts are all among its frames.
    """
    frames = {frame["id"]: frame for frame in trace["frames"]}
    found = []
    frame = frames[trace["function"]]
    while frame["parent"] is not None:
        frame = frames[frame["parent"]]
        found.append(frame)
    return found[::-1][len(found) - trace["depth"] :]


def shares(trace: Trace, what: str, factor: float) -> dict[str, float]:
    """Add up the microseconds by an attribute of the calls."""
    found: Counter[str] = Counter()
    for call in trace.calls:
        found[getattr(call, what)] += call.own * factor
    return {name: round(us, 1) for name, us in found.items()}

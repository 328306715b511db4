"""The calls that are shown one by one, so that a page stays small."""

from collections import Counter
from typing import Any

from compare.trace.calls import Call, Trace

KEPT = 300  # of an implementation


def choose(trace: Trace, function: Call | None) -> set[int]:
    """Choose the calls to show, by what does not depend on time.

    Those around the operation's function, those of C that are shown, and
    the first of each own function; then those with most calls below that
    are not all in one of the calls that they make.
    """
    sizes = [1] * len(trace.calls)
    largest = [0] * len(trace.calls)
    for call in reversed(trace.calls):
        if call.parent is not None:
            size = sizes[call.number]
            sizes[call.parent] += size
            largest[call.parent] = max(largest[call.parent], size)
    first = {call.place: call.number for call in reversed(trace.calls)}
    around = trace.chain(function) if function else []
    chosen = {call.number for call in around}
    chosen |= {
        call.number
        for call in trace.calls
        if call.parent is None
        or not call.file
        or (call.origin == "own" and first[call.place] == call.number)
    }
    rest = sorted(
        (call.number for call in trace.calls if call.number not in chosen),
        key=lambda number: (largest[number] - sizes[number], number),
    )
    return chosen | set(rest[: max(0, KEPT - len(chosen))])


def frames(
    trace: Trace, kept: set[int], factor: float
) -> list[dict[str, Any]]:
    """Write the calls that are shown; the others are part of these."""
    shown: dict[int, dict[str, Any]] = {}
    holders: list[int] = []  # by the number of a call
    for call in trace.calls:
        if call.number in kept:
            above = None if call.parent is None else holders[call.parent]
            shown[call.number] = write_frame(call, above, factor)
            holders.append(call.number)
        else:
            holders.append(holders[call.parent])
        holder = shown[holders[call.number]]
        holder["calls"] += 1
        holder["cpu_us"] += call.own * factor
    for frame in shown.values():
        frame["cpu_us"] = round(frame["cpu_us"], 1)
    return list(shown.values())


def write_frame(
    call: Call, parent: int | None, factor: float
) -> dict[str, Any]:
    """Write one call, without what it stands for."""
    return {
        "id": call.number,
        "parent": parent,
        "thread": call.thread,
        "name": call.name,
        "file": call.file,
        "line": call.line,
        "origin": call.origin,
        "distribution": call.distribution,
        "start_us": round(call.start * factor, 1),
        "end_us": round(call.end * factor, 1),
        "cpu_us": 0.0,
        "phase": call.phase,
        "calls": 0,
    }


def statements(trace: Trace, factor: float) -> list[dict[str, Any]]:
    """Write the statements with what they took, rows included."""
    found = []
    shared = Counter(number for _, number in trace.statements)
    for sql, number in trace.statements:
        us = trace.calls[number].own / shared[number]
        found.append({"sql": sql, "us": us, "frame": number})
    for call in trace.calls:
        if call.name.startswith("sqlite3.Cursor.fetch"):
            before = [one for one in found if one["frame"] < call.number]
            for one in before[-1:]:
                one["us"] += call.own
    return [one | {"us": round(one["us"] * factor, 1)} for one in found]

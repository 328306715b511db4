"""Which recordings of a request agree: in numbers, and in order.

A recording is what trace_recorder.py exports.
"""

from collections import Counter
from typing import Any

ENTER, LEAVE, C_CALL, SENDING = range(4)  # kinds of events; see hooks
Events = list[list[int]]  # kind, index of a record, nanoseconds, thread


def cut(raw: dict[str, Any]) -> Events:
    """Return the events up to the last bytes of the answer."""
    events = raw["events"]
    last = max(i for i, e in enumerate(events) if e[0] == SENDING)
    _, number, now, thread = events[last]
    returns = [e for e in events[last:] if e[:2] == [LEAVE, number]][:1]
    return events[:last] + (returns or [[LEAVE, number, now, thread]])


def by_thread(events: Events) -> list[Events]:
    """Part events by their threads, in the order in which these begin."""
    threads: dict[int, Events] = {}
    for event in events:
        threads.setdefault(event[3], []).append(event)
    return list(threads.values())


def counts(raw: dict[str, Any]) -> frozenset:
    """Return how often each function calls each: the same each time."""
    places, records = raw["places"], raw["records"]
    events = [(kind, number) for kind, number, *_ in cut(raw)]
    called = {number for kind, number in events if kind == ENTER}
    names = {
        number: (
            *places[code],
            *(places[records[parent][1]] if parent >= 0 else ()),
        )
        for number, (parent, code, _) in enumerate(records)
        if number in called
    }
    hidden = Counter(names[n] for kind, n in events if kind == C_CALL)
    shown = Counter(names[number] for number in called)
    return frozenset({(*n, c, hidden[n]) for n, c in shown.items()})


def in_one_order(recordings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return most of the recordings: those whose calls come in one order.

    Sets of objects are in the order of their addresses in memory.
    """
    found: dict[tuple, list[dict[str, Any]]] = {}
    for raw in recordings:
        found.setdefault(order(raw), []).append(raw)
    return max(found.values(), key=len)


def order(raw: dict[str, Any]) -> tuple:
    """Return all but the times, thread by thread.

    How threads take turns is left to chance, so that calls are numbered
    anew.
    """
    numbers: dict[int, int] = {}
    places = [tuple(raw["places"][code]) for _, code, _ in raw["records"]]
    return tuple(
        tuple(
            (e[0], numbers.setdefault(e[1], len(numbers)), places[e[1]])
            for e in part
        )
        for part in by_thread(cut(raw))
    )

"""The calls of one request, worked out of what was recorded.

A call's own time is the CPU time between two events of its thread while it
is the innermost, without what the hook costs, and the median of several
recordings. So waiting counts for nobody, and time runs as if all were done
one after the other.

Depth is how many calls lie between the first that is not Python's own (what
reads the bytes, or what the event loop calls with them) and the operation's
function: all that has to return before the answer can be sent.
"""

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any

from compare.ledger.origin import origin
from compare.trace.agreement import C_CALL, LEAVE, by_thread, cut

LINKS = ("asyncio/", "queue.py", "concurrent/futures/")  # pass jobs on
DATABASE = "database"
NEAR = {"own": "own code", "server": "own server"}  # of no distribution


@dataclass(eq=False)
class Call:
    """One call; times are in microseconds since the first bytes."""

    number: int
    parent: int | None
    name: str
    file: str
    line: int
    origin: str
    distribution: str
    thread: int = 0
    start: float = 0
    end: float = 0
    own: float = 0
    c_calls: int = 0
    phase: str = "other"

    @property
    def place(self) -> tuple[str, int, str]:
        """Return what names the function."""
        return self.file, self.line, self.name

    @property
    def package(self) -> str:
        """Name the distribution, or the part of Django.

        Django alone holds what the others take from several distributions.
        """
        if self.file.startswith("django/"):
            return ".".join(self.file.removesuffix(".py").split("/")[:2])
        return self.distribution or NEAR[self.origin]


@dataclass
class Trace:
    """All calls of a request in order, and the statements they sent.

    statements: (SQL, number of the call of C that ran it). `recorded` is
    how many recordings were made until enough had the same numbers of calls.
    """

    calls: list[Call]
    statements: list[tuple[str, int]]
    recorded: int = 0

    def counts(self) -> dict[str, int]:
        """Count calls by origin; `c` are those that are not shown."""
        found = Counter(call.origin for call in self.calls)
        hidden = sum(call.c_calls for call in self.calls)
        return {**found, "all": len(self.calls), "c": hidden}

    def chain(self, call: Call) -> list[Call]:
        """Return the calls around one, outermost first."""
        found = []
        while call.parent is not None:
            call = self.calls[call.parent]
            found.append(call)
        return found[::-1]


def make_trace(
    recordings: list[dict[str, Any]],
    costs: dict[str, float],
    implementation: str,
) -> Trace:
    """Work out the calls of recordings that agree.

    `costs` are the nanoseconds of the hook for an event.
    """
    events = [cut(raw) for raw in recordings]
    raw = recordings[0]
    count = 1 + max(event[1] for event in events[0])
    calls = [make_call(number, raw, implementation) for number in range(count)]
    relink(calls, raw)
    run_through(calls, events[0], durations(events, costs))
    statements = [(sql, n) for sql, n in raw["statements"] if n < count]
    return Trace(calls, statements)


def make_call(number: int, raw: dict[str, Any], implementation: str) -> Call:
    """Make one call, whose times are not known yet."""
    parent, code, _ = raw["records"][number]
    path, line, name = raw["places"][code]
    if path:
        found = origin(path, implementation)
        where = (found.shown, line, found.kind, found.distribution)
    else:
        where = of_c(name, implementation)
    return Call(number, parent if parent >= 0 else None, name, *where)


def of_c(name: str, implementation: str) -> tuple[str, int, str, str]:
    """Say where a function of C is from, by its module."""
    module = name.partition(".")[0]
    if module == "sqlite3":
        return "", 0, DATABASE, "SQLite"
    if module in ("_socket", "_hashlib", "zlib"):
        return "", 0, "stdlib", "Python"
    # Only an installed distribution has such a path.
    found = origin(f"/site-packages/{module}/", implementation)
    return "", 0, found.kind, found.distribution


def relink(calls: list[Call], raw: dict[str, Any]) -> None:
    """Give jobs for another thread or turn to who meant them to be done."""
    for call in calls:
        if raw["records"][call.number][2]:
            while call.parent and calls[call.parent].file.startswith(LINKS):
                call.parent = calls[call.parent].parent


def durations(
    recordings: list[list[list[int]]], costs: dict[str, float]
) -> list[float]:
    """Return the microseconds before each event since its thread's last.

    In the order of the first recording.
    """
    parted = [by_thread(events) for events in recordings]
    threads = [
        iter([median(each) / 1000 for each in zip(*found, strict=True)])
        for found in zip(
            *([intervals(part, costs) for part in parts] for parts in parted),
            strict=True,
        )
    ]
    names = list(dict.fromkeys(event[3] for event in recordings[0]))
    turns = dict(zip(names, threads, strict=True))
    return [next(turns[event[3]]) for event in recordings[0]]


def intervals(events: list[list[int]], costs: dict[str, float]) -> list[float]:
    """Return the nanoseconds before each event, without the hook's."""
    found = []
    last = events[0][2]
    for kind, _, now, _ in events:
        # A call of C has an event for its return, which is not kept.
        cost = 2 * costs["c"] if kind == C_CALL else costs["python"]
        found.append(max(0, now - last - cost))
        last = now
    return found


def run_through(
    calls: list[Call], events: list[list[int]], spent: list[float]
) -> None:
    """Give all calls their times, by one clock for all threads."""
    clock = 0.0
    stacks: dict[int, list[Call]] = {}
    begun: set[int] = set()
    for (kind, number, _, thread), passed in zip(events, spent, strict=True):
        stack = stacks.setdefault(thread, [])
        call = calls[number]
        if stack:
            stack[-1].own += passed
            clock += passed
        if kind == C_CALL:
            call.c_calls += 1
        elif kind == LEAVE:
            stack.remove(call)
        else:
            stack.append(call)
            if number not in begun:
                begun.add(number)
                call.start = clock
                call.thread = list(stacks).index(thread)
        call.end = clock
    for call in [call for stack in stacks.values() for call in stack]:
        call.end = clock

"""Trace operations through all implementations."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context
from threading import Event
from typing import Any

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import load
from compare.trace.calls import Trace, make_trace
from compare.trace.document import describe, find_function, make_document
from compare.trace.phases import Entry, assign, read_entries
from compare.trace.recording import Driver
from compare.trace.server import hooked, started
from compare.trace.world import Request

REPEATS = 100  # requests that the CPU time of one is measured by
TOGETHER = 2  # servers at a time: each, with its client, keeps a core busy
interrupted = Event()


@dataclass
class Found:
    """What is known of one implementation, by operation."""

    traces: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    idle: list[Entry] = field(default_factory=list)


def trace_all(
    operations: Iterable[str], measure: bool, say: Callable[[str], None]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Trace operations; return their documents and the idle phases.

    Without `measure` no CPU time of a server without a hook is taken.
    Raises Refused, Unsteady and NotUpError.
    """
    operations = list(operations)
    # Each process looks for ports in a place of its own, when it is new.
    with ProcessPoolExecutor(TOGETHER, get_context("spawn")) as pool:
        jobs = (IMPLEMENTATIONS, repeat(operations), repeat(measure))
        found = {}
        for implementation, one in zip(
            IMPLEMENTATIONS, pool.map(trace_or_end, *jobs), strict=True
        ):
            say(f"{implementation}: traced")
            found[implementation] = one
    documents = {
        name: make_document(
            name,
            found[IMPLEMENTATIONS[0]].requests[name],
            {each: one.traces[name] for each, one in found.items()},
        )
        for name in operations
    }
    idle = [f"{name}, {e}" for name, one in found.items() for e in one.idle]
    return documents, idle


def trace_or_end(*job: Any) -> Found:
    """Trace, but begin with no other when this process was interrupted."""
    if interrupted.is_set():
        raise KeyboardInterrupt
    try:
        return trace_one(*job)
    except KeyboardInterrupt:
        interrupted.set()
        raise


def trace_one(
    implementation: str, operations: list[str], measure: bool
) -> Found:
    """Trace operations through one implementation."""
    capabilities = load()
    costs = measure_all(implementation, operations) if measure else {}
    entries = read_entries(implementation)
    used: set[Entry] = set()
    found = Found()
    for name, request, trace in record_all(implementation, operations):
        used |= assign(trace, entries)
        function = find_function(trace, capabilities, implementation, name)
        found.requests[name] = request
        found.traces[name] = describe(
            trace, function, request.status, costs.get(name)
        )
    found.idle = [entry for entry in entries if entry not in used]
    return found


def record_all(
    implementation: str, operations: list[str]
) -> Iterator[tuple[str, Request, Trace]]:
    """Yield the trace of each operation, from one server."""
    with hooked(implementation) as (server, control):
        driver = Driver(server)
        answers = control.order("calibrate")
        costs = {kind: min(a[kind] for a in answers) for kind in answers[0]}
        for name in operations:
            request, recordings, made = driver.record(name, control)
            trace = make_trace(recordings, costs, implementation)
            trace.recorded = made
            yield name, request, trace


def measure_all(
    implementation: str, operations: list[str]
) -> dict[str, float]:
    """Return the microseconds that a request costs without a hook."""
    with started(implementation) as server:
        driver = Driver(server)
        return {name: driver.measure(name, REPEATS) for name in operations}

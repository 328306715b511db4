"""The trace: what belongs to a request, what it took, and its picture."""

import asyncio
import socket
import sys
import threading
from argparse import Namespace
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest
import yaml

from compare import ROOT
from compare.trace import figures, picture, run
from compare.trace.agreement import (
    C_CALL,
    ENTER,
    LEAVE,
    SENDING,
    counts,
    in_one_order,
)
from compare.trace.calls import Call, Trace, make_trace
from compare.trace.commands import run_trace
from compare.trace.document import curl, depth
from compare.trace.frames import KEPT, choose, frames, statements
from compare.trace.operations import OPERATIONS
from compare.trace.phases import PHASES, Entry, assign, read_entries
from compare.trace.server import HOOKS, Unsteady, ask
from compare.trace.world import Refused, Request

COSTS = {"python": 0.0, "c": 0.0}


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the hook as a traced process does, but install nothing."""
    monkeypatch.syspath_prepend(str(HOOKS))
    import trace_control

    return trace_control


def work() -> str:
    """Be what a worker thread does."""
    return "answer"


class Answering(asyncio.Protocol):
    """Answer each message by a job in another thread."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.task = asyncio.get_running_loop().create_task(self.handle())

    async def handle(self) -> None:
        for _ in range(2):
            await asyncio.sleep(0)
        answer = await anyio.to_thread.run_sync(work)
        self.transport.write(answer.encode())


async def tick(done: asyncio.Event) -> None:
    """Run beside the requests, and belong to none."""
    while not done.is_set():
        await asyncio.sleep(0)


async def exchange(hook: ModuleType, times: int) -> list[dict[str, Any]]:
    """Answer the same request many times, and record each."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    done = asyncio.Event()
    beside = loop.create_task(tick(done))
    client = await loop.run_in_executor(
        None, socket.create_connection, address
    )
    found = []
    for _ in range(times):
        hook.recorder = hook.Recorder(client.getsockname()[1])
        client.sendall(b"request")
        await loop.run_in_executor(None, client.recv, 100)
        ended, hook.recorder = hook.recorder, None
        found.append(ended.export())
    client.close()
    done.set()
    await beside
    server.close()
    return found


@pytest.fixture
def recordings(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """Record one request five times, after two that fill caches."""
    before = sys.getprofile()
    threading.setprofile(hook.watch)
    sys.setprofile(hook.watch)
    try:
        return asyncio.run(exchange(hook, 7))[2:]
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


def test_a_trace_follows_a_request_through_loop_and_thread(
    recordings: list[dict[str, Any]],
) -> None:
    """A job belongs to who gave it; a coroutine is one call."""
    trace = make_trace(recordings[:1], COSTS, "fastapi")
    (job,) = [call for call in trace.calls if call.name == "work"]
    around = [call.name for call in trace.chain(job)]
    assert around.index("Answering.data_received") < around.index(
        "Answering.handle"
    )
    names = [call.name for call in trace.calls]
    assert names.count("Answering.handle") == 1
    assert names.count("_socket.socket.recv") == 1
    assert job.thread != trace.calls[0].thread
    assert "tick" not in names


def test_recordings_of_the_same_request_agree(
    recordings: list[dict[str, Any]],
) -> None:
    """Not one call more or less, whichever thread is first."""
    assert len(set(map(counts, recordings))) == 1


def raw(*events: tuple[int, int, int, int]) -> dict[str, Any]:
    """Make a recording of a(b()) where b sends."""
    return {
        "places": [["/a.py", 1, "a"], ["/a.py", 5, "b"], ["", 0, "x.send"]],
        "records": [[-1, 0, False], [0, 1, False], [1, 2, False]],
        "events": [list(event) for event in events],
        "statements": [],
    }


EVENTS = (
    (ENTER, 0, 0, 7),
    (ENTER, 1, 10_000, 7),
    (C_CALL, 1, 14_000, 7),
    (ENTER, 2, 15_000, 7),
    (SENDING, 2, 15_000, 7),
    (LEAVE, 2, 95_000, 7),
    (LEAVE, 1, 99_000, 7),
)


def test_time_is_the_calls_own_without_the_hooks() -> None:
    """Each event costs; a call of C has two, of which one is kept."""
    costs = {"python": 1000.0, "c": 500.0}
    trace = make_trace([raw(*EVENTS)], costs, "flask")
    assert [call.own for call in trace.calls] == [9, 3, 79]
    assert [call.start for call in trace.calls] == [0, 9, 12]
    assert trace.calls[0].end == 91
    assert trace.counts() == {"stdlib": 2, "library": 1, "all": 3, "c": 1}


def test_time_is_the_median_of_recordings() -> None:
    """One recording that was disturbed counts for nothing."""
    slow = [(kind, n, 50 * now, t) for kind, n, now, t in EVENTS]
    trace = make_trace([raw(*EVENTS), raw(*slow), raw(*EVENTS)], COSTS, "x")
    assert [call.own for call in trace.calls] == [10, 5, 80]


def test_recordings_agree_by_numbers_of_calls() -> None:
    """A call of C more is another recording; other times are not."""
    later = [(kind, n, 2 * now, t) for kind, n, now, t in EVENTS]
    fewer = raw(*EVENTS[:2], *EVENTS[3:])
    assert counts(raw(*EVENTS)) == counts(raw(*later))
    assert counts(raw(*EVENTS)) != counts(fewer)
    some = [fewer, raw(*EVENTS), raw(*later)]
    assert in_one_order(some) == some[1:]


def call(number: int, parent: int | None, name: str, origin: str) -> Call:
    """Make a call of a microsecond."""
    return Call(number, parent, name, f"{origin}.py", 1, origin, "", own=1)


def chain(*origins: str) -> Trace:
    """Make calls, each within the one before."""
    calls = [
        call(i, i - 1 if i else None, f"f{i}", origin)
        for i, origin in enumerate(origins)
    ]
    return Trace(calls, [])


def test_the_outermost_named_call_gives_the_phase() -> None:
    """A query while a token is looked for belongs to authenticate."""
    trace = chain("server", "own", "database", "stdlib")
    query = Entry("query", "database.py", "*")
    entries = [query, Entry("authenticate", "own.py", "f1")]
    assert assign(trace, entries) == {entries[1]}
    phases = [call.phase for call in trace.calls]
    assert phases == ["other", *["authenticate"] * 3]


@pytest.mark.parametrize("name", ["stdlib", "flask", "django", "fastapi"])
def test_phases_are_known(name: str) -> None:
    """No word of the table is misspelt."""
    assert {entry.phase for entry in read_entries(name)} == {*PHASES[:-1]}


@pytest.mark.parametrize(
    ("file", "distribution", "package"),
    [
        ("django/db/models/query.py", "Django", "django.db"),
        ("django/shortcuts.py", "Django", "django.shortcuts"),
        ("sqlalchemy/orm/query.py", "SQLAlchemy", "SQLAlchemy"),
        ("app/api.py", "", "own code"),
    ],
)
def test_a_call_belongs_to_a_package(
    file: str, distribution: str, package: str
) -> None:
    """That is a distribution, or a part of Django."""
    one = Call(0, None, "f", file, 1, "own", distribution)
    assert one.package == package


def test_depth_begins_after_pythons_own() -> None:
    """What Python calls before the server is the same everywhere."""
    trace = chain("stdlib", "server", "framework", "stdlib", "own")
    assert depth(trace, trace.calls[-1]) == 3


def test_shown_calls_stand_for_all() -> None:
    """Whatever is left out is part of a call that is shown."""
    trace = chain("server", *["library"] * (2 * KEPT), "own")
    kept = choose(trace, None)
    shown = frames(trace, kept, 2.0)
    assert len(shown) == KEPT
    assert shown[-1]["origin"] == "own"
    assert sum(frame["calls"] for frame in shown) == len(trace.calls)
    assert sum(frame["cpu_us"] for frame in shown) == 2 * len(trace.calls)


def test_a_statement_takes_until_its_rows_are_read() -> None:
    """Two statements of one call share its time; a fetch adds to the last."""
    names = ["sqlite3.Cursor.execute"] * 2 + ["sqlite3.Cursor.fetchall"]
    calls = [call(i, None, name, "database") for i, name in enumerate(names)]
    sent = [("BEGIN", 0), ("INSERT", 0), ("SELECT", 1)]
    took = [one["us"] for one in statements(Trace(calls, sent), 1.0)]
    assert took == [0.5, 0.5, 2]


def test_a_shown_request_holds_no_secret() -> None:
    """Neither a token nor a cookie is in the line to try."""
    headers = {"Authorization": "Bearer key", "Cookie": "session=key"}
    line = curl(Request("POST", "/api/bookmarks", 201, headers, b"{}"))
    assert "key" not in line
    assert line.startswith("curl -i -X POST -H 'Authorization: Bearer …'")


def test_every_operation_can_be_traced() -> None:
    """The operations of the spec, in its order, and then pages."""
    spec = yaml.safe_load(Path(ROOT, "spec/openapi.yaml").read_text("utf-8"))
    named = [
        operation["operationId"]
        for path in spec["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    assert [*OPERATIONS][: len(named)] == named


def test_a_server_that_does_not_answer_makes_no_trace() -> None:
    """As one that is gone does not."""
    ours, process = socket.socketpair()
    with ours, process:
        ours.settimeout(0.01)
        with ours.makefile("rwb") as file, pytest.raises(Unsteady):
            ask(file, b"end\n")


def test_another_answer_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server may refuse what a trace needs."""

    def refuse(*arguments: object) -> None:
        raise Refused("/api/users: 500")

    monkeypatch.setattr(run, "trace_all", refuse)
    asked = Namespace(
        operation="create_bookmark", check=False, write=False, all=False
    )
    assert run_trace(asked) == 1
    assert capsys.readouterr().err == "/api/users: 500\n"


def test_the_picture_shows_its_figures() -> None:
    """It was not edited by hand."""
    shown = figures.read_figures()
    assert figures.PICTURE.read_text("utf-8") == picture.draw(shown)


def test_a_stale_count_is_told_but_not_pythons() -> None:
    """A patch of Python may change what Python calls."""
    old, new = figures.read_figures(), figures.read_figures()
    new["stacks"]["flask"]["calls"]["stdlib"] += 1
    new["stacks"]["flask"]["calls"]["all"] += 1
    assert figures.differences(old, new) == []
    new["stacks"]["flask"]["chain"].pop()
    (line,) = figures.differences(old, new)
    assert line.startswith("flask: depth was ")

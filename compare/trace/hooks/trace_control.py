"""Take orders from whoever traces: calibrate, record a request, hand it over.

Each process, and each that it forks, connects to the tracer's socket, and a
thread that is not traced itself waits there. An answer is a line of JSON.

The hook is sys.setprofile, which all versions of Python have. Their counts
differ: from 3.12 on a comprehension is no call.
"""

import _thread
import gc
import json
import os
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from time import sleep, thread_time_ns
from types import FrameType

from trace_recorder import Recorder

LONG = 60  # seconds for which no thread is made to give way to another
SHORT = sys.getswitchinterval()
ROUNDS, CALLS = 20, 200  # by which the hook's own cost is measured
recorder: Recorder | None = None


def install(path: str) -> None:
    """Watch all threads to come, and every database that they open."""
    open_database = sqlite3.connect

    def connect(*arguments: object, **named: object) -> sqlite3.Connection:
        connection = open_database(*arguments, **named)
        connection.set_trace_callback(note)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = connect
    os.register_at_fork(after_in_child=lambda: listen(path))
    listen(path)
    threading.setprofile(watch)
    sys.setprofile(watch)


def watch(frame: FrameType, event: str, arg: object) -> None:
    """Be the hook: Python calls it at each call and each return."""
    if recorder is not None:
        recorder.see(frame, event, arg)


def note(statement: str) -> None:
    """Write down a statement that SQLite begins."""
    if recorder is not None:
        recorder.note(statement)


def listen(path: str) -> None:
    """Connect to the tracer and wait for orders in a thread."""
    global recorder
    recorder = None
    tracer = socket.socket(socket.AF_UNIX)
    tracer.connect(path)
    _thread.start_new_thread(obey, (tracer,))


def obey(tracer: socket.socket) -> None:
    """Follow orders, a line each, until the tracer is gone."""
    orders = {
        b"calibrate": calibrate,
        b"prepare": prepare,
        b"record": record,
        b"end": end,
    }
    with tracer.makefile("rb") as lines:
        for line in lines:
            word, *numbers = line.split()
            answer = orders[word](*map(int, numbers))
            tracer.sendall(json.dumps(answer).encode() + b"\n")


def prepare() -> None:
    """See that no garbage is collected while a request is recorded."""
    gc.collect()
    gc.disable()


def record(port: int) -> None:
    """Record the next request from a port of a client.

    No thread is made to give way to another, as long as it works.
    """
    global recorder
    sys.setswitchinterval(LONG)
    recorder = Recorder(port)


def end() -> dict | None:
    """Stop, and return what was recorded, if anything."""
    global recorder
    sleep(0.005)  # for the last send to return
    ended, recorder = recorder, None
    sys.setswitchinterval(SHORT)
    gc.enable()
    return ended.export() if ended and ended.records else None


def calibrate() -> dict[str, float]:
    """Measure what the hook costs: nanoseconds for an event of each kind."""
    return {
        "python": measure(nothing, 2),
        "c": measure(_thread.get_ident, 2),
    }


def nothing() -> None:
    """Do nothing, as a function of Python."""


def measure(call: Callable, events: int) -> float:
    """Return what an event costs, by a call that makes so many of them."""
    global recorder
    bare = repeat(call)
    recorder = Recorder(0)
    recorder.begin(sys._getframe())
    sys.setprofile(watch)
    try:
        watched = repeat(call)
    finally:
        sys.setprofile(None)
        recorder = None
    return (watched - bare) / events


def repeat(call: Callable) -> float:
    """Return the nanoseconds of a call, when nothing else disturbs it."""
    found = []
    for _ in range(ROUNDS):
        start = thread_time_ns()
        for _ in range(CALLS):
            call()
        found.append(thread_time_ns() - start)
    return min(found) / CALLS

"""Write down each call of one request, in all threads that work on it.

A call belongs to the request if its caller does, or if it is a job that a
call of the request gave to an event loop or to a worker thread. What stands
on the stack when the first bytes arrive belongs to it, too. All else that
the process does meanwhile is left out.

A coroutine or generator is one call, however often it is resumed.
"""

import socket
from _thread import get_ident
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from time import thread_time_ns
from types import BuiltinFunctionType, CodeType, FrameType

from trace_c import NAMES, is_arrival, shown_name
from trace_jobs import Jobs, code_of

ENTER, LEAVE, C_CALL, SENDING = range(4)  # kinds of events
RESUMABLE = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


class Recorder:
    """Hold what was seen of one request.

    places: (path, first line, name) of each function.
    records: (the index of the caller, or -1; the index of the place; whether
    the caller gave it as a job).
    events: (kind, index of a record, nanoseconds of the thread, thread).
    statements: (SQL, index of a record).
    """

    def __init__(self, port: int) -> None:
        """Begin when bytes arrive from the client that has this port."""
        self.port = port
        self.connection: socket.socket | None = None
        self.places: list[tuple[str, int, str]] = []
        self.records: list[tuple[int, int, bool]] = []
        self.events: list[tuple[int, int, int, int]] = []
        self.statements: list[tuple[str, int]] = []
        self.known: dict[int, tuple[int, object]] = {}  # by the id of a code
        self.running: dict[int, int] = {}  # records, by the id of a frame
        self.closed: dict[int, int] = {}  # the same, but blind to its calls
        self.asleep: dict[int, tuple[int, CodeType, int]] = {}
        self.inside: dict[int, list[int]] = {}  # calls of C, by thread
        self.jobs = Jobs()
        # These are called by the thread that is done last, which may be
        # after the answer.
        done = code_of("queue", "Queue.task_done")
        cleanup = code_of("sqlalchemy.orm.state", "InstanceState._cleanup")
        self.afterwards = {id(done), id(cleanup)}
        # What these call depends on which of two threads is first, or on
        # chance.
        chance = code_of("random", "Random._randbelow_with_getrandbits")
        self.uncertain = {id(self.jobs.put), id(self.jobs.get), id(chance)}

    def see(self, frame: FrameType, event: str, arg: object) -> None:
        """Write down one event of the profiler."""
        now = thread_time_ns()
        if event == "call":
            if self.records:
                self.enter(frame, now)
        elif event == "return":
            if self.records:
                self.leave(frame, arg, now)
        elif event == "c_call":
            self.enter_c(frame, arg, now)
        elif arg.__name__ in NAMES:  # c_return or c_exception
            self.leave_c(frame, arg, now)

    def begin(self, frame: FrameType) -> None:
        """Begin with the frames that wait for the bytes."""
        stack, bottoms = [frame], self.jobs.bottoms
        while stack[-1].f_back and stack[-1].f_back.f_code not in bottoms:
            stack.append(stack[-1].f_back)
        now, caller = thread_time_ns(), -1
        for each in reversed(stack):
            caller = self.add(caller, each)
            self.running[id(each)] = caller
            self.log(ENTER, caller, now)

    def add(
        self, caller: int, called: FrameType | str, job: bool = False
    ) -> int:
        """Add a call of Python, or of C by its name; return its index."""
        code = called if isinstance(called, str) else called.f_code
        known = self.known.get(id(code))
        if known is None:
            known = self.known[id(code)] = len(self.places), code
            self.places.append(place_of(called))
        self.records.append((caller, known[0], job))
        return len(self.records) - 1

    def log(self, kind: int, record: int, now: int) -> None:
        """Add an event of this thread."""
        self.events.append((kind, record, now, get_ident()))

    def enter(self, frame: FrameType, now: int) -> None:
        """See a function called, or a coroutine resumed."""
        code, key = frame.f_code, id(frame)
        record, slept, offset = self.asleep.get(key, (-1, None, 0))
        if slept is not code or frame.f_lasti < offset:
            record = self.call(frame)
            self.jobs.give(frame, record)
        if record >= 0:
            blind = id(code) in self.uncertain
            (self.closed if blind else self.running)[key] = record
            self.log(ENTER, record, now)

    def call(self, frame: FrameType) -> int:
        """Add a call if it belongs to the request; else return -1."""
        self.jobs.begin(frame)
        if id(frame.f_code) in self.afterwards or (
            frame.f_code is self.jobs.run_handle
            or frame.f_globals.get("__name__") == "trace_control"
        ):
            return -1
        caller = self.running.get(id(frame.f_back), -1)
        job = caller < 0
        if job:
            caller = self.jobs.giver(frame.f_back)
        for inner in self.inside.get(get_ident(), ())[-1:]:
            if self.records[inner][0] == caller:
                caller = inner
        return self.add(caller, frame, job) if caller >= 0 else -1

    def leave(self, frame: FrameType, value: object, now: int) -> None:
        """See a function return, or a coroutine pause."""
        code, key = frame.f_code, id(frame)
        record = self.running.pop(key, self.closed.pop(key, -1))
        self.jobs.end(frame, value)
        if record >= 0:
            self.log(LEAVE, record, now)
            if code.co_flags & RESUMABLE:
                self.asleep[key] = record, code, frame.f_lasti

    def enter_c(
        self, frame: FrameType, function: BuiltinFunctionType, now: int
    ) -> None:
        """See a function of C called."""
        caller = self.running.get(id(frame), -1)
        if caller < 0:
            return
        name = shown_name(function)
        if not name:
            self.log(C_CALL, caller, now)
            return
        record = self.add(caller, name)
        self.inside.setdefault(get_ident(), []).append(record)
        self.log(ENTER, record, now)
        if function.__self__ is self.connection and ".send" in name:
            self.log(SENDING, record, now)

    def leave_c(
        self, frame: FrameType, function: BuiltinFunctionType, now: int
    ) -> None:
        """See a function of C return; the first bytes begin it all."""
        if not self.records and is_arrival(function, self.port):
            self.connection = function.__self__
            self.begin(frame)
            record = self.add(len(self.records) - 1, shown_name(function))
            self.log(ENTER, record, thread_time_ns())
            self.log(LEAVE, record, thread_time_ns())
        elif id(frame) in self.running and shown_name(function):
            self.log(LEAVE, self.inside[get_ident()].pop(), now)

    def note(self, statement: str) -> None:
        """Keep a statement with the C call that runs it."""
        for record in self.inside.get(get_ident(), ())[-1:]:
            self.statements.append((statement, record))

    def export(self) -> dict:
        """Return all as JSON takes it."""
        kept = ("places", "records", "events", "statements")
        return {name: getattr(self, name) for name in kept}


def place_of(called: FrameType | str) -> tuple[str, int, str]:
    """Return path, first line and name; no path for a function of C.

    The path of code that was made at run time is that of its module.
    """
    if isinstance(called, str):
        return "", 0, called
    code = called.f_code
    path = code.co_filename
    if path.startswith("<"):
        path = called.f_globals.get("__file__") or path
    return path, code.co_firstlineno, code.co_qualname

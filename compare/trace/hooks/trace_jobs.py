"""Who gave a job to an event loop or to a thread, and who does it.

A job is a handle of asyncio, or what somebody puts into a queue, from where
worker threads take it. It is known by its address.
"""

import sys
from operator import attrgetter
from types import CodeType, FrameType


class Jobs:
    """Remember jobs by the index of the call that gave them."""

    def __init__(self) -> None:
        """Look up the functions that pass jobs on."""
        self.given: dict[int, int] = {}  # by the id of a job
        self.taken: dict[int, int] = {}  # by the id of the frame that does it
        self.make_handle = code_of("asyncio.events", "Handle.__init__")
        self.run_handle = code_of("asyncio.events", "Handle._run")
        self.put = code_of("queue", "Queue.put")
        self.get = code_of("queue", "Queue.get")
        # Below these begins what a thread or a loop does for one client.
        self.bottoms = {
            self.run_handle,
            code_of("threading", "Thread.run"),
            code_of("concurrent.futures.thread", "_WorkItem.run"),
        }

    def give(self, frame: FrameType, record: int) -> None:
        """See a function called; if it passes on a job, keep who gave it."""
        if frame.f_code is self.make_handle:
            job = id(frame.f_locals["self"])
        elif frame.f_code is self.put:
            job = id(frame.f_locals["item"])
        else:
            return
        self.given.pop(job, None)  # one that is gone had this address
        if record >= 0:
            self.given[job] = record

    def begin(self, frame: FrameType) -> None:
        """See a loop begin with a handle, or a thread look for more."""
        if frame.f_code is self.run_handle:
            job = self.given.get(id(frame.f_locals["self"]))
            if job is not None:
                self.taken[id(frame)] = job
        elif frame.f_code is self.get:
            self.taken.pop(id(frame.f_back), None)

    def end(self, frame: FrameType, value: object) -> None:
        """See a function return: a handle is done, or a job is taken."""
        self.taken.pop(id(frame), None)
        if frame.f_code is self.get and id(value) in self.given:
            self.taken[id(frame.f_back)] = self.given[id(value)]

    def giver(self, frame: FrameType | None) -> int:
        """Return who gave the job that a frame does; -1 for nobody."""
        return self.taken.get(id(frame), -1)


def code_of(module: str, name: str) -> CodeType | None:
    """Return the code of a function, if its module is in use."""
    if module not in sys.modules:
        return None
    return attrgetter(name)(sys.modules[module]).__code__

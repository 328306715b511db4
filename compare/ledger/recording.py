"""A pytest plugin: tell the servers of a run which test it is.

Used with `-p compare.ledger.recording`. The other side of the socket is
compare/ledger/hooks/sitecustomize.py, in each process of a server.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from compare import ROOT
from compare.ledger.enough import enough
from compare.ledger.executed import BETWEEN, COMMAND, START

Method = Callable[..., Any]
IMPLEMENTATIONS = ROOT / "implementations"
SECONDS_TO_ANSWER = 120  # on a machine that is busy with other things
HOOKS = Path(__file__).resolve().parent / "hooks"


class Desk:
    """Where the processes report, and are told what is tested now."""

    def __init__(self, folder: Path) -> None:
        """Listen at the socket that the processes connect to."""
        self.lines: list[Any] = []
        self.now, self.number = BETWEEN, 0
        self.is_closed = False
        self.one_at_a_time = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "socket"))
        self.listener.listen(100)
        self.listener.setblocking(False)

    def __enter__(self) -> "Desk":
        """Begin to use it."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Take nobody in any more, and hear nobody."""
        self.is_closed = True
        for one in self.lines:
            one.close()
        self.listener.close()

    def accept(self) -> None:
        """Take every process that has connected."""
        with suppress(BlockingIOError):
            while True:
                channel, _ = self.listener.accept()
                channel.settimeout(SECONDS_TO_ANSWER)
                self.lines.append(channel.makefile("rw", encoding="utf-8"))
                channel.close()  # the file keeps it open

    def tell(self, context: str) -> None:
        """Have all book what ran so far; all later is of this context.

        Ends the run where a process lives on and does not book.
        """
        with self.one_at_a_time:
            if self.is_closed:
                return
            self.accept()
            self.now, self.number = context, self.number + 1
            asked = list(self.lines)
            for one in asked:
                with suppress(OSError):
                    one.write(f"{self.number} {context}\n")
                    one.flush()
            for one in asked:
                answer = read_answer(one)
                if not answer:
                    self.lines.remove(one)
                elif answer != str(self.number):
                    self.is_closed = True  # to end the servers needs no desk
                    pytest.exit(f"a server's recorder: {answer}", returncode=3)

    def book(self) -> None:
        """Have all book what ran so far, of what is going on."""
        self.tell(self.now)


def read_answer(one: Any) -> str:
    """Wait for an answer; "" is that of a process that has ended."""
    try:
        return one.readline().strip()
    except TimeoutError:
        return "no answer"
    except OSError:
        return ""


def pytest_configure(config: pytest.Config) -> None:
    """Have the servers of the suite record; tell them of starts and ends."""
    from tests.support import servers

    folder = Path(os.environ["PROOF_FOLDER"])
    desk = Desk(folder)
    config.pluginmanager.register(Chapters(desk, folder / "progress"))
    os.environ |= {
        "PYTHONPATH": str(HOOKS),
        "PROOF_OWN": str(IMPLEMENTATIONS),
        "PROOF_CONTEXT": START,
    }
    servers.SECONDS_TO_START *= 3
    server = servers.Server
    server.serve = before_and_after(server.serve, after=desk.book)
    server.send = before_and_after(server.send, before=desk.book)
    server.run = during(server.run, lambda: desk.now + COMMAND)
    server.migrate = during(server.migrate, lambda: BETWEEN)


def before_and_after(
    method: Method,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> Method:
    """Do more before and after a method."""

    @wraps(method)
    def wrapped(*args: Any, **named: Any) -> Any:
        before()
        result = method(*args, **named)
        after()
        return result

    return wrapped


def during(method: Method, context: Callable[[], str]) -> Method:
    """Have the processes that a method runs book under a name.

    Unless it has been given one by a method that calls this one.
    """

    @wraps(method)
    def wrapped(*args: Any, **named: Any) -> Any:
        if os.environ["PROOF_CONTEXT"] == START:
            os.environ["PROOF_CONTEXT"] = context()
        try:
            return method(*args, **named)
        finally:
            os.environ["PROOF_CONTEXT"] = START

    return wrapped


class Chapters:
    """Tell the processes which test begins and ends."""

    def __init__(self, desk: Desk, progress: Path) -> None:
        """Keep the desk, and the file that tells how far the run is."""
        self.desk, self.progress, self.done = desk, progress, 0
        self.red: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what is red."""
        if report.failed:
            self.red[report.nodeid] = None

    def pytest_runtest_logfinish(self) -> None:
        """Tell how far the run is: tests done, of how many; then red ones."""
        self.done += 1
        told = [f"{self.done} {self.total}", *self.red]
        self.progress.write_text("\n".join(told))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what is to run."""
        self.total = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Book what runs during the test itself under its name."""
        chapter = item.path.stem.removeprefix("test_")
        self.desk.tell(f"{chapter}::{item.originalname}")
        try:
            return (yield)
        finally:
            self.desk.tell(BETWEEN)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep what is enough to enter all code, and takes least."""
    kept = set(enough(items))
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = [item for item in items if item in kept]

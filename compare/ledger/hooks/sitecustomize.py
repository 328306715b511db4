"""Record which lines run, in each process that the suite starts.

Python imports a module of this name before anything else, from the folder
that PYTHONPATH names. Nothing happens unless PROOF_FOLDER is set.

Each process connects to the socket of compare/ledger/recording.py and obeys
lines like "2 tokens::test_create_token": book what ran since the last one,
under the name that the last one gave, and answer with the number, or with what
went wrong. Before the first line, everything is booked under PROOF_CONTEXT.
"""

import atexit
import os
import socket
import sys
import sysconfig
import threading
from collections.abc import Callable
from typing import Any


class Recorder:
    """Record lines of all threads of a process, and of its forks."""

    def __init__(self, folder: str, context: str) -> None:
        """Start to record; `context` is the name until another is told."""
        from coverage import Coverage

        self.folder, self.context = folder, context
        self.lock = threading.RLock()
        self.coverage = Coverage(
            data_file=os.path.join(folder, "lines"),
            data_suffix=True,
            cover_pylib=True,
            source_dirs=places(),
            config_file=False,
            messages=False,
        )
        self.coverage.start()
        self.coverage.switch_context(context)
        self.obey()

    def obey(self) -> None:
        """Obey from now on, in a thread of its own."""
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(os.path.join(self.folder, "socket"))
        threading.Thread(
            target=self.listen, args=[channel], daemon=True
        ).start()

    def listen(self, channel: socket.socket) -> None:
        """Book what ran whenever another name is told."""
        sys.settrace(None)
        with channel.makefile("rw", encoding="utf-8") as lines:
            for line in lines:
                number, _, self.context = line.rstrip("\n").partition(" ")
                try:
                    self.book()
                except Exception as error:
                    number = repr(error)
                lines.write(f"{number}\n")
                lines.flush()

    def book(self) -> None:
        """Write what ran, and go on under the name last told."""
        with self.lock:
            self.coverage.switch_context(self.context)

    def after_fork(self) -> None:
        """Go on in a child: threads are not inherited, nor is the lock."""
        self.lock.release()
        self.obey()

    def first(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Have all written before a function that ends this program."""

        def booked(*arguments: Any) -> Any:
            self.book()
            return function(*arguments)

        return booked


def places() -> list[str]:
    """Return the folders of one's own code, of packages and of Python."""
    installed = (sysconfig.get_path(n) for n in ("stdlib", "purelib"))
    return [os.environ["PROOF_OWN"], *installed]


if folder := os.environ.get("PROOF_FOLDER"):
    recorder = Recorder(folder, os.environ.get("PROOF_CONTEXT", ""))
    os._exit, os.execv = recorder.first(os._exit), recorder.first(os.execv)
    atexit.register(recorder.book)
    os.register_at_fork(
        before=recorder.lock.acquire,
        after_in_parent=recorder.lock.release,
        after_in_child=recorder.after_fork,
    )

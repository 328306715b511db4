"""A server that can be told to record a request, and one without a hook."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from tests.support.servers import Server

HOOKS = Path(__file__).with_name("hooks")
# One thread and one worker take all requests, in the same order each time.
SETTINGS = {
    "WORKERS": "1",
    "THREADS": "1",
    "LOGIN_LIMIT": "1000000/60",
    "PYTHONHASHSEED": "0",
}


class Unsteady(Exception):
    """Says why there is no recording to rely on."""


class Control:
    """Give orders to the hooks in the processes of a server."""

    def __init__(self, path: Path) -> None:
        """Listen where the processes connect to."""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.setblocking(False)
        self.processes: list[BinaryIO] = []

    def order(self, *words: object) -> list:
        """Give an order to all processes; return their answers."""
        order = " ".join(map(str, words)).encode() + b"\n"
        self.welcome()
        answers = [ask(process, order) for process in self.processes]
        pairs = zip(self.processes, answers, strict=True)
        self.processes = [process for process, line in pairs if line]
        return [json.loads(line) for line in answers if line]

    def welcome(self) -> None:
        """Let in the processes that have connected since."""
        while True:
            try:
                process, _ = self.listener.accept()
            except BlockingIOError:
                return
            process.settimeout(30)
            self.processes.append(process.makefile("rwb"))
            process.close()

    def close(self) -> None:
        """Leave the processes to themselves."""
        for process in self.processes:
            process.close()
        self.listener.close()


def ask(process: BinaryIO, order: bytes) -> bytes:
    """Give an order to one process; empty if that is gone.

    Raises Unsteady if it does not answer.
    """
    try:
        process.write(order)
        process.flush()
        return process.readline()
    except ConnectionError:
        return b""
    except TimeoutError:
        raise Unsteady("a server does not answer the recorder") from None


@contextmanager
def hooked(implementation: str) -> Iterator[tuple[Server, Control]]:
    """Start a server whose calls can be recorded; raises NotUpError."""
    with TemporaryDirectory(prefix="trace-") as folder:
        path = Path(folder, "socket")
        control = Control(path)
        settings = {"PYTHONPATH": str(HOOKS), "TRACE_SOCKET": str(path)}
        try:
            with started(implementation, settings) as server:
                yield server, control
        finally:
            control.close()


@contextmanager
def started(
    implementation: str, settings: dict[str, str] | None = None
) -> Iterator[Server]:
    """Start a server, and stop it also when its start is interrupted."""
    server = Server(implementation, SETTINGS | (settings or {}))
    try:
        yield server.start()
    finally:
        server.stop()

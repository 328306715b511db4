"""Make a server dearer by a known share, to see whether a sitting sees it.

Python imports this module when it starts and finds it on PYTHONPATH. With
PLANTED=0.1 in the environment each read of a request burns a tenth of the
CPU time that the process has used since the last one.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

SHARE = float(os.environ.get("PLANTED", "0"))
lock = threading.Lock()
paid = time.process_time()


def pay() -> None:
    """Burn the share of what was used since the last time."""
    global paid
    with lock:
        due = (time.process_time() - paid) * SHARE
        end = time.thread_time() + due
        while time.thread_time() < end:
            pass
        paid = time.process_time()


def dearer(read: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method that reads from a socket pay when something came."""

    @wraps(read)
    def wrapped(self: socket.socket, *arguments: Any) -> Any:
        found = read(self, *arguments)
        if found:
            pay()
        return found

    return wrapped


socket.socket.recv = dearer(socket.socket.recv)
socket.socket.recv_into = dearer(socket.socket.recv_into)

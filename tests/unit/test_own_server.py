"""A server of the suite: whether who answers is the one that was started."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.servers import Server, free_port

LISTEN = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listens", flush=True)
time.sleep(60)
"""


@pytest.fixture
def own() -> Iterator[Server]:
    """Give a server whose process only listens."""
    server = Server("stdlib")
    server.process = subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(server.port)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    server.process.stdout.readline()
    yield server
    server.stop()


def test_who_listens_is_the_process_itself(own: Server) -> None:
    """The port is held by the process that was started."""
    assert own.is_own()


def test_who_listens_is_another(own: Server) -> None:
    """A process that runs and listens elsewhere does not answer here."""
    own.port = free_port()
    assert not own.is_own()


def test_a_process_that_ended_answers_nothing(own: Server) -> None:
    """Whoever answers then is another."""
    own.process.kill()
    own.process.wait()
    assert not own.is_own()

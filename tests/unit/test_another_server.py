"""The application of the standard library, on another server than its own."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support import raw
from tests.support.servers import Server, run_file

SERVE = """
import sys
from wsgiref.simple_server import make_server
from app.wsgi import application
server = make_server("127.0.0.1", int(sys.argv[1]), application)
print("listens", flush=True)
server.serve_forever()
"""


@pytest.fixture
def other() -> Iterator[Server]:
    """Give the application on the server of `wsgiref`."""
    server = Server("stdlib")
    server.migrate()
    server.process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(server.port)],
        cwd=run_file("stdlib").parent,
        env=server.environment(None),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    server.process.stdout.readline()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"{}", 422)]
)
def test_bodies_of_known_length_are_read(
    other: Server, body: bytes, status: int
) -> None:
    """A server need not mark where a body ends, nor tell the length 0."""
    kind = ("Content-Type", "application/json")
    request = raw.message("POST", "/api/users", [kind], body)
    raw.exchange(other, request, expect=status, timeout=5)

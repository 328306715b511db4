"""`make run`: each of the four serves what it was told to."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from compare import IMPLEMENTATIONS
from tests.support.report import ROOT
from tests.support.servers import SECONDS_TO_START, Server, answers


@pytest.fixture(params=IMPLEMENTATIONS)
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a server that `make run` starts."""
    server = Server(request.param)
    # As it is: whether the packages are those of the lock is not the matter.
    make = ["make", "--old-file=.venv/ready", "run", f"IMPL={request.param}"]
    with server.log.open("wb") as log:
        server.process = subprocess.Popen(
            make,
            cwd=ROOT,
            env=server.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield server
    server.stop()


def test_make_run_serves(own: Server) -> None:
    """It migrates, says where, serves there, and ends by a signal."""
    deadline = time.monotonic() + SECONDS_TO_START
    while not answers(own.url):
        assert own.process.poll() is None, own.tail()
        assert time.monotonic() < deadline, own.tail()
        time.sleep(0.05)
    assert own.database.exists()
    assert f"{own.implementation}: {own.url} " in own.log_text()
    os.killpg(own.process.pid, signal.SIGTERM)
    own.process.wait(10)
    assert not answers(own.url)

"""`make run`: each of the four serves what it was told to."""

import os
import signal
from collections.abc import Iterator

import pytest

from compare import IMPLEMENTATIONS
from tests.support.report import ROOT
from tests.support.servers import Server, answers


@pytest.fixture(params=IMPLEMENTATIONS)
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a server that `make run` starts."""
    server = Server(request.param)
    # As it is: whether the packages are those of the lock is not the matter.
    make = ["make", "-C", str(ROOT), "--old-file=.venv/ready", "run"]
    server.serve(command=[*make, f"IMPL={request.param}"])
    yield server
    server.stop()


def test_make_run_serves(own: Server) -> None:
    """It migrates, says where, serves there, and ends by a signal."""
    assert answers(own.url), own.tail()
    assert own.database.exists()
    assert f"{own.implementation}: {own.url} " in own.log_text()
    os.killpg(own.process.pid, signal.SIGTERM)
    own.process.wait(10)
    assert not answers(own.url)

"""A slowdown that is planted is there, and as large as it says."""

import os
import subprocess
import sys

import pytest

from compare.bench.arms import PLANTED

WORK = 0.2  # seconds of CPU, in many requests
SCRIPT = f"""
import asyncio, socket, sys, time

def work():
    end = time.thread_time() + {WORK} / 50
    while time.thread_time() < end:
        pass

def read(one, other, buffer=bytearray(1)):
    one.sendall(b"x")
    other.recv(1) if sys.argv[1] == "recv" else other.recv_into(buffer)

async def stream(one, other):
    reader, writer = await asyncio.open_connection(sock=other)
    for _ in range(50):
        work()
        one.sendall(b"x")
        await reader.read(1)

one, other = socket.socketpair()
began = time.process_time()
if sys.argv[1] == "asyncio":
    asyncio.run(stream(one, other))
else:
    for _ in range(50):
        work()
        read(one, other)
print(time.process_time() - began)
"""


def cost(way: str, share: float) -> float:
    """Return the CPU seconds of a small server with a planted slowdown."""
    plant = {"PLANTED": f"{share}", "PYTHONPATH": str(PLANTED)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, way],
        env=os.environ | plant,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


@pytest.mark.parametrize("way", ["recv", "recv_into", "asyncio"])
def test_each_way_to_read_pays_its_share(way: str) -> None:
    """The work is half as dear again, or as dear as it was."""
    planted = cost(way, 0.5)
    assert planted > 1.45 * WORK
    assert planted / cost(way, 0) > 1.25

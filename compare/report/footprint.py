"""What each implementation brings along, and what it takes to stand there.

Sizes are those of the installed distributions: bytes of all their files,
lines of their Python files. Times are seconds of CPU, memory is in bytes;
each is the median of a few starts of the real server, measured now.
"""

import statistics
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from compare import IMPLEMENTATIONS
from compare.bench.usage import cpu_seconds, memory_bytes
from compare.ledger.capabilities import folder_of
from compare.ledger.symbols import closure, requirements
from tests.support.servers import Server

STARTS = 3
# What a server imports before it can answer.
IMPORTS = {
    "stdlib": "import app.wsgi",
    "flask": "import app; app.create_app()",
    "django": "import app.wsgi",
    "fastapi": "import app.main",
}
TELL = "import time; print(time.process_time())"


@dataclass(frozen=True)
class Footprint:
    """The packages of one implementation, and its times and memory."""

    packages: list[str]
    lines: int
    size: int
    importing: float
    start: float
    memory: int


def measure() -> dict[str, Footprint]:
    """Measure all implementations, one start of each in turn."""
    installed = {
        n: closure(requirements(folder_of(n))) for n in IMPLEMENTATIONS
    }
    rounds = [
        {name: measure_start(name) for name in IMPLEMENTATIONS}
        for _ in range(STARTS)
    ]
    return {
        name: Footprint(
            sorted(found, key=str.lower),
            sum(map(python_lines, found.values())),
            sum(map(size_of, found.values())),
            *(statistics.median(column) for column in columns(rounds, name)),
        )
        for name, found in installed.items()
    }


def columns(
    rounds: list[dict[str, tuple[float, float, int]]], name: str
) -> zip:
    """Return the values of one implementation: imports, starts, memory."""
    return zip(*(one[name] for one in rounds), strict=True)


def files(one: Distribution) -> list[Path]:
    """Return the files of a distribution, without compiled copies."""
    paths = (Path(one.locate_file(file)) for file in one.files or [])
    return [p for p in paths if p.suffix != ".pyc" and p.is_file()]


def python_lines(one: Distribution) -> int:
    """Count the lines of the Python files of a distribution."""
    sources = (file for file in files(one) if file.suffix == ".py")
    return sum(file.read_bytes().count(b"\n") for file in sources)


def size_of(one: Distribution) -> int:
    """Add up the bytes of the files of a distribution."""
    return sum(file.stat().st_size for file in files(one))


def measure_start(name: str) -> tuple[float, float, int]:
    """Return the time of the imports, of a start, and the memory then."""
    server = Server(name)
    try:
        server.migrate()
        importing = seconds_to_run(server, IMPORTS[name])
        importing -= seconds_to_run(server, "pass")
        server.start(migrate=False)
        pid = server.process.pid
        return max(importing, 0.0), cpu_seconds(pid), memory_bytes(pid)
    finally:
        server.stop()


def seconds_to_run(server: Server, code: str) -> float:
    """Return the CPU time of Python up to the end of some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {TELL}"],
        cwd=folder_of(server.implementation),
        env={**server.environment(), "DJANGO_SETTINGS_MODULE": "app.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return float(done.stdout.split()[-1])

"""Start the process that makes the load, and talk to it."""

import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from compare import ROOT
from compare.bench.lines import ask
from compare.bench.usage import pin

QUIT_SECONDS = 10


class Generator:
    """One process of compare/bench/generator.py, on a core of its own.

    A context manager; `load` raises RuntimeError when the process ended.
    """

    def __init__(self, cores: tuple[int, int] | None) -> None:
        """Start nothing yet."""
        self.cores = cores
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the process, out of reach of the terminal's Ctrl-C."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "compare.bench.generator"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if self.cores:
            pin(self.process.pid, self.cores[1])
        return self

    def restart(self) -> None:
        """Replace the process by a new one."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self.__enter__()

    def load(self, **window: Any) -> dict[str, Any]:
        """Run one window (generator.Window); return its Figures."""
        assert self.process
        figures = ask(self.process, window)
        if figures is None:
            raise RuntimeError("the load generator ended")
        return figures

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process; at once when an error ends the round."""
        assert self.process
        assert self.process.stdin
        if error:
            self.process.kill()
        self.process.stdin.close()
        try:
            self.process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

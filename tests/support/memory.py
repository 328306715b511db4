"""Watch how much memory a server takes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psutil

from tests.support.servers import Server


class Peak:
    """Watch the memory of a server in the background."""

    def __init__(self, server: Server) -> None:
        """Note the memory at the start."""
        first = psutil.Process(server.process.pid)
        self.processes = [first, *first.children(recursive=True)]
        self.start = self.highest = self.megabytes()
        self.done = threading.Event()
        self.pool = ThreadPoolExecutor(1)

    def megabytes(self) -> float:
        """Return the memory of the server with its children."""
        sizes = [one.memory_info().rss for one in self.processes]
        return sum(sizes) / 2**20

    def watch(self) -> None:
        """Look fifty times a second."""
        while not self.done.wait(0.02):
            self.highest = max(self.highest, self.megabytes())

    def __enter__(self) -> "Peak":
        """Begin to watch."""
        self.watching = self.pool.submit(self.watch)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop watching; an error in it is one here, too."""
        self.done.set()
        self.pool.shutdown()
        self.watching.result()

    @property
    def growth(self) -> float:
        """Return by how many megabytes the memory grew at most."""
        return self.highest - self.start

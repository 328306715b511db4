"""Serve until a signal comes, by one process or several."""

import logging
import multiprocessing
import signal
from collections.abc import Callable
from math import inf
from multiprocessing.connection import wait

from app.framework.server import Server

SIGNALS = (signal.SIGTERM, signal.SIGINT)
log = logging.getLogger("server")


def serve(
    application: Callable,
    host: str,
    port: int,
    threads: int = 8,
    workers: int = 1,
) -> None:
    """Serve until SIGTERM or SIGINT; raise OSError if the port is taken."""
    server = Server(application, host, port, threads, workers)
    if workers == 1:
        until_signal(server.stop, server.run)
    else:
        serve_by_workers(server)


def serve_by_workers(server: Server) -> None:
    """Serve by several processes; if one ends by itself, all do."""
    fork = multiprocessing.get_context("fork").Process
    job = {"target": until_signal, "args": (server.stop, server.run)}
    # A daemon is one that is ended when this process ends.
    workers = [fork(**job, daemon=True) for _ in range(server.workers)]
    # A signal that comes too early waits until there is a handler for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    for worker in workers:
        worker.start()
    server.listener.close()  # or clients could wait there for nobody

    def stop() -> None:
        """Stop all workers soon."""
        server.stop()
        for worker in workers:
            worker.terminate()

    def run() -> None:
        """Wait for all workers to end."""
        wait([worker.sentinel for worker in workers])
        if server.end == inf:
            log.error("a worker died; stopping all")
            raise SystemExit(1)
        for worker in workers:
            worker.join()

    until_signal(stop, run)


def until_signal(stop: Callable, run: Callable) -> None:
    """Run; call stop() when the process is asked to end."""
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    run()

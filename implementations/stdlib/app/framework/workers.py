"""Serve until a signal comes, by one process or several."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from threading import Thread
from time import sleep

from app.framework.server import Server

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
log = logging.getLogger("server")


def serve(server: Server, workers: int = 1) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP."""
    if workers == 1:
        until_signal(server.stop, server.run)
    else:
        serve_by_workers(server, workers)


def serve_by_workers(server: Server, count: int) -> None:
    """Serve by several processes; replace one that ends by itself."""
    server.environ["wsgi.multiprocess"] = True
    fork = multiprocessing.get_context("fork").Process
    # A daemon is one that is ended when this process ends.
    job = {"target": work, "args": (server, os.getpid()), "daemon": True}
    workers: list[multiprocessing.Process] = []

    def stop() -> None:
        """Stop all workers soon."""
        server.stop()
        for worker in workers:
            worker.terminate()

    def run() -> None:
        """Keep that many workers alive; pause longer while they die."""
        pause = 0.05
        while server.running:
            for worker in [one for one in workers if not one.is_alive()]:
                log.error("worker %s died; another replaces it", worker.pid)
                workers.remove(worker)
            pause = min(2 * pause, 4) if len(workers) < count else 0.1
            # A signal that comes now waits until all workers are known.
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            while len(workers) < count:
                workers.append(fork(**job))
                workers[-1].start()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            sleep(pause)
        for worker in workers:
            worker.join()

    until_signal(stop, run)


def work(server: Server, parent: int) -> None:
    """Serve until a signal comes, or until the parent is gone."""

    def watch() -> None:
        """Stop when the parent is another."""
        while os.getppid() == parent:
            sleep(0.5)
        server.stop()

    Thread(target=watch, daemon=True).start()
    until_signal(server.stop, server.run)


def until_signal(stop: Callable, run: Callable) -> None:
    """Run; call stop() when the process is asked to end."""
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    run()

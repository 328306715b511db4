"""Write down what a server does at each step of its CPU time.

Python imports this module when it starts and finds it on PYTHONPATH. The
system's profiling timer runs while any thread of the process does, and every
STEP seconds it interrupts that thread; faulthandler, which is C, then writes
the thread's stack to SAMPLES/PID. So nothing is slower between two samples,
which a hook for each call cannot say of itself.
"""

import atexit
import faulthandler
import os
import signal
from pathlib import Path
from typing import Any, NoReturn

folder = Path(os.environ["SAMPLES"])
step = float(os.environ["STEP"])
execute = os.execv


def begin() -> None:
    """Sample this process."""
    file = (folder / str(os.getpid())).open("w")
    faulthandler.register(signal.SIGPROF, file, all_threads=False)
    signal.setitimer(signal.ITIMER_PROF, step, step)


def end() -> None:
    """Stop the timer: without a handler its signal ends a process."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def end_and_execute(*arguments: Any) -> NoReturn:
    """Stop the timer, which would go on in the next program."""
    end()
    execute(*arguments)


os.execv = end_and_execute
atexit.register(end)
begin()
os.register_at_fork(after_in_child=begin)

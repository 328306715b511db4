"""Show a text: through a pager where a terminal is too short for it."""

import os
import shlex
import shutil
import subprocess
import sys

PAGER = "less -R"


def show_text(text: str) -> None:
    """Print a text; whoever stops reading it early makes no error."""
    lines = text.count("\n")
    try:
        if sys.stdout.isatty() and lines >= shutil.get_terminal_size().lines:
            page(text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def page(text: str) -> None:
    """Hand a text to $PAGER, or print it where there is none."""
    command = shlex.split(os.environ.get("PAGER") or PAGER)
    if not shutil.which(command[0]):
        sys.stdout.write(text)
        return
    pager = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    try:
        pager.communicate(text)
    except KeyboardInterrupt:  # less goes on, and wants to be left by "q"
        pager.wait()

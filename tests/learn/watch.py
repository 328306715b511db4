"""Run again whenever something has changed."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.target import BadTarget

SECONDS = 1.0
# Without a folder, the server is asked anew after so long.
PAUSE = 5.0


def watch(run: Callable[[], int], folder: str) -> int:
    """Run until Ctrl-C, each time that a file of a folder has changed.

    Raises BadTarget where there is no such folder.
    """
    if folder and not Path(folder).is_dir():
        raise BadTarget(f"DIR={folder}: no such folder")
    again = "when a file changes"
    if not folder:
        again = f"in {PAUSE:.0f} s; DIR=../mine watches your files"
    for _ in changes(folder):
        print("\033[2J\033[H", end="")
        try:
            run()
        except BadTarget as error:
            print(error)
        print(f"… again {again}; Ctrl-C ends", flush=True)
    return 0


def changes(folder: str) -> Iterator[None]:
    """Give one turn at once, and one for each change of a folder's files."""
    seen = None
    while True:
        now = times(folder) if folder else time.monotonic() // PAUSE
        if now != seen:
            seen = now
            yield
        time.sleep(SECONDS)


def times(folder: str) -> list[tuple[str, int]]:
    """List the files of a folder with the times of their last change."""
    return sorted(
        (entry.path, entry.stat().st_mtime_ns) for entry in walk(Path(folder))
    )


def walk(folder: Path) -> Iterator[os.DirEntry]:
    """Find all files below a folder, but for hidden folders and caches."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith((".", "__", "node_modules", "var")):
                yield from walk(Path(entry.path))
        else:
            yield entry

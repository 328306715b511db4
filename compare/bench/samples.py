"""Whose code a server runs, from samples of its stacks.

A sample is what compare/bench/sampled writes: the frames of the thread that
ran, the innermost first. It belongs to the database when the innermost line
is inside of a call of the driver; else to the first frame that is not
Python's own: what a part calls of Python's modules is its work.
"""

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from linecache import getline
from pathlib import Path

from compare.ledger.origin import origin

STEP = 0.01  # seconds of CPU time from one sample to the next
PARTS = {
    "server": "HTTP server",
    "framework": "framework",
    "validation": "validation",
    "data": "data layer",
    "database": "SQLite",
    "own": "own code",
}
# The first that fits; the other files go by their origin.
PLACES = {
    "pydantic": "validation",
    "django/forms/": "validation",
    "app/forms.py": "validation",
    "app/validation.py": "validation",
    "app/framework/validation.py": "validation",
    "sqlalchemy/": "data",
    "django/db/": "data",
    "app/storage.py": "data",
    "app/models.py": "data",
    "app/framework/": "framework",
}
ORIGINS = {
    "own": "own",
    "framework": "framework",
    "library": "framework",
    "server": "server",
}
DRIVER = re.compile(r"\.(execute|executemany|fetch\w+|commit|rollback)\(")
HEAD = re.compile(r"^\S.* \(most recent call first\):$", re.MULTILINE)
FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)
Frame = tuple[str, int]


def read_samples(text: str) -> list[list[Frame]]:
    """Read samples: path and line of each frame, the innermost first."""
    heads = [found.end() for found in HEAD.finditer(text)]
    return [
        [(path, int(line)) for path, line in FRAME.findall(text, *bounds)]
        for bounds in pairwise([*heads, len(text)])
    ]


def count_parts(
    samples: list[list[Frame]], implementation: str
) -> Counter[str]:
    """Count the samples of each of PARTS."""
    return Counter(part_of(sample, implementation) for sample in samples)


def part_of(sample: list[Frame], implementation: str) -> str:
    """Say which part runs; what has no frame of Python is the server's."""
    if sample and calls_driver(*sample[0]):
        return "database"
    found = (part_of_file(path, implementation) for path, _ in sample)
    return next(filter(None, found), "server")


@cache
def calls_driver(path: str, line: int) -> bool:
    """Say whether a line calls a cursor or a connection."""
    return bool(DRIVER.search(getline(path, line)))


@cache
def part_of_file(path: str, implementation: str) -> str:
    """Say which part a file is of, empty for Python's own."""
    found = origin(path, implementation)
    if found.kind == "server":
        return "server"
    for place, part in PLACES.items():
        if found.shown.startswith(place):
            return part
    return ORIGINS.get(found.kind, "")


class Files:
    """The files of the samples of one server, read bit by bit."""

    def __init__(self, folder: Path) -> None:
        """Begin at the start of each."""
        self.folder = folder
        self.places: dict[Path, int] = {}

    def read(self) -> list[list[Frame]]:
        """Return the samples since the last time."""
        found = []
        for path in self.folder.iterdir():
            with path.open("rb") as file:
                file.seek(self.places.get(path, 0))
                data = file.read()
            self.places[path] = self.places.get(path, 0) + len(data)
            found += read_samples(data.decode("utf-8", "replace"))
        return found

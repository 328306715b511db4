"""What ran, read from the records of a run: lines by test and by file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from coverage.numbits import numbits_to_nums, numbits_union

START = "start"  # what runs while a server starts
BETWEEN = "between"  # what runs before and after a test's own requests
COMMAND = " (a command)"  # follows the name of the test that runs it
TABLES = """
    SELECT file.path, context.context, line_bits.numbits FROM line_bits
    JOIN file ON file.id = line_bits.file_id
    JOIN context ON context.id = line_bits.context_id
"""
Runs = dict[str, bytes]  # lines as bits, by "chapter::test"


@dataclass
class Executed:
    """The lines that ran in all processes of one implementation.

    `files` has the path of each file, and in it the name under which lines
    were booked: "tokens::test_create_token", "cli::test_x (a command)",
    START or BETWEEN.
    """

    files: dict[str, Runs] = field(default_factory=lambda: defaultdict(dict))
    tests: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    by_line: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def add(self, path: str, context: str, bits: bytes) -> None:
        """Add the lines of one file that ran under one name."""
        runs = self.files[path]
        runs[context] = numbits_union(runs.get(context, b""), bits)
        if "::" in context:
            test = context.removesuffix(COMMAND)
            self.tests[chapter_of(test)].add(test)

    def entered(self, path: str, lines: Iterable[int]) -> set[str]:
        """Return the names under which any of these lines ran."""
        names = self.names_by_line(path)
        return set().union(*(names[line] for line in lines if line in names))

    def names_by_line(self, path: str) -> dict[int, set[str]]:
        """Return the names under which each line of a file ran."""
        if path not in self.by_line:
            found = self.by_line[path] = defaultdict(set)
            for context, bits in self.files.get(path, {}).items():
                for line in numbits_to_nums(bits):
                    found[line].add(context.removesuffix(COMMAND))
        return self.by_line[path]

    def lines_of(self, chapter: str) -> Iterator[tuple[str, int]]:
        """Yield each file and how many of its lines ran in a chapter.

        What runs while a server or a command starts is left out.
        """
        for path, runs in self.files.items():
            ran: set[int] = set()
            start = set(numbits_to_nums(runs.get(START, b"")))
            for context, bits in runs.items():
                if chapter_of(context) == chapter:
                    lines = numbits_to_nums(bits)
                    command = context.endswith(COMMAND)
                    ran |= {n for n in lines if not command or n not in start}
            if ran:
                yield path, len(ran)


def chapter_of(context: str) -> str:
    """Return the capability whose test a name is, "" for none."""
    chapter, separator, _ = context.partition("::")
    return chapter if separator else ""


def read_records(folder: Path) -> Executed:
    """Read the records of a run: coverage.py's files, in its schema.

    https://coverage.readthedocs.io/en/latest/dbschema.html
    """
    found = Executed()
    for file in sorted(folder.glob("lines.*")):
        with closing(sqlite3.connect(file)) as db:
            for path, context, bits in db.execute(TABLES):
                found.add(path, context, bits)
    return found

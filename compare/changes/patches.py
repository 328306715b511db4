"""Read patches in the form of `git diff`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

HEADER = re.compile(r"diff --git a/(.+) b/\1")
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@.*")


@dataclass
class Hunk:
    """One stretch of a file: `old` and `new` are its first lines, from 1."""

    header: str
    old: int
    new: int
    lines: list[str] = field(default_factory=list)


@dataclass
class FilePatch:
    """What a patch does to one file."""

    file: str
    is_new: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def added(self) -> list[int]:
        """Return the numbers that the added lines have in the new file."""
        return [number for sign, number in self.places() if sign == "+"]

    @property
    def removed(self) -> int:
        """Count the lines that go."""
        return sum(sign == "-" for sign, _ in self.places())

    @property
    def touched(self) -> set[int]:
        """Return the added lines, and those that follow removed ones."""
        return {number for sign, number in self.places() if sign in "+-"}

    def places(self) -> Iterator[tuple[str, int]]:
        """Yield the sign of each line and its place in the new file."""
        for hunk in self.hunks:
            number = hunk.new
            for line in hunk.lines:
                yield line[:1] or " ", number
                number += not line.startswith("-")

    def hunk_at(self, number: int) -> Hunk | None:
        """Return the hunk that begins at a line of the old file."""
        return next((h for h in self.hunks if h.old == number), None)


def read_patch(text: str) -> list[FilePatch]:
    """Cut a patch into its files and hunks."""
    files: list[FilePatch] = []
    for line in text.splitlines():
        if found := HEADER.fullmatch(line):
            files.append(FilePatch(found[1]))
        elif found := HUNK.fullmatch(line):
            numbers = int(found[1]), int(found[2])
            files[-1].hunks.append(Hunk(line, *numbers))
        elif line.startswith("new file mode"):
            files[-1].is_new = True
        elif files and files[-1].hunks and not line.startswith("\\"):
            files[-1].hunks[-1].lines.append(line)
    return files

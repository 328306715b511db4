"""From the frames of a trace to trees and bars.

A frame is as compare.trace.document describes it; times are microseconds.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]
BARS = 140  # in one picture
TOLD = 0.045  # of the whole time: a bar this long has room for a name


@dataclass
class Node:
    """Calls of one function by one caller: how many, and how long in all."""

    frame: Frame
    count: int = 0
    us: float = 0.0
    below: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Bar:
    """A frame as a bar: left edge and width in per cent, row from the top."""

    frame: Frame
    left: float
    width: float
    row: int

    @property
    def title(self) -> str:
        """Name the call, its place and its time."""
        name, file = self.frame["name"], self.frame["file"]
        place = f" {file}:{self.frame['line']}" if file else ""
        return f"{name}{place} {duration(self.frame):.0f} µs"

    @property
    def told(self) -> bool:
        """Say whether there is room for a name."""
        return self.width > 100 * TOLD


def duration(frame: Frame) -> float:
    """Return how long a frame took."""
    return frame["end_us"] - frame["start_us"]


def children(frames: list[Frame]) -> dict[int | None, list[Frame]]:
    """Sort frames under the ids of their callers, in order of time."""
    found: dict[int | None, list[Frame]] = defaultdict(list)
    for frame in sorted(frames, key=lambda frame: frame["start_us"]):
        found[frame["parent"]].append(frame)
    return found


def tree(frames: list[Frame]) -> list[Node]:
    """Return the calls as trees; like calls of one caller are one node."""
    below = children(frames)
    known = {frame["id"] for frame in frames}
    roots = [frame for frame in frames if frame["parent"] not in known]
    return merge(roots, below)


def merge(
    frames: list[Frame], below: dict[int | None, list[Frame]]
) -> list[Node]:
    """Put calls of one function together, with all that they call."""
    groups: dict[tuple, list[Frame]] = defaultdict(list)
    for frame in frames:
        groups[(frame["file"], frame["line"], frame["name"])].append(frame)
    return [
        Node(
            group[0],
            len(group),
            sum(map(duration, group)),
            merge([c for one in group for c in below[one["id"]]], below),
        )
        for group in groups.values()
    ]


def bars(frames: list[Frame]) -> list[Bar]:
    """Lay the longest frames out: time to the right, depth downwards."""
    if not frames:
        return []
    start = min(frame["start_us"] for frame in frames)
    whole = max(frame["end_us"] for frame in frames) - start or 1
    rows = dict(row_of(frames))
    longest = sorted(frames, key=duration, reverse=True)[:BARS]
    used = sorted({rows[frame["id"]] for frame in longest})
    place = {row: index for index, row in enumerate(used)}
    return [
        Bar(
            frame,
            round(100 * (frame["start_us"] - start) / whole, 3),
            round(100 * duration(frame) / whole, 3),
            place[rows[frame["id"]]],
        )
        for frame in sorted(longest, key=lambda one: one["start_us"])
    ]


def row_of(frames: list[Frame]) -> Iterator[tuple[int, int]]:
    """Yield the row of each frame: below its caller, threads apart."""
    below = children(frames)
    known = {frame["id"] for frame in frames}
    roots = [frame for frame in frames if frame["parent"] not in known]
    left = [(frame, 0) for frame in roots]
    while left:
        frame, row = left.pop()
        yield frame["id"], row
        left += [(one, row + 1) for one in below[frame["id"]]]

"""Align the lines of two texts by likeness, and mark what changed in them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest

# Lines that are less alike are two lines, and not one that has changed.
LIKE = 0.6
COLUMN = re.compile(r'(?:sa\.Column)?\(?"?(\w+?)(?:_id)?\b')
WORD = re.compile(r"\w+|\s+|.")

SAME, CHANGED, APART = " ", "~", "|"
GONE, CAME = "-", "+"
GAP = "…"  # where lines of another capability stand between

Lines = Sequence[str]
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Row:
    """A line on the left and one on the right; None where there is none.

    `sign` tells how they are related: SAME, CHANGED, or APART for lines that
    only stand side by side.
    """

    left: str | None
    right: str | None
    sign: str

    @property
    def signs(self) -> tuple[str, str]:
        """Return what stands before each line; GAP has no sign."""
        if self.sign != APART:
            return self.sign, self.sign
        return (
            SAME if self.left == GAP else GONE,
            SAME if self.right == GAP else CAME,
        )


def align(
    left: Lines, right: Lines, alike: Callable[[str, str], float] | None = None
) -> list[Row]:
    """Lay two texts side by side, so that as much as possible stays.

    `alike` says how much two lines agree, from 0 to 1; without it it is
    `likeness`.
    """
    alike = alike or likeness
    pairs: list[tuple[int, int]] = []
    for a, b, c, d in gaps(left, right, pairs):
        inside = best_pairs(left[a:b], right[c:d], alike)
        pairs += [(a + i, c + j) for i, j in inside]
    rows: list[Row] = []
    last_left = last_right = 0
    for i, j in [*sorted(pairs), (len(left), len(right))]:
        rows += apart(left[last_left:i], right[last_right:j])
        if i < len(left):
            rows.append(together(left[i], right[j]))
        last_left, last_right = i + 1, j + 1
    return rows


def gaps(
    left: Lines, right: Lines, pairs: list[tuple[int, int]]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield what lies between equal lines, which are added to `pairs`.

    Lines of a few characters, such as ")", hold nothing together.
    """
    ours, theirs = [[line.strip() for line in s] for s in (left, right)]
    matcher = SequenceMatcher(
        lambda line: len(line) < 4, ours, theirs, autojunk=False
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pairs += zip(range(a, b), range(c, d), strict=True)
        elif tag == "replace":
            yield a, b, c, d


def best_pairs(
    left: Lines, right: Lines, alike: Callable[[str, str], float]
) -> list[tuple[int, int]]:
    """Pair lines in order, so that the likeness of all pairs is greatest.

    Likeness counts by the length of the lines. (Needleman and Wunsch, 1970.)
    """
    height, width = len(left), len(right)
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    paired = [[False] * width for _ in range(height)]
    for i in reversed(range(height)):
        for j in reversed(range(width)):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            like = alike(left[i].strip(), right[j].strip())
            gain = like * (len(left[i]) + len(right[j]) + 1)
            if gain and gain + best[i + 1][j + 1] > best[i][j]:
                best[i][j] = gain + best[i + 1][j + 1]
                paired[i][j] = True
    pairs = []
    i = j = 0
    while i < height and j < width:
        if paired[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


@cache
def likeness(left: str, right: str) -> float:
    """Return how alike two lines are, and 0 for less than LIKE."""
    if not left or not right:
        return float(left == right)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for ratio in (matcher.real_quick_ratio, matcher.quick_ratio):
        if ratio() < LIKE:
            return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= LIKE else 0.0


def together(left: str, right: str) -> Row:
    """Make the row of two lines that belong together."""
    if left.strip() == right.strip():
        return Row(left, right, SAME)
    like = likeness(left.strip(), right.strip())
    return Row(left, right, CHANGED if like else APART)


def apart(left: Lines, right: Lines) -> Iterator[Row]:
    """Lay lines side by side that have nothing to do with each other."""
    for ours, theirs in zip_longest(left, right):
        yield Row(ours, theirs, APART)


def changes(left: str, right: str) -> tuple[Spans, Spans]:
    """Return the characters of each line that the other has not.

    Spans are (start, end), and begin and end with whole words. Indentation
    is no change.
    """
    indents = [len(line) - len(line.lstrip()) for line in (left, right)]
    ours, theirs = WORD.findall(left.strip()), WORD.findall(right.strip())
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    spans: tuple[Spans, Spans] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for side, words, first, last in (
            (0, ours, a, b),
            (1, theirs, c, d),
        ):
            start = indents[side] + sum(map(len, words[:first]))
            end = start + sum(map(len, words[first:last]))
            if start < end:
                spans[side].append((start, end))
    return spans


def same_name(left: str, right: str) -> float:
    """Tell whether two lines are about one column, as SQL and as Python."""
    names = [COLUMN.match(line) for line in (left, right)]
    return float(all(names) and names[0][1] == names[1][1])

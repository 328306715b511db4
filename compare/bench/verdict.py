"""What a ratio of two servers lets one say.

One implementation runs twice, under two names. What its ratio to itself
may be by chance is the floor: two servers differ where the whole interval
of their ratio is farther from 1 than that, they are a tie where it lies
within SMALLEST of 1, and otherwise nothing is known. The intervals of a
sitting hold together, not one by one (Bonferroni's correction).
"""

import math

from compare.bench.interval import TAIL, Interval

# Fixed beforehand: the smallest difference that a sitting promises to see,
# and how far from itself a fit sitting may find an implementation.
SMALLEST = 0.10
FITNESS = 0.05

DEARER, CHEAPER, TIE, UNKNOWN = "dearer", "cheaper", "tie", "unknown"


def shared_tail(comparisons: int) -> float:
    """Return the tail of one interval where so many hold together."""
    return TAIL / max(1, comparisons)


def judge(ratio: Interval, again: Interval | None) -> str:
    """Say what a ratio shows, beside that of a server to itself."""
    floor = distance(again) if again else 0.0
    if math.log(ratio.low or 1e-9) > floor:
        return DEARER
    if ratio.high < math.inf and math.log(ratio.high) < -floor:
        return CHEAPER
    return TIE if ratio.within(SMALLEST) else UNKNOWN


def distance(again: Interval) -> float:
    """Return how far from 1 a ratio may be by chance, as a logarithm."""
    if again.low <= 0:
        return math.inf
    return max(abs(math.log(again.low)), abs(math.log(again.high)))


def is_fit(again: Interval | None) -> bool:
    """Say whether a sitting finds an implementation equal to itself."""
    return again is None or (again.holds(1.0) and again.within(FITNESS))


def agree(first: Interval, second: Interval) -> bool:
    """Say whether two sittings may have seen the same ratio."""
    return first.low <= second.high and second.low <= first.high

"""Ratios with their intervals, over rounds.

The unit of repetition is the round (a new start of every server), never
the request: requests of one start share its luck. Source: Kalibera and
Jones, "Rigorous benchmarking in reasonable time", ISMM 2013.
"""

import math
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

TAIL = 0.025
STEPS = 20_000


@dataclass(frozen=True)
class Interval:
    """A value with the bounds of its interval."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Say whether a value lies between the bounds."""
        return self.low <= value <= self.high

    def within(self, share: float) -> bool:
        """Say whether a ratio lies within a share of 1, either way."""
        return 1 / (1 + share) <= self.low and self.high <= 1 + share


@cache
def t_quantile(freedom: int, tail: float = TAIL) -> float:
    """Return what Student's t exceeds with the probability `tail`.

    With t = √n·tan θ the density of θ is cos^(n−1) θ, which is summed up
    from 0 to π/2. ValueError below one degree of freedom.
    """
    if freedom < 1:
        raise ValueError("an interval needs at least two rounds")
    step = math.pi / 2 / STEPS
    heights = [
        math.cos((n + 0.5) * step) ** (freedom - 1) for n in range(STEPS)
    ]
    areas = list(accumulate(heights))
    goal = (1 - 2 * tail) * areas[-1]
    number = bisect_left(areas, goal)
    part = 1 - (areas[number] - goal) / heights[number]
    return math.sqrt(freedom) * math.tan((number + part) * step)


def mean_interval(values: Sequence[float], tail: float = TAIL) -> Interval:
    """Return the mean with its t interval; unbounded for a single value."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf)
    error = statistics.stdev(values) / math.sqrt(len(values))
    half = t_quantile(len(values) - 1, tail) * error
    return Interval(mean, mean - half, mean + half)


def ratio_interval(
    values: Sequence[float], baseline: Sequence[float], tail: float = TAIL
) -> Interval:
    """Return the geometric mean of values / baseline, paired by round.

    Both hold one positive number per round, in the same order; ValueError
    when a number is not positive or a round is missing.
    """
    logs = [
        math.log(value / base)
        for value, base in zip(values, baseline, strict=True)
    ]
    return exponential(mean_interval(logs, tail))


def exponential(logs: Interval) -> Interval:
    """Turn an interval of logarithms into one of ratios."""
    return Interval(*(exp(v) for v in (logs.value, logs.low, logs.high)))


def exp(value: float) -> float:
    """Return e to the power of a value, infinity where it is too large."""
    return math.exp(value) if value < 700 else math.inf


def bounds_text(ratio: Interval) -> str:
    """Write the bounds of a ratio, which a single round does not have."""
    if math.isinf(ratio.high):
        return "one round"
    return f"{bound_text(ratio.low)}–{bound_text(ratio.high)}"


def multiple_text(ratio: Interval) -> str:
    """Write a ratio with its interval."""
    digits = 1 if ratio.value >= 1 else 2
    return f"×{ratio.value:.{digits}f} ({bounds_text(ratio)})"


def bound_text(value: float) -> str:
    """Write three digits of a bound; a wide one says nothing anyway."""
    if value >= 100:
        return ">100"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}"

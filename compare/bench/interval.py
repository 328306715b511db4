"""Ratios with their intervals, over rounds.

The unit of repetition is the round (a new start of every server), never
the request: requests of one start share its luck. Source: Kalibera and
Jones, "Rigorous benchmarking in reasonable time", ISMM 2013.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# The 0.975 quantile of Student's t for 1 to 30 degrees of freedom.
T_975 = (
    (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
    + (2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)
    + (2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)
)


@dataclass(frozen=True)
class Interval:
    """A value with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Say whether a value lies between the bounds."""
        return self.low <= value <= self.high


def t_quantile(freedom: int) -> float:
    """Return the 0.975 quantile of Student's t; ValueError below 1."""
    if freedom < 1:
        raise ValueError("an interval needs at least two rounds")
    if freedom <= len(T_975):
        return T_975[freedom - 1]
    return 1.960 + 2.37 / freedom


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean with its t interval; unbounded for a single value."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf)
    error = statistics.stdev(values) / math.sqrt(len(values))
    half = t_quantile(len(values) - 1) * error
    return Interval(mean, mean - half, mean + half)


def ratio_interval(
    values: Sequence[float], baseline: Sequence[float]
) -> Interval:
    """Return the geometric mean of values / baseline, paired by round.

    Both hold one positive number per round, in the same order; ValueError
    when a number is not positive or a round is missing.
    """
    logs = [
        math.log(value / base)
        for value, base in zip(values, baseline, strict=True)
    ]
    found = mean_interval(logs)
    return Interval(*(exp(v) for v in (found.value, found.low, found.high)))


def exp(value: float) -> float:
    """Return e to the power of a value, infinity where it is too large."""
    return math.exp(value) if value < 700 else math.inf

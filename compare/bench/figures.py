"""From the windows of a benchmark to the figures of its tables.

`results` is the document that compare.bench.run writes. CPU times per request
are in seconds; a ratio is an arm's CPU time per request over that of the
baseline in the same round, so 2 means twice as dear.
"""

import math
import statistics
from dataclasses import dataclass
from typing import Any

from compare.bench.interval import Interval, mean_interval, ratio_interval

GENERATOR_BOUND = 0.9
STOLEN_LIMIT = 0.01
OTHERS_LIMIT = 0.05
AGAIN_LIMIT = 0.05

Results = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One operation at one server.

    `ratio` is None for the
    baseline and without one; `tie` says that the ratio tells nothing.
    """

    cpu: float
    per_second: float
    median_ms: float
    generator_bound: bool
    ratio: Interval | None
    tie: bool


@dataclass(frozen=True)
class Noise:
    """How quiet the machine was, as shares of all its cores' time.

    `again` is the ratio of the baseline to its own second instance.
    """

    stolen: float
    others: float
    again: Interval | None

    @property
    def quiet(self) -> bool:
        """Say whether the figures deserve trust."""
        return (
            self.stolen < STOLEN_LIMIT
            and self.others < OTHERS_LIMIT
            and (self.again is None or within(self.again, AGAIN_LIMIT))
        )


def within(interval: Interval, limit: float) -> bool:
    """Say whether a ratio's interval lies within a share of 1."""
    return 1 - limit < interval.low and interval.high < 1 + limit


def windows_of(results: Results, arm: str, operation: str) -> list[dict]:
    """Return the windows of one operation at one arm, round by round."""
    found = [
        window
        for window in results["windows"]
        if window["arm"] == arm and window["operation"] == operation
    ]
    return sorted(found, key=lambda window: window["round"])


def costs(results: Results, arm: str, operation: str) -> list[float]:
    """Return the CPU seconds per request of each round.

    Raises ValueError for a window that used no CPU: it cannot be true.
    """
    found = []
    for window in windows_of(results, arm, operation):
        if window["server_cpu"] <= 0 or window["requests"] <= 0:
            raise ValueError(f"{arm}, {operation}: a window without CPU time")
        found.append(window["server_cpu"] / window["requests"])
    return found


def make_figure(results: Results, arm: str, operation: str) -> Figure:
    """Work out one cell; the arm must not have failed."""
    windows = windows_of(results, arm, operation)
    used = [w["generator_cpu"] / w["seconds"] for w in windows]
    ratio = find_ratio(results, arm, operation)
    again = find_ratio(results, results["again"], operation)
    return Figure(
        statistics.geometric_mean(costs(results, arm, operation)),
        statistics.fmean(w["requests"] / w["seconds"] for w in windows),
        statistics.median(w["median_ms"] for w in windows),
        statistics.fmean(used) > GENERATOR_BOUND,
        ratio,
        ratio is not None and is_tie(ratio, again),
    )


def find_ratio(results: Results, arm: str, operation: str) -> Interval | None:
    """Return an arm's ratio to the baseline; None where there is none."""
    base = results["baseline"]
    known = set(results["arms"]) - set(results["failed"])
    if arm == base or not {arm, base} <= known:
        return None
    return ratio_interval(
        costs(results, arm, operation), costs(results, base, operation)
    )


def is_tie(ratio: Interval, again: Interval | None) -> bool:
    """Say whether a ratio holds 1 or is no larger than the A/A noise."""
    if ratio.holds(1.0):
        return True
    if again is None or again.low <= 0:
        return False
    floor = max(abs(math.log(again.low)), abs(math.log(again.high)))
    return abs(math.log(ratio.value)) <= floor


def highest_memory(results: Results, arm: str) -> int:
    """Return the most memory at the end of any window, in bytes."""
    return max(
        window["memory_bytes"]
        for window in results["windows"]
        if window["arm"] == arm
    )


def measure_noise(results: Results) -> Noise:
    """Work out how quiet the machine was."""
    windows = results["windows"]
    cores = results["machine"]["cores"] or 1
    time = cores * sum(w["seconds"] for w in windows) or 1.0
    return Noise(
        max(0.0, sum(w["stolen"] for w in windows)) / time,
        max(0.0, sum(w["others"] for w in windows)) / time,
        ratio_of_again(results),
    )


def ratio_of_again(results: Results) -> Interval | None:
    """Return the A/A ratio over all operations: one value per round."""
    again, base = results["again"], results["baseline"]
    if again not in results["arms"] or {again, base} & set(results["failed"]):
        return None
    operations = dict.fromkeys(w["operation"] for w in results["windows"])
    logs = [
        [
            math.log(one / other)
            for one, other in zip(
                costs(results, again, operation),
                costs(results, base, operation),
                strict=True,
            )
        ]
        for operation in operations
    ]
    rounds = [statistics.fmean(column) for column in zip(*logs, strict=True)]
    found = mean_interval(rounds)
    return Interval(*map(math.exp, (found.value, found.low, found.high)))

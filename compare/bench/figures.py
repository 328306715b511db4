"""From the windows of a benchmark to the figures of its tables.

`results` is the document that compare.bench.run writes. CPU times per request
are in seconds; a ratio is an arm's CPU time per request over that of the
baseline in the same round, so 2 means twice as dear.
"""

import math
import statistics
from dataclasses import dataclass
from typing import Any

from compare.bench.interval import (
    Interval,
    exponential,
    mean_interval,
    ratio_interval,
)
from compare.bench.verdict import is_fit, judge, shared_tail

AGAIN_TAIL = 0.005
GENERATOR_BOUND = 0.9
BUSY = 0.5
UNSTEADY = 0.25
STOLEN_LIMIT = 0.01
OTHERS_LIMIT = 0.05

Results = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One operation at one server.

    `busy` is the share of a core that the server used; `ratio` and
    `verdict` are None for the baseline and without one.
    """

    cpu: float
    per_second: float
    median_ms: float
    busy: float
    generator_bound: bool
    ratio: Interval | None
    verdict: str | None


@dataclass(frozen=True)
class Noise:
    """How quiet the machine was, as shares of all its cores' time.

    `again` is the ratio of the baseline to its own second instance;
    `unsteady` counts the windows whose halves differ.
    """

    stolen: float
    others: float
    again: Interval | None
    unsteady: int

    @property
    def fit(self) -> bool:
        """Say whether the figures deserve trust."""
        quiet = self.stolen < STOLEN_LIMIT and self.others < OTHERS_LIMIT
        return quiet and is_fit(self.again)


def standing(results: Results) -> list[str]:
    """Return the arms that have figures."""
    return [a for a in results["arms"] if a not in results["failed"]]


def others(results: Results) -> list[str]:
    """Return the implementations that are compared with the baseline."""
    pair = (results["baseline"], results["again"])
    return [arm for arm in standing(results) if arm not in pair]


def windows_of(results: Results, arm: str, operation: str) -> list[dict]:
    """Return the windows of one operation at one arm, round by round."""
    found = [
        window
        for window in results["windows"]
        if window["arm"] == arm and window["operation"] == operation
    ]
    return sorted(found, key=lambda window: window["round"])


def operations_of(results: Results) -> list[str]:
    """Return the operations that have windows."""
    return list(dict.fromkeys(w["operation"] for w in results["windows"]))


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


def make_figure(
    results: Results, arm: str, operation: str, base: str | None = None
) -> Figure:
    """Work out one cell; the arm must not have failed."""
    windows = windows_of(results, arm, operation)
    used = [w["generator_cpu"] / w["seconds"] for w in windows]
    busy = [w["server_cpu"] / w["seconds"] for w in windows]
    ratio = find_ratio(results, arm, operation, base)
    return Figure(
        statistics.geometric_mean(costs(results, arm, operation)),
        statistics.fmean(w["requests"] / w["seconds"] for w in windows),
        statistics.median(w["median_ms"] for w in windows),
        statistics.fmean(busy),
        statistics.fmean(used) > GENERATOR_BOUND,
        ratio,
        judge(ratio, ratio_of_again(results)) if ratio else None,
    )


def find_ratio(
    results: Results, arm: str, operation: str, base: str | None = None
) -> Interval | None:
    """Return an arm's ratio to the baseline, or to another arm.

    None where there is none. The intervals of a sitting hold together.
    """
    base = base or results["baseline"]
    if arm == base or not {arm, base} <= set(standing(results)):
        return None
    return ratio_interval(
        costs(results, arm, operation),
        costs(results, base, operation),
        shared_tail(comparisons(results)),
    )


def comparisons(results: Results) -> int:
    """Return how many pairs of implementations a sitting compares."""
    arms = [a for a in results["arms"] if a != results["again"]]
    return math.comb(len(arms), 2) * len(operations_of(results))


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
        sum(map(is_unsteady, windows)),
    )


def is_unsteady(window: dict[str, Any]) -> bool:
    """Say whether a request cost more in one half than in the other."""
    first, second = window["halves"]
    return abs(math.log(second / first)) > math.log1p(UNSTEADY)


def ratio_of_again(results: Results) -> Interval | None:
    """Return the A/A ratio over all operations: one value per round.

    The interval is one of 99 %: a sitting is rarely unfit by chance alone.
    """
    again, base = results["again"], results["baseline"]
    if not {again, base} <= set(standing(results)):
        return None
    logs = [
        [
            math.log(one / other)
            for one, other in zip(
                costs(results, again, operation),
                costs(results, base, operation),
                strict=True,
            )
        ]
        for operation in operations_of(results)
    ]
    rounds = [statistics.fmean(column) for column in zip(*logs, strict=True)]
    return exponential(mean_interval(rounds, AGAIN_TAIL))

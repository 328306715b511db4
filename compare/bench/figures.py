"""From the windows of a benchmark to the figures of its tables.

`results` is the document that rounds.collect makes. CPU times per request
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
from compare.bench.tasks import STORING
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

    `busy` and `sending` are the shares of a core that the server and the
    generator used. A server that was not busy shows no CPU time of its own:
    `cpu` is None. So are `ratio` and `verdict` then, and for the baseline.
    """

    cpu: float | None
    per_second: float
    busy: float
    sending: float
    ratio: Interval | None
    verdict: str | None

    @property
    def generator_bound(self) -> bool:
        """Say whether the generator could not have sent more."""
        return self.sending > GENERATOR_BOUND


@dataclass(frozen=True)
class Noise:
    """How quiet the machine was, as shares of all its cores' time.

    `again` is the ratio of the baseline to its own second instance;
    `unsteady` counts the windows whose halves differ, `repeated` those that
    were measured again because the host took their time.
    """

    stolen: float
    others: float
    again: Interval | None
    unsteady: int
    repeated: int

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
    ratio = find_ratio(results, arm, operation, base)
    return Figure(
        statistics.geometric_mean(costs(results, arm, operation))
        if is_busy(results, arm, operation)
        else None,
        statistics.fmean(w["requests"] / w["seconds"] for w in windows),
        share_of_time(windows, "server_cpu"),
        share_of_time(windows, "generator_cpu"),
        ratio,
        judge(ratio, ratio_over_all(results, results["again"]))
        if ratio
        else None,
    )


def share_of_time(windows: list[dict], used: str) -> float:
    """Return the share of a core that the server or the generator used."""
    return statistics.fmean(w[used] / w["seconds"] for w in windows)


def is_busy(results: Results, arm: str, operation: str) -> bool:
    """Say whether an arm had enough to do for a figure of its CPU time.

    A server that idles wakes up for each request, which is dear. Who has to
    wait for the disk is busy enough.
    """
    windows = windows_of(results, arm, operation)
    enough = share_of_time(windows, "server_cpu") >= BUSY
    return enough or operation in STORING


def find_ratio(
    results: Results, arm: str, operation: str, base: str | None = None
) -> Interval | None:
    """Return an arm's ratio to the baseline, or to another arm.

    None where there is none. The intervals of a sitting hold together.
    """
    base = base or results["baseline"]
    if arm == base or not {arm, base} <= set(standing(results)):
        return None
    if not all(is_busy(results, one, operation) for one in (arm, base)):
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
        ratio_over_all(results, results["again"]),
        sum(map(is_unsteady, windows)),
        sum(window["tries"] > 1 for window in windows),
    )


def is_unsteady(window: dict[str, Any]) -> bool:
    """Say whether a request cost more in one half than in the other."""
    first, second = window["halves"]
    return abs(math.log(second / first)) > math.log1p(UNSTEADY)


def ratio_over_all(results: Results, arm: str) -> Interval | None:
    """Return the ratio to the baseline over all operations, by round.

    The interval is one of 99 %: a sitting is rarely unfit by chance alone.
    """
    base = results["baseline"]
    if not {arm, base} <= set(standing(results)):
        return None
    logs = [
        [
            math.log(one / other)
            for one, other in zip(
                costs(results, arm, operation),
                costs(results, base, operation),
                strict=True,
            )
        ]
        for operation in operations_of(results)
        if all(is_busy(results, one, operation) for one in (arm, base))
    ]
    if not logs:
        return None
    rounds = [statistics.fmean(column) for column in zip(*logs, strict=True)]
    return exponential(mean_interval(rounds, AGAIN_TAIL))

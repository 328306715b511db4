"""Ratios and their intervals."""

import math
import random

import pytest

from compare.bench.interval import mean_interval, ratio_interval, t_quantile


def test_t_quantile_falls_towards_the_normal_one() -> None:
    """Few rounds widen, many come to 1.96; a smaller tail widens."""
    assert t_quantile(1) == pytest.approx(12.706, abs=0.001)
    assert t_quantile(7) == pytest.approx(2.365, abs=0.001)
    assert t_quantile(9, 0.005) == pytest.approx(3.250, abs=0.001)
    assert t_quantile(60) == pytest.approx(2.000, abs=0.001)
    assert t_quantile(10_000) == pytest.approx(1.960, abs=0.001)
    with pytest.raises(ValueError):
        t_quantile(0)


def test_mean_interval_of_known_numbers() -> None:
    """1, 2, 3: mean 2, standard error 1/√3."""
    found = mean_interval([1.0, 2.0, 3.0])
    half = t_quantile(2) / math.sqrt(3)
    assert found.value == 2.0
    assert found.low == pytest.approx(2.0 - half)
    assert found.high == pytest.approx(2.0 + half)


def test_one_round_says_nothing() -> None:
    """A single round has an unbounded interval."""
    found = ratio_interval([2.0], [1.0])
    assert found.value == pytest.approx(2.0)
    assert (found.low, found.high) == (0.0, math.inf)


def test_ratio_interval_pairs_by_round() -> None:
    """What slows a whole round down does not widen the interval."""
    found = ratio_interval([2.0, 20.0, 200.0], [1.0, 10.0, 100.0])
    assert found.value == pytest.approx(2.0)
    assert found.low == pytest.approx(2.0)
    assert found.high == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("values", "baseline"),
    [([1.0, 2.0], [1.0]), ([0.0], [1.0]), ([-1.0], [1.0])],
)
def test_ratio_interval_refuses_what_cannot_be(
    values: list[float], baseline: list[float]
) -> None:
    """Missing rounds and times that are not positive are errors."""
    with pytest.raises(ValueError):
        ratio_interval(values, baseline)


@pytest.mark.parametrize("rounds", [2, 4, 8, 16])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 4.0])
def test_interval_holds_the_true_ratio_95_times_of_100(
    rounds: int, ratio: float
) -> None:
    """Simulated sittings with a known ratio: the promise is kept."""
    chance = random.Random(rounds)
    held = 0
    for _ in range(2000):
        luck = [chance.gauss(0, 0.2) for _ in range(rounds)]
        base = [math.exp(shared + chance.gauss(0, 0.05)) for shared in luck]
        values = [
            ratio * math.exp(shared + chance.gauss(0, 0.08)) for shared in luck
        ]
        held += ratio_interval(values, base).holds(ratio)
    assert 0.93 < held / 2000 < 0.97

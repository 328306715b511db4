"""What a ratio lets one say: simulated sittings with known truths."""

import math
import random

import pytest

from compare.bench.interval import Interval, ratio_interval
from compare.bench.verdict import (
    CHEAPER,
    DEARER,
    TIE,
    UNKNOWN,
    is_fit,
    judge,
    shared_tail,
)

COMPARISONS = 42
ROUNDS = 10
SITTINGS = 300


def sit(chance: random.Random, truth: float, noise: float) -> str:
    """Simulate a sitting in which a server costs `truth` times another."""
    luck = [chance.gauss(0, 0.1) for _ in range(ROUNDS)]
    base, other, again = (
        [ratio * math.exp(n + chance.gauss(0, noise)) for n in luck]
        for ratio in (1.0, truth, 1.0)
    )
    tail = shared_tail(COMPARISONS)
    return judge(
        ratio_interval(other, base, tail), ratio_interval(again, base)
    )


@pytest.mark.parametrize(
    ("truth", "verdict"), [(1.0, TIE), (1.1, DEARER), (1 / 1.1, CHEAPER)]
)
def test_ten_percent_is_seen_and_nothing_is_a_tie(
    truth: float, verdict: str
) -> None:
    """Nineteen sittings of twenty say so, none says the opposite."""
    chance = random.Random(f"{truth}")
    said = [sit(chance, truth, 0.012) for _ in range(SITTINGS)]
    assert said.count(verdict) > 0.95 * SITTINGS
    assert set(said) <= {verdict, TIE, UNKNOWN}


def test_a_noisy_sitting_claims_nothing() -> None:
    """Where the noise is larger than the difference, it is unknown."""
    chance = random.Random(7)
    said = [sit(chance, 1.05, 0.3) for _ in range(SITTINGS)]
    assert said.count(UNKNOWN) > 0.95 * SITTINGS


def test_all_intervals_of_a_sitting_hold_together() -> None:
    """In nineteen sittings of twenty not one of all ratios is missed."""
    chance = random.Random(3)
    tail = shared_tail(COMPARISONS)
    whole = 0
    for _ in range(SITTINGS):
        whole += all(
            ratio_interval(
                [math.exp(chance.gauss(0, 0.05)) for _ in range(ROUNDS)],
                [1.0] * ROUNDS,
                tail,
            ).holds(1.0)
            for _ in range(COMPARISONS)
        )
    assert whole > 0.92 * SITTINGS


@pytest.mark.parametrize(
    ("again", "fit"),
    [
        (None, True),
        (Interval(1.0, 0.99, 1.01), True),
        (Interval(1.02, 1.01, 1.03), False),
        (Interval(1.0, 0.9, 1.1), False),
        (Interval(20.0, 0.5, 40.0), False),
        (Interval(1.0, 0.0, math.inf), False),
    ],
)
def test_a_sitting_that_misses_itself_is_unfit(
    again: Interval | None, fit: bool
) -> None:
    """It must hold 1, and nearly nothing else."""
    assert is_fit(again) is fit


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (Interval(1.02, 0.97, 1.07), TIE),
        (Interval(1.02, 0.8, 1.3), UNKNOWN),
        (Interval(1.03, 1.005, 1.06), TIE),
        (Interval(1.3, 1.2, 1.4), DEARER),
        (Interval(0.7, 0.6, 0.8), CHEAPER),
        (Interval(2.0, 0.0, math.inf), UNKNOWN),
    ],
)
def test_a_ratio_is_judged_beside_the_floor(
    ratio: Interval, verdict: str
) -> None:
    """Within the floor and ten percent, a difference is none."""
    assert judge(ratio, Interval(1.0, 0.99, 1.01)) == verdict

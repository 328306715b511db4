"""Lines over an axis, drawn as SVG by templates/chart.html.

Both axes are logarithmic: a straight line is growth by a power, and two
lines that stay as far apart keep their ratio. Places are in pixels.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 10, 26
MOST = 5  # ticks of an axis


@dataclass(frozen=True)
class Spot:
    """A value at a place, with its bounds, all in the units of the axes."""

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """One line: `name` chooses its colour, `note` says what is drawn of it.

    `style` is solid, dashed or dotted.
    """

    name: str
    spots: list[Spot]
    style: str = "solid"
    note: str = ""


@dataclass(frozen=True)
class Scale:
    """The places of the values between two bounds."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value; what lies outside is at the edge."""
        value = min(max(value, self.low), self.high)
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Chart:
    """A picture of some lines; `x` and `y` say what the axes count."""

    title: str
    x: str
    y: str
    lines: list[Line]

    width, height = WIDTH, HEIGHT
    left, right = LEFT, WIDTH - RIGHT
    top, bottom = TOP, HEIGHT - BOTTOM

    @property
    def across(self) -> Scale:
        """Return the scale of the places."""
        found = [spot.at for line in self.lines for spot in line.spots]
        return make_scale(found, LEFT + 8, WIDTH - RIGHT - 14)

    @property
    def upwards(self) -> Scale:
        """Return the scale of the values; widest bounds are cut off."""
        found = [spot.value for line in self.lines for spot in line.spots]
        return make_scale(found, HEIGHT - BOTTOM - 6, TOP + 6)

    @property
    def columns(self) -> list[tuple[str, float]]:
        """Return the places that were measured, as text, with their x."""
        found = {spot.at for line in self.lines for spot in line.spots}
        return [(number(at), self.across.at(at)) for at in sorted(found)]

    @property
    def rows(self) -> list[tuple[str, float]]:
        """Return round values, as text, with their y."""
        scale = self.upwards
        return [(number(v), scale.at(v)) for v in ticks(scale.low, scale.high)]

    def path(self, line: Line) -> str:
        """Write the points of a polyline."""
        return " ".join(
            f"{self.across.at(s.at)},{self.upwards.at(s.value)}"
            for s in line.spots
        )

    def band(self, line: Line) -> str:
        """Write the points of the polygon around a line: its bounds."""
        there = [(s.at, s.high) for s in line.spots]
        back = [(s.at, max(s.low, 1e-9)) for s in reversed(line.spots)]
        return " ".join(
            f"{self.across.at(at)},{self.upwards.at(value)}"
            for at, value in chain(there, back)
        )


def make_scale(values: Iterable[float], start: float, end: float) -> Scale:
    """Choose bounds that hold all values; ValueError without any."""
    found = list(values)
    low, high = min(found), max(found)
    if low == high:
        low, high = low / 2, high * 2
    return Scale(low, high, start, end)


def ticks(low: float, high: float) -> list[float]:
    """Return round values between two bounds: powers of ten if many."""
    found = round_values(low, high, (1, 2, 5))
    return found if len(found) <= MOST else round_values(low, high, (1,))


def round_values(
    low: float, high: float, steps: tuple[int, ...]
) -> list[float]:
    """Return the multiples of powers of ten between two bounds."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    found = [step * 10.0**n for n in (*powers, powers.stop) for step in steps]
    return [v for v in found if low * 0.999 <= v <= high * 1.001]


def number(value: float) -> str:
    """Write a number in as few characters as an axis has room for."""
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"

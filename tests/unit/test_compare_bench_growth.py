"""Curves and delays, from hand-made windows."""

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2 import Environment, FileSystemLoader
from rich.console import Console

from compare.bench import curves, latency
from compare.bench.tasks import READER, WRITER
from compare.report.charts import Chart, Line, Spot, ticks
from compare.report.growth import curve_charts, delay_charts
from compare.report.site import HERE

FACTOR = {"stdlib": 1.0, "flask": 3.0}


def window(arm: str, point: dict[str, Any], number: int) -> dict[str, Any]:
    """Make a window of a server whose cost grows as its point does."""
    cost = 1e-3 * FACTOR[arm] * point.get("at", 1) * (1 + number / 100)
    return {
        "round": number,
        "arm": arm,
        "operation": point["name"],
        "requests": 1000,
        "seconds": 2.0,
        "server_cpu": 1000 * cost,
        "tries": 1,
        "halves": (cost, cost),
        "stolen": 0.0,
        "others": 0.0,
        "due": 100,
        "delay_ms": [FACTOR[arm], 2 * FACTOR[arm], 4 * FACTOR[arm]],
        "late_ms": 0.1 * number,
    }


def results(points: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the results of three rounds."""
    return {
        "plan": {"mode": "default"},
        "machine": {"cores": 2},
        "baseline": "stdlib",
        "again": "stdlib again",
        "arms": {arm: {} for arm in FACTOR},
        "failed": {},
        "points": points,
        "windows": [
            window(arm, point, number)
            for arm in FACTOR
            for point in points
            for number in (1, 2, 3)
        ],
    }


@pytest.fixture
def grown() -> dict[str, Any]:
    """Give curves over two axes."""
    return results(
        [
            {"axis": a, "at": at, "operation": "search", "name": f"{a} {at}"}
            for a in ("rows", "clients")
            for at in (1, 10)
        ]
    )


@pytest.fixture
def delayed() -> dict[str, Any]:
    """Give the delays of each operation at two rates."""
    return results(
        [
            {"operation": o, "rate": rate, "name": f"{o} {rate}"}
            for o in latency.OPERATIONS
            for rate in (10.0, 20.0)
        ]
    )


@pytest.mark.parametrize("mode", curves.PLANS)
def test_points_have_names_and_places_of_their_own(mode: str) -> None:
    """Each axis goes upwards, and windows are found by their names."""
    points = list(curves.points(mode))
    assert len({point.task.name for point in points}) == len(points)
    assert {point.axis for point in points} == set(curves.AXES)
    described = {"points": [curves.describe(point) for point in points]}
    for line in curves.pictures(described).values():
        assert all(one["at"] < two["at"] for one, two in pairwise(line))
    largest = {"smoke": 1000, "default": 10_000, "full": 100_000}
    assert max(p.at for p in points if p.axis == "rows") == largest[mode]
    sizes = [p.at for p in points if p.axis == "body"]
    assert sizes[0] < 1_000
    assert 50_000 < sizes[-1] < 65_536
    accounts = {curves.account_of(n) for n in curves.ROWS[mode]}
    assert {p.task.account for p in points} <= {READER, *accounts}
    assert WRITER not in accounts


def test_growth_is_told_with_its_interval(grown: dict[str, Any]) -> None:
    """Ten times the rows, ten times the cost; a rate has no growth."""
    (said,) = curves.lines(grown)
    assert "from 1 to 10 bookmarks of the account" in said
    assert said.count("×10.0 (10.0–10.0)") == 2


@pytest.mark.parametrize("mode", ["smoke", "default"])
def test_nothing_is_said_of_a_short_or_noisy_run(
    grown: dict[str, Any], mode: str
) -> None:
    """A smoke run shows that it works, a noisy one asks for another."""
    grown["plan"]["mode"] = mode
    for window in grown["windows"]:
        window["others"] = 4.0
    first, *_ = curves.lines(grown)
    assert "compare" in first


def test_a_curve_is_cost_or_rate(grown: dict[str, Any]) -> None:
    """Over clients it is requests a second, else CPU time."""
    found = curves.pictures(grown)
    cost = curves.curve(grown, "flask", found["rows", "search"])
    assert [spot.at for spot in cost] == [1, 10]
    assert cost[0].value.value == pytest.approx(3.06e-3, rel=1e-3)
    assert cost[0].value.low < cost[0].value.value < cost[0].value.high
    rate = curves.curve(grown, "flask", found["clients", "search"])
    assert [spot.value.value for spot in rate] == pytest.approx([500, 500])


def test_delays_are_means_over_rounds(delayed: dict[str, Any]) -> None:
    """Each percentile stands for itself."""
    name = delayed["points"][0]["name"]
    found = latency.delays(delayed, "flask", name)
    values = {key: delay.value for key, delay in found.items()}
    assert values == pytest.approx({"p50": 3.0, "p95": 6.0, "p99": 12.0})
    assert latency.lateness(delayed) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"due": 99}, {"p50", "p95"}),
        ({"due": 19}, {"p50"}),
        ({"delay_ms": []}, set()),
    ],
)
def test_a_delay_without_enough_requests_is_none(
    delayed: dict[str, Any], change: dict[str, Any], left: set[str]
) -> None:
    """One such window is enough; nothing is shown for it."""
    name = delayed["points"][0]["name"]
    delayed["windows"][0] |= change
    assert delayed["windows"][0]["operation"] == name
    assert set(latency.delays(delayed, "stdlib", name)) == left


def test_rates_are_shares_of_the_slowest() -> None:
    """All servers get the same, and the slowest one can do it."""
    capacity = {"show_bookmark": {"stdlib": 900.0, "django": 100.0}}
    points = list(latency.describe(capacity | {"list_bookmarks": {}}))
    assert [point["rate"] for point in points] == [25.0, 50.0, 75.0]
    tasks = [latency.task_of(point) for point in points]
    assert {task.operation for task in tasks} == {"show_bookmark"}
    assert [task.rate for task in tasks] == [25.0, 50.0, 75.0]


def test_tables_show_every_point(
    grown: dict[str, Any], delayed: dict[str, Any]
) -> None:
    """In the terminal, too."""
    console = Console(width=120)
    with console.capture() as captured:
        console.print(*curves.tables(grown), *latency.tables(delayed))
    text = captured.get()
    assert "30,599" in text
    assert "12.0 (12.0–12.0)" in text


def test_pictures_are_well_formed(
    grown: dict[str, Any], delayed: dict[str, Any]
) -> None:
    """Each has a line for each server, with all its points, and a name."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True
    )
    template = environment.get_template("chart.html")
    charts = [c for some in curve_charts(grown).values() for c in some]
    counts = [2] * len(charts) + [2 * len(latency.PERCENTILES)] * 3
    charts += delay_charts(delayed)
    for chart, count in zip(charts, counts, strict=True):
        html = template.render(chart=chart, titles={"flask": "Flask"})
        picture = ElementTree.fromstring(html).find("svg")
        assert "Flask" in picture.get("aria-label")
        lines = [line.get("points") for line in picture.iter("polyline")]
        assert [len(line.split()) for line in lines] == [2] * count


def test_a_chart_keeps_its_lines_inside() -> None:
    """The widest interval is cut at the edge; more is higher."""
    spots = [Spot(1, 10, 0.0, 1e9), Spot(100, 1000, 900, 1100)]
    chart = Chart("x", "x", "y", [Line("flask", spots)])
    points = chart.band(chart.lines[0]).split()
    for point in points:
        x, y = map(float, point.split(","))
        assert chart.left <= x <= chart.right
        assert chart.top <= y <= chart.bottom
    first, last = chart.path(chart.lines[0]).split()
    assert float(first.split(",")[1]) > float(last.split(",")[1])
    assert [text for text, _ in chart.columns] == ["1", "100"]


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [
        (1, 10, [1, 2, 5, 10]),
        (0.3, 3, [0.5, 1, 2]),
        (1, 100_000, [1, 10, 100, 1000, 10_000, 100_000]),
    ],
)
def test_ticks_are_round_and_few(
    low: float, high: float, values: list[float]
) -> None:
    """At 1, 2 and 5 of a power of ten, or only at these."""
    assert ticks(low, high) == pytest.approx(values)

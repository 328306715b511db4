"""The figures and tables of a benchmark, from hand-made windows."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from compare.bench import rounds, usage
from compare.bench.figures import (
    find_ratio,
    highest_memory,
    make_figure,
    measure_noise,
)
from compare.bench.seeded import Account
from compare.bench.sittings import disagreements
from compare.bench.summary import summary, why
from compare.bench.tables import bench_markdown, bench_tables
from compare.bench.tasks import Plan, Task
from compare.bench.verdict import DEARER

RATIO = {"stdlib": 1.0, "flask": 2.0, "stdlib again": 1.0}
CHANCE = {1: 1.001, 2: 0.999, 3: 1.0}  # stdlib again, by round


def window(arm: str, number: int, **more: Any) -> dict[str, Any]:
    """Make one window of a machine whose rounds differ in speed."""
    chance = CHANCE[number] if arm.endswith("again") else 1.0
    cost = RATIO[arm] * 1e-3 * number * chance
    return {
        "round": number,
        "arm": arm,
        "operation": "show_bookmark",
        "fault": None,
        "requests": 1000,
        "seconds": 2.0,
        "server_cpu": 1000 * cost,
        "tries": 1,
        "halves": (cost, cost * 1.01),
        "generator_cpu": 1.0,
        "memory_bytes": 2**20 * number,
        "stolen": 0.0,
        "others": 0.01,
        **more,
    }


def results(**more: Any) -> dict[str, Any]:
    """Make the results of three rounds of three arms."""
    windows = [window(arm, n) for arm in RATIO for n in (3, 1, 2)]
    return {
        "started": "2026-01-01T00:00:00+00:00",
        "plan": {"mode": "default", "users": 4},
        "rounds": 3,
        "seed": 7,
        "versions": {"flask": "3"},
        "machine": {"cpu": "x", "cores": 2, "system": "y", "python": "3"},
        "cores": [0, 1],
        "memory_kind": "PSS",
        "baseline": "stdlib",
        "again": "stdlib again",
        "arms": {arm: {"WORKERS": "1"} for arm in RATIO},
        "failed": {},
        "windows": windows,
        **more,
    }


def test_figure_is_cost_rate_and_ratio() -> None:
    """CPU per request, requests a second and the ratio come out."""
    figure = make_figure(results(), "flask", "show_bookmark")
    assert figure.cpu == pytest.approx(2e-3 * 6 ** (1 / 3))
    assert figure.per_second == 500
    assert figure.busy == pytest.approx(2.0)
    assert figure.ratio
    assert figure.ratio.low == pytest.approx(2.0)
    assert figure.verdict == DEARER
    assert not figure.generator_bound


def test_the_baseline_has_no_ratio() -> None:
    """Nothing is compared with itself."""
    assert find_ratio(results(), "stdlib", "show_bookmark") is None


@pytest.mark.parametrize("failed", ["stdlib", "flask"])
def test_a_failed_server_gives_no_ratio(failed: str) -> None:
    """Neither a failed arm nor a failed baseline is compared."""
    document = results(failed={failed: "status 500"})
    assert find_ratio(document, "flask", "show_bookmark") is None


def test_a_busy_generator_is_marked() -> None:
    """Over 90 % of its core, the generator sets the pace."""
    windows = [
        window(arm, n, generator_cpu=1.9) for arm in RATIO for n in (1, 2, 3)
    ]
    document = results(windows=windows)
    assert make_figure(document, "flask", "show_bookmark").generator_bound


@pytest.mark.parametrize("field", ["server_cpu", "requests"])
def test_a_window_without_work_is_an_error(field: str) -> None:
    """A CPU time of nothing, or less, cannot be a measurement."""
    document = results()
    document["windows"][0][field] = 0
    with pytest.raises(ValueError):
        make_figure(document, "stdlib", "show_bookmark")


def test_noise_tells_a_fit_sitting_from_an_unfit_one() -> None:
    """Stolen time, other programs and the A/A arm each make it unfit."""
    assert measure_noise(results()).fit
    stolen = [window(a, n, stolen=0.1) for a in RATIO for n in (1, 2, 3)]
    assert not measure_noise(results(windows=stolen)).fit
    others = [window(a, n, others=0.5) for a in RATIO for n in (1, 2, 3)]
    assert not measure_noise(results(windows=others)).fit
    uneven = [
        window(a, n, server_cpu=3.0 if a == "stdlib again" else 1.0)
        for a in RATIO
        for n in (1, 2, 3)
    ]
    assert not measure_noise(results(windows=uneven)).fit


def test_highest_memory_is_the_highest_window() -> None:
    """The most that any window saw."""
    assert highest_memory(results(), "flask") == 3 * 2**20


@pytest.mark.parametrize(("stolen", "said"), [(0.0, True), (0.5, False)])
def test_a_noisy_machine_tells_nothing_of_speed(
    stolen: float, said: bool
) -> None:
    """What may be concluded follows from how quiet it was."""
    windows = [window(a, n, stolen=stolen) for a in RATIO for n in (1, 2, 3)]
    first, *_ = summary(results(windows=windows))
    assert ("needs more CPU time" in first) is said
    assert ("Unfit" in first) is not said


@pytest.mark.parametrize("mode", ["smoke", "default"])
def test_a_wrong_answer_is_not_called_right(mode: str) -> None:
    """Where a server failed, it is not said that all was right."""
    document = results(failed={"flask": "show_bookmark: status 500"})
    document["plan"]["mode"] = mode
    first, *_ = summary(document)
    assert "very answer was right" not in first
    assert "wrong answer" in first


def test_tables_show_a_failed_server_without_figures() -> None:
    """What failed has no figure anywhere, and its reason is told."""
    document = results(failed={"flask": "show_bookmark: status 500"})
    console = Console(width=120, record=True, quiet=False)
    with console.capture() as captured:
        console.print(*bench_tables(document), sep="\n")
    text = captured.get()
    assert "flask failed: show_bookmark: status 500" in text
    assert "×2.0" not in text
    assert "×2.0" not in bench_markdown(document)


class BrokenGenerator:
    """Stand for a generator whose process ended."""

    restarted = 0

    def load(self, **window: object) -> dict:
        """End instead of measuring."""
        raise RuntimeError("the load generator ended")

    def restart(self) -> None:
        """Count the new processes."""
        self.restarted += 1


def test_a_generator_that_ends_costs_one_arm() -> None:
    """The arm has failed, and the next one gets a generator that lives."""
    account = Account("x", "", "", "", "")
    accounts = {"reader": account, "writer": account}
    arm = SimpleNamespace(
        name="x", url="", pid=0, accounts=accounts, failed=""
    )
    plan = Plan("smoke", 1, 0.1, 0.1, 1)
    made = rounds.Sitting("bench", plan, [arm], "x", 1, Progress(), 0)
    generator = BrokenGenerator()
    task = Task("list_tags", "list_tags")
    rounds.measure_window(made, generator, arm, task)
    assert arm.failed == "list_tags: the load generator ended"
    assert (generator.restarted, made.windows) == (1, [])


class StolenGenerator:
    """Stand for a generator on a machine whose host takes time."""

    def __init__(self, stolen: list[float]) -> None:
        """Take what the host takes of each try, and keep the seeds."""
        self.stolen, self.seeds = stolen, set()

    def load(self, seed: int, **window: object) -> dict:
        """Measure nothing, and lose some time."""
        self.seeds.add(seed)
        stolen = self.stolen.pop(0) * (os.cpu_count() or 1)
        return {
            "fault": None,
            "written": [],
            "seconds": 1.0,
            "stolen": stolen,
        }


@pytest.mark.parametrize(
    ("stolen", "least", "tries"),
    [
        ([0.02], 0.02, 1),
        ([0.5, 0.0], 0.0, 2),
        ([0.3, 0.1, 0.2], 0.1, 3),
    ],
)
def test_a_window_whose_time_the_host_takes_is_measured_again(
    stolen: list[float], least: float, tries: int
) -> None:
    """That try counts in which it took least; each has other data."""
    account = Account("x", "", "", "", "")
    accounts = {"reader": account, "writer": account}
    arm = SimpleNamespace(
        name="x", url="", pid=0, accounts=accounts, failed=""
    )
    plan = Plan("default", 1, 0.1, 0.1, 1, tries=3)
    made = rounds.Sitting("bench", plan, [arm], "x", 1, Progress(), 0)
    generator = StolenGenerator(list(stolen))
    task = Task("list_tags", "list_tags")
    rounds.measure_window(made, generator, arm, task)
    [kept] = made.windows
    assert rounds.stolen_share(kept) == pytest.approx(least)
    assert kept["tries"] == len(generator.seeds) == tries


def test_a_thread_that_ended_needs_no_core() -> None:
    """What is gone before it is pinned is no error."""
    usage.pin_thread(2**22 + 1, 0)


def test_the_file_system_of_a_folder_is_named() -> None:
    """The report says where the databases were."""
    assert usage.file_system(Path(__file__)) not in ("", "unknown")


def test_a_terminal_of_eighty_columns_cuts_nothing() -> None:
    """Five arms with long figures have room."""
    arms = ["stdlib", "flask", "django", "fastapi", "stdlib again"]
    windows = [
        window("stdlib", number)
        | {
            "arm": arm,
            "operation": "create_bookmark",
            "server_cpu": 60 * (1 + 11 * (arm in arms[1:4]) + number / 20),
        }
        for arm in arms
        for number in (1, 2, 3)
    ]
    named = {arm: {"WORKERS": "1"} for arm in arms}
    console = Console(width=80)
    with console.capture() as captured:
        console.print(*bench_tables(results(arms=named, windows=windows)))
    text = captured.get()
    assert "create_bookmark" in text
    assert "×11." in text
    assert "…" not in text


def test_tables_do_without_any_window() -> None:
    """A sitting in which all failed still has a report."""
    failed = dict.fromkeys(RATIO, "not up")
    document = results(failed=failed, windows=[], rounds=0)
    assert "Nothing was measured." in bench_markdown(document)


def test_a_single_round_has_no_bounds() -> None:
    """Nothing is said of an interval that one round cannot give."""
    windows = [window(arm, 1) for arm in RATIO]
    text = bench_markdown(results(windows=windows, rounds=1))
    assert "? ×2.00<br>one round" in text
    assert "inf" not in text


def test_markdown_has_a_cell_for_every_arm() -> None:
    """Every line of a table has as many cells as its head."""
    lines = bench_markdown(results()).splitlines()
    widths = {line.count(" | ") for line in lines if line.startswith("| ")}
    assert widths == {3}


def test_an_idle_server_has_no_cpu_figure() -> None:
    """A server that was let wait shows no cost of its own, and no ratio."""
    windows = [
        window(arm, n, seconds=100.0) for arm in RATIO for n in (1, 2, 3)
    ]
    document = results(windows=windows)
    text = bench_markdown(document)
    assert "| show_bookmark | – | – | – |" in text
    assert "| show_bookmark | 1 | – | – |" in text
    assert "| show_bookmark | 2% / 1% | 4% / 1% | 2% / 1% |" in text
    assert find_ratio(document, "flask", "show_bookmark") is None


def test_a_write_waits_for_the_disk() -> None:
    """It has a figure, however idle the server is."""
    windows = [
        window(arm, n, seconds=100.0) | {"operation": "create_bookmark"}
        for arm in RATIO
        for n in (1, 2, 3)
    ]
    document = results(windows=windows)
    assert find_ratio(document, "flask", "create_bookmark").value > 1.9


def test_each_arm_comes_to_each_place() -> None:
    """A Latin square, and each neighbour also from the other side."""
    arms = list("abcde")
    rows = [rounds.turn(arms, number, 0) for number in range(1, 11)]
    assert all(len(set(column)) == 5 for column in zip(*rows, strict=True))
    assert all(
        sum(row[place] == arm for row in rows) == 2
        for place in range(5)
        for arm in arms
    )


def test_sittings_that_saw_another_ratio_disagree() -> None:
    """What only one of them sees is named; small differences are not."""
    document = results()
    assert disagreements(document, results()) == []
    dearer = [
        window(a, n, server_cpu=(3.0 if a == "flask" else CHANCE[n]) * n)
        for a in RATIO
        for n in (1, 2, 3)
    ]
    apart = disagreements(document, results(windows=dearer))
    assert apart == ["show_bookmark of flask"]
    *_, told, _ = summary(document, results(windows=dearer))
    assert told.startswith("0 of 1 ratios agree")


@pytest.mark.parametrize(
    ("share", "said", "alone"),
    [(1.1, "seen over all", "1 of 1"), (1.0, "not seen over all", "0 of 1")],
)
def test_a_planted_slowdown_is_told(
    share: float, said: str, alone: str
) -> None:
    """One that is there is seen; one that is not, is not."""
    planted = [
        window("stdlib", n, server_cpu=n * share * CHANCE[n])
        | {"arm": "stdlib planted"}
        for n in (1, 2, 3)
    ]
    document = results()
    document["arms"]["stdlib planted"] = {"planted": 0.1}
    document["windows"] += planted
    told = next(line for line in summary(document) if "planted" in line)
    assert told.startswith("stdlib planted, made 10% dearer: " + said)
    assert f"by itself in {alone} operations" in told


def test_the_summary_has_ten_lines_at_most() -> None:
    """It comes first, and nobody reads more."""
    names = {"flask", "django", "fastapi"}
    arms = ["stdlib", *names, "stdlib again"]
    windows = [
        window("flask" if arm in names else "stdlib", n)
        | {"arm": arm, "operation": operation}
        for operation in ("show_bookmark", "create_token", "session")
        for arm in arms
        for n in (1, 2, 3)
    ]
    document = results(arms={a: {} for a in arms}, windows=windows)
    lines = summary(document, document)
    assert 5 < len(lines) <= 10
    assert sum("a session ×2.0" in line for line in lines) == 3
    assert sum("Apart, create_token" in line for line in lines) == 1


def test_why_names_the_dearest_package() -> None:
    """The trace of an operation says where most of its time goes."""
    packages = {"own code": 10.0, "SQLAlchemy": 30.0}
    trace = {"implementations": {"flask": {"packages": packages}}}
    (said,) = why({"list_bookmarks": trace})
    assert said.endswith("list_bookmarks: flask 75% in SQLAlchemy.")
    assert "make report" in next(iter(why({})))


def test_only_what_answers_right_is_compared() -> None:
    """A smoke run says that it works, and nothing more."""
    document = results()
    document["plan"]["mode"] = "smoke"
    assert len(summary(document)) == 1

"""The benchmark: what a request of each kind costs, side by side."""

import signal
from typing import Any

from rich.console import Console

from compare import ROOT
from compare.bench.crosscheck import cross_check
from compare.bench.figures import measure_noise
from compare.bench.rounds import (
    Sitting,
    collect,
    keep,
    measure,
    say_stopped,
    sitting,
)
from compare.bench.sittings import earlier
from compare.bench.tables import bench_markdown, bench_tables
from compare.bench.tasks import MEASURED, Plan

BASELINE = "stdlib"
PLANS = {
    "smoke": Plan("smoke", 1, 0.05, 0.15, 100),
    "default": Plan("default", 10, 0.15, 0.8, 1200, tries=4),
    "full": Plan("full", 28, 0.2, 1.0, 3600, tries=4),
}


def run(
    mode: str, seed: int | None, only: tuple[str, ...], planted: float = 0
) -> int:
    """Measure, print and keep the results.

    `planted` adds an arm: the first implementation, dearer by that share.
    1 if a server failed a check, or the sitting is unfit.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    wanted = {name: (name, 0.0) for name in only}
    base = BASELINE if BASELINE in only else only[0]
    if mode != "smoke":
        wanted[f"{base} again"] = base, 0.0
    if planted:
        wanted[f"{base} planted"] = base, planted
    try:
        with sitting("bench", PLANS[mode], wanted, base, seed) as made:
            measure(made, MEASURED)
            return show(made, cross_check(made))
    except KeyboardInterrupt:
        return say_stopped()


def show(made: Sitting, checked: list[dict[str, Any]]) -> int:
    """Keep and print what was measured; 1 if it is not fit."""
    results = collect(made) | {"checked": checked}
    path = keep(results)
    before = earlier(path)
    text = bench_markdown(results, before)
    path.with_suffix(".md").write_text(text, "utf-8")
    made.progress.stop()
    Console().print(*bench_tables(results, before), sep="\n")
    print(f"kept in {path.relative_to(ROOT)} and .md")
    unfit = made.plan.mode != "smoke" and not measure_noise(results).fit
    return 1 if results["failed"] or unfit else 0

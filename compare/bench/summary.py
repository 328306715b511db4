"""What a sitting shows, in at most ten lines: who, how much, how sure, why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compare import ROOT
from compare.bench.figures import (
    Figure,
    Results,
    comparisons,
    make_figure,
    measure_noise,
    operations_of,
    others,
    ratio_over_all,
)
from compare.bench.interval import bounds_text, multiple_text
from compare.bench.sittings import disagreements, shared_ratios
from compare.bench.tasks import APART, SESSION
from compare.bench.verdict import DEARER, TIE, UNKNOWN, judge

TRACED = ("list_bookmarks", "create_bookmark", "show_bookmark")
Figures = dict[str, Figure]


def summary(results: Results, other: Results | None = None) -> list[str]:
    """Say in at most ten lines what was seen, and how sure that is."""
    lines = [first_line(results)]
    if results["plan"]["mode"] == "smoke":
        return lines
    if results["windows"] and may_compare(results):
        lines += [compared(results, arm) for arm in others(results)]
        lines += apart(results)
        lines += why(read_traces())
        lines.append(agreement(results, other))
    return [*lines, noise_line(results)]


def may_compare(results: Results) -> bool:
    """Say whether a sitting is long, right and fit enough to compare."""
    long = results["plan"]["mode"] != "smoke"
    return long and not results["failed"] and measure_noise(results).fit


def first_line(results: Results) -> str:
    """Say what may be concluded."""
    if results["failed"] or not results["windows"]:
        return (
            "Draw no conclusion about a server that gave a wrong answer, or "
            "that was not measured."
        )
    if results["plan"]["mode"] == "smoke":
        return (
            "The benchmark works and every answer was right. A smoke run is "
            "too short to compare speed."
        )
    if not may_compare(results):
        return "Unfit: every answer was right, but do not compare the figures."
    return (
        "Every answer was right. You may conclude who needs more CPU time "
        "for the same work here; not how long a user waits, nor what your "
        "own queries cost."
    )


def compared(results: Results, arm: str) -> str:
    """Say how one implementation stands beside the baseline."""
    planted = results["arms"][arm].get("planted")
    if planted:
        return seen(results, arm, planted)
    figures = figures_of(results, arm)
    lines = [f"{arm}:"]
    if SESSION in figures:
        lines.append(f"a session {ratio_of(figures, SESSION)},")
    single = [o for o in figures if o not in (*APART, SESSION)]
    if single:
        low = min(single, key=lambda o: figures[o].ratio.value)
        high = max(single, key=lambda o: figures[o].ratio.value)
        lines += [f"{low} {ratio_of(figures, low)}", "to"]
        lines += [f"{high} {ratio_of(figures, high)}"]
    lines.append(f"of {results['baseline']};")
    unclear = [o for o in figures if figures[o].verdict in (TIE, UNKNOWN)]
    clear = f"no clear difference in {', '.join(unclear)}"
    lines.append(clear if unclear else "every operation differs")
    return " ".join(lines) + "."


def figures_of(results: Results, arm: str) -> Figures:
    """Return the figures of an arm that have a ratio, by operation."""
    made = {o: make_figure(results, arm, o) for o in operations_of(results)}
    return {o: figure for o, figure in made.items() if figure.ratio}


def ratio_of(figures: Figures, operation: str) -> str:
    """Write a ratio with its interval."""
    return multiple_text(figures[operation].ratio)


def seen(results: Results, arm: str, planted: float) -> str:
    """Say whether a slowdown that was planted is seen, and where."""
    figures = figures_of(results, arm)
    clear = [o for o, f in figures.items() if f.verdict == DEARER]
    whole = ratio_over_all(results, arm)
    verdict = judge(whole, measure_noise(results).again)
    found = "seen" if verdict == DEARER else "not seen"
    return (
        f"{arm}, made {planted:.0%} dearer: {found} over all operations, "
        f"×{whole.value:.2f} ({bounds_text(whole)}) of "
        f"{results['baseline']}; by itself in {len(clear)} of "
        f"{len(figures)} operations."
    )


def apart(results: Results) -> Iterator[str]:
    """Say what a sign-in costs, which is the hash of its password."""
    for operation in set(APART) & set(operations_of(results)):
        found = {a: figures_of(results, a) for a in others(results)}
        texts = [
            f"{arm} {ratio_of(figures, operation)}"
            for arm, figures in found.items()
            if operation in figures
        ]
        if texts:
            yield (
                f"Apart, {operation}, nearly all of it the hash of a "
                f"password by the library of each: {', '.join(texts)} of "
                f"{results['baseline']}."
            )


def read_traces() -> dict[str, Any]:
    """Read the traces that `make report` left, of what is explained."""
    folder = ROOT / "results" / "traces"
    paths = [Path(folder, f"{name}.json") for name in TRACED]
    found = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in paths
        if path.exists()
    }
    return {name: trace for name, trace in found.items() if is_new(trace)}


def is_new(trace: dict[str, Any]) -> bool:
    """Say whether a trace has what older versions did not record."""
    return all("packages" in way for way in trace["implementations"].values())


def why(traces: dict[str, Any]) -> Iterator[str]:
    """Say where most of the time of one operation goes."""
    for operation, trace in traces.items():
        texts = []
        for name, way in trace["implementations"].items():
            package = max(way["packages"], key=way["packages"].get)
            share = way["packages"][package] / sum(way["packages"].values())
            texts.append(f"{name} {share:.0%} in {package}")
        yield f"Why, by the trace of {operation}: {', '.join(texts)}."
        return
    yield "Why: `make report` traces each operation, and shows it in bars."


def agreement(results: Results, other: Results | None) -> str:
    """Say whether an earlier sitting saw the same."""
    if other is None:
        return (
            "One sitting proves nothing: run it again, some time later; "
            "only what both see stands."
        )
    count = len(shared_ratios(results, other))
    apart = disagreements(results, other)
    seen = f"{count - len(apart)} of {count} ratios agree with the sitting of "
    date = other["started"][:16].replace("T", " ")
    return f"{seen}{date}{': not ' if apart else ''}{', '.join(apart)}."


def noise_line(results: Results) -> str:
    """Say how quiet the machine was, and what the A/A arm shows."""
    if not results["windows"]:
        return "Nothing was measured."
    noise = measure_noise(results)
    again = "nothing ran twice"
    if noise.again:
        ratio, bounds = noise.again.value, bounds_text(noise.again)
        again = f"{results['baseline']} beside itself ×{ratio:.2f} ({bounds})"
    verdict = "fit" if noise.fit else "unfit, measure again"
    shared = (
        ", server and generator on one physical core"
        if results.get("one_core")
        else ""
    )
    return (
        f"The sitting is {verdict}: {noise.stolen:.1%} of the machine's time "
        f"stolen by the host ({noise.repeated} windows were measured again "
        f"for it), {noise.others:.1%} used by other programs, "
        f"{again}, {noise.unsteady} of {len(results['windows'])} windows "
        f"unsteady{shared}; the "
        f"intervals hold for all {comparisons(results)} comparisons at once."
    )

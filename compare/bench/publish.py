"""From a fit sitting to docs/benchmark.svg and sentences of the README.

The picture holds its figures as data, and the sentences are made of these,
so that what is committed can be checked without a measurement:

    {"date", "python", "machine": {"cpu", "cores"}, "revision", "rounds",
     "agree": [count, of], "again": [value, low, high], "baseline",
     "ratios": {operation: {arm: [value, low, high]}},
     "pairs": [[operation, arm, other, value, verdict], …]}
"""

import json
import re
import sys
from html import unescape
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from compare import ROOT
from compare.bench.figures import (
    Results,
    find_ratio,
    make_figure,
    measure_noise,
    operations_of,
    others,
)
from compare.bench.interval import Interval, multiple_text
from compare.bench.publish_picture import draw
from compare.bench.sittings import (
    disagreements,
    earlier,
    read_sittings,
    shared_ratios,
)
from compare.bench.summary import may_compare
from compare.bench.tasks import APART, SESSION
from compare.bench.verdict import CHEAPER, DEARER, UNKNOWN
from compare.ledger.grid import TITLES

PICTURE = ROOT / "docs" / "benchmark.svg"
README = ROOT / "README.md"
SECTION = "benchmark"


def publish(mode: str) -> int:
    """Write picture and sentences; 1 without two fit sittings."""
    from compare.ledger.sections import replace_section  # imports this

    fit = [
        (path, results)
        for path, results in read_sittings()
        if results["plan"]["mode"] == mode and may_compare(results)
    ]
    before = earlier(fit[-1][0]) if fit else None
    if before is None:
        print(
            "Publishing takes two fit runs of one revision, one after the "
            f"other: make bench BENCH={mode}, twice, some time apart",
            file=sys.stderr,
        )
        return 1
    figures = make_figures(fit[-1][1], before)
    text = README.read_text("utf-8")
    fresh = replace_section(text, SECTION, "\n".join(sentences(figures)))
    PICTURE.write_text(draw(figures), "utf-8")
    README.write_text(fresh, "utf-8")
    print(f"{PICTURE.relative_to(ROOT)} and README.md: written")
    return 0


def make_figures(results: Results, before: Results | None) -> dict[str, Any]:
    """Take from a sitting what is shown, and from one before it."""
    return {
        "date": results["started"][:10],
        "python": results["machine"]["python"],
        "machine": {k: results["machine"][k] for k in ("cpu", "cores")},
        "revision": results["versions"]["revision"],
        "rounds": results["rounds"],
        "agree": agreeing(results, before) if before else None,
        "again": triple(measure_noise(results).again),
        "baseline": results["baseline"],
        "ratios": ratios_of(results),
        "pairs": pairs_of(results, before),
    }


def arms_of(results: Results) -> list[str]:
    """Return the implementations that ran beside the baseline."""
    return [arm for arm in others(results) if arm in TITLES]


def ratios_of(results: Results) -> dict[str, dict[str, list[float]]]:
    """Return each ratio to the baseline with its bounds."""
    return {
        operation: {
            arm: triple(ratio)
            for arm in arms_of(results)
            if (ratio := find_ratio(results, arm, operation))
        }
        for operation in operations_of(results)
    }


def pairs_of(results: Results, before: Results | None) -> list[list]:
    """Return how each two implementations beside the baseline differ.

    Where the run before saw something else, nothing is known.
    """
    runs = [results, before] if before else [results]
    found = []
    for operation in operations_of(results):
        for other, arm in combinations(arms_of(results), 2):
            seen = [make_figure(run, arm, operation, other) for run in runs]
            verdicts = {figure.verdict for figure in seen}
            verdict = verdicts.pop() if len(verdicts) == 1 else UNKNOWN
            if seen[0].ratio:
                value = seen[0].ratio.value
                found.append([operation, arm, other, value, verdict])
    return found


def agreeing(results: Results, before: Results) -> list[int]:
    """Count the ratios that both sittings see alike, and all of them."""
    count = len(shared_ratios(results, before))
    return [count - len(disagreements(results, before)), count]


def triple(ratio: Interval | None) -> list[float] | None:
    """Write a ratio and its bounds as three numbers."""
    if ratio is None:
        return None
    return [round(v, 4) for v in (ratio.value, ratio.low, ratio.high)]


def read_figures() -> dict[str, Any] | None:
    """Read the figures of the picture, None before there is one."""
    if not PICTURE.exists():
        return None
    text = PICTURE.read_text("utf-8")
    found = re.search("<metadata>(.*)</metadata>", text, re.S)
    return json.loads(unescape(found[1]))


def benchmark_section() -> str:
    """Write the sentences of the README, from the picture's figures."""
    figures = read_figures()
    return "\n".join(sentences(figures)) if figures else ""


def sentences(figures: dict[str, Any]) -> list[str]:
    """Say in five sentences what two sittings show, one an item."""
    made = (sure, session, apart, between, noise)
    return [f"- {write(figures)}" for write in made]


def sure(figures: dict[str, Any]) -> str:
    """Say where and when it was measured, and whether it was twice."""
    machine = figures["machine"]
    twice = "in one run"
    if figures["agree"]:
        agree, count = figures["agree"]
        twice = f"{agree} of {count} ratios agree with those of a second run"
    return (
        f"Measured on {figures['date']} on {machine['cpu']} with "
        f"{machine['cores']} cores and Python {figures['python']}, revision "
        f"`{figures['revision']}`, in {figures['rounds']} rounds of all four "
        f"in turn; {twice}. In brackets: the interval that holds a ratio, at "
        "95% for all comparisons at once."
    )


def session(figures: dict[str, Any]) -> str:
    """Say what a session costs, and the sign-in beside it."""
    base = TITLES[figures["baseline"]].lower()
    text = (
        "CPU time of a mixed session of reading and writing, as multiples of "
        f"the {base}’s: {listed(figures, SESSION)}"
    )
    signing = [o for o in APART if figures["ratios"].get(o)]
    for operation in signing:
        text += (
            "; of a sign-in, nearly all of it the hash of a password by the "
            f"library of each: {listed(figures, operation)}"
        )
    return text + "."


def listed(figures: dict[str, Any], operation: str) -> str:
    """Write the ratios of an operation, each with its interval."""
    return ", ".join(
        f"{TITLES[arm]} {multiple_text(Interval(*ratio))}"
        for arm, ratio in figures["ratios"][operation].items()
    )


def apart(figures: dict[str, Any]) -> str:
    """Say where they are farthest apart, and where nearest."""
    means = {
        operation: max(value for value, *_ in ratios.values())
        for operation, ratios in figures["ratios"].items()
        if ratios and operation not in (*APART, SESSION)
    }
    most, least = max(means, key=means.get), min(means, key=means.get)
    return (
        "Sign-in apart, the frameworks are farthest from the "
        f"{TITLES[figures['baseline']].lower()} in `{most}`, up to "
        f"×{means[most]:.1f}, and nearest in `{least}`, up to "
        f"×{means[least]:.1f}."
    )


def between(figures: dict[str, Any]) -> str:
    """Say how the frameworks differ from each other."""
    pairs = [pair for pair in figures["pairs"] if pair[0] not in APART]
    seen = [pair for pair in pairs if pair[4] in (DEARER, CHEAPER)]
    each = [
        f"`{operation}` ({', '.join(map(told, found))})"
        for operation, found in groupby(seen, key=itemgetter(0))
    ]
    found = {pair[0] for pair in seen}
    alike = [f"`{o}`" for o in figures["ratios"] if o not in {*APART, *found}]
    runs = "both runs see" if figures["agree"] else "the run sees"
    text = (
        f"Between two frameworks, sign-in apart, {runs} a difference in "
        f"{len(seen)} of {len(pairs)} comparisons"
    )
    return (
        f"{text}{': ' if each else ''}{', '.join(each)}"
        f"{'; none in ' if alike else ''}{', '.join(alike)}."
    )


def told(pair: list) -> str:
    """Say what the dearer of two takes, as a multiple of the other's."""
    _, arm, other, value, _ = pair
    if value < 1:
        arm, other, value = other, arm, 1 / value
    return f"{TITLES[arm]} needs {value:.1f} times {TITLES[other]}’s"


def noise(figures: dict[str, Any]) -> str:
    """Say how far one implementation is from itself."""
    value, low, high = figures["again"]
    return (
        f"The {TITLES[figures['baseline']].lower()}, run twice under two "
        f"names, came to {value:.2f} ({low:.2f}–{high:.2f}) of itself: less "
        "than that is no difference here, and none of it says how long a "
        "user waits."
    )

"""How many instructions a request takes, counted by valgrind.

Counts do not depend on what else the machine does, so that they tell what
CPU time on a busy machine cannot. The process of a part (see layers.py) runs
under callgrind; for each operation it forks twice, and the forks send some
requests, and some more: the difference is what the further ones took. All is
counted twice, from the start of the process on, and both counts are shown.
"""

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress

from compare import ROOT
from compare.bench.arms import Arm, Refused, make_arm, prepare, stop
from compare.bench.layers import (
    OPERATIONS,
    Part,
    describe,
    draw_levels,
    kinds,
    stages,
    started,
)

WARM_UP = 10  # requests
COUNTED, OF_CHEAP = 10, 40  # the less each takes, the more
REPEATS = 2
REPEATABLE = 0.01
FIRST_SEED = 100  # all seeds have the same length, and so have the requests
CALLGRIND = (
    *("valgrind", "--tool=callgrind"),
    "--callgrind-out-file=/dev/null",
)
COLLECTED = re.compile(r"Collected : (\d+)")
FILE = ROOT / "results" / "instructions.json"
Counts = dict[tuple[str, str, str, bool], list[int]]


def run(only: list[str]) -> int:
    """Count and print; 1 if an answer was wrong or a count not repeatable."""
    if not shutil.which("valgrind"):
        print("valgrind is not installed, nothing is counted", file=sys.stderr)
        return 1
    try:
        counts = count_all(only)
    except (RuntimeError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    console = Console()
    for operation in OPERATIONS:
        title = (
            f"{operation}: thousands of instructions of a request, no server"
        )
        console.print(
            draw_levels(counts, operation, title, count_text, ratio_of_counts)
        )
    worst = max(map(deviation, counts.values()))
    console.print(
        f"The two counts of a cell differ by at most {worst:.2%}; kept in "
        f"{FILE.relative_to(ROOT)}"
    )
    return 0 if worst <= REPEATABLE else 1


def read() -> list[dict]:
    """Return what is kept, none if there is no file."""
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else []


def count_all(only: list[str]) -> Counts:
    """Count every stage of every part, twice."""
    counts: Counts = {}
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        total = REPEATS * sum(len(kinds(name)) for name in only)
        task = progress.add_task("counting", total=total)
        for name in only:
            arm = make_arm(name, name)
            stack.callback(stop, arm)
            prepare(arm, None)
            for kind in kinds(name):
                for _ in range(REPEATS):
                    progress.update(task, description=f"{name}, {kind}")
                    for key, count in count_part(arm, kind):
                        counts.setdefault(key, []).append(count)
                    progress.advance(task)
            keep(name, counts)
    return counts


def keep(name: str, counts: Counts) -> None:
    """Put the counts of one implementation in place of its last ones."""
    rows = [row for row in read() if row["implementation"] != name]
    rows += [
        row
        for row in describe(counts, "instructions")
        if row["implementation"] == name
    ]
    FILE.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


def count_part(
    arm: Arm, kind: str
) -> Iterator[tuple[tuple[str, str, str, bool], int]]:
    """Yield the instructions of a request at each stage of one part."""
    with TemporaryDirectory() as folder:
        under = (*CALLGRIND, f"--log-file={folder}/%p")
        with started(arm, kind, under) as part:
            for operation in ("show_health", *OPERATIONS):
                for checked in stages(kind, operation):
                    key = part.name, kind, operation, checked
                    yield key, count(part, operation, checked, Path(folder))


def count(part: Part, operation: str, checked: bool, logs: Path) -> int:
    """Return the instructions of one request, by two forks."""
    cheap = checked or operation == "show_health"
    counted = OF_CHEAP if cheap else COUNTED
    totals = []
    for sent in (WARM_UP, WARM_UP + counted):
        part.seed += 1
        answer = part.ask(
            operation,
            checked,
            WARM_UP + counted,
            FIRST_SEED + part.seed,
            choices=1,
            sent=sent,
            looked=WARM_UP,
        )
        totals.append(read_count(logs / str(answer["pid"])))
    if totals[1] <= totals[0]:
        raise RuntimeError("valgrind counted nothing")
    return (totals[1] - totals[0]) // counted


def read_count(log: Path) -> int:
    """Return what valgrind counted; the fork answers before it ends.

    Raises RuntimeError when it does not end in a minute.
    """
    for _ in range(600):
        if found := COLLECTED.search(log.read_text("utf-8")):
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError("a process under valgrind does not end")


def deviation(counts: list[int]) -> float:
    """Return by how much counts of one cell differ, as a share."""
    return max(counts) / min(counts) - 1


def ratio_of_counts(whole: list[int], floor: list[int]) -> str:
    """Write how many times its floor a whole is."""
    return f"×{sum(whole) / sum(floor):.3f}"


def count_text(counts: list[int]) -> str:
    """Write both counts, and by how much they differ."""
    both = " ".join(f"{count / 1000:,.0f}" for count in counts)
    return f"{both}\n({deviation(counts):.2%})"

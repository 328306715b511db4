"""The last table of a run: capabilities by implementations.

Reads the JSON lines that tests/support/report.py writes: a header, one line
per test with its capability and outcome, a footer. A file without a footer
is a run that broke off; a missing file is a server that was not up.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import capability_order
from compare.results.differences import Answers, differences, tell_differences
from tests.support.report import read_lines

POSTGRES = "PostgreSQL"
STORAGE = "storage"
MAY_SKIP = re.compile(rf"{POSTGRES}|cannot be bound")
MORE_THAN = 500
CAPTION = (
    "deviations: from how many SHOULDs, as declared (xfailed above); "
    "need run: tests that start the server themselves, by its `run`; "
    "requests: how many different ones were sent; "
    "of errors: the share that expects one, of what the spec decides"
)
OUTCOMES = ("failed", "blocked", "skipped", "xfailed")
TOLD = 10


@dataclass
class Run:
    """The results of one implementation.

    `problem` is "" for a run that came to its end; `whole` tells that no
    capability was asked for; `cells` counts outcomes by capability, and
    `waiting` the tests that need a `run`; `skips` holds the reasons that
    are none; `answers` what came where the spec leaves the answer open;
    `red` what the tests that did not pass said; `deviations` the rules from
    which it deviates as declared;
    `footer` is the last line of the file.
    """

    name: str
    problem: str = ""
    whole: bool = True
    cells: dict[str, Counter[str]] = field(default_factory=dict)
    waiting: Counter[str] = field(default_factory=Counter)
    postgres: Counter[str] = field(default_factory=Counter)
    skips: list[str] = field(default_factory=list)
    answers: Answers = field(default_factory=dict)
    red: dict[str, str] = field(default_factory=dict)
    deviations: set[str] = field(default_factory=set)
    footer: dict[str, Any] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Say whether it ended, ran enough, and nothing failed."""
        total = sum(self.cells.values(), Counter())
        bad = total["failed"] + total["blocked"]
        some = total["passed"] > 0 or bool(self.waiting)
        return some and not bad and not complaints(self)


def show_results(paths: list[Path], console: Console) -> int:
    """Print the table; 1 if anything failed, was blocked or did not run.

    What is wrong comes last, where it is looked for.
    """
    runs = [read_run(path) for path in paths]
    console.print(results_table(runs, capability_order()))
    if paths:
        found = differences({run.name: run.answers for run in runs})
        tell_differences(found, console, paths[0].parent / "differences.md")
    for run in runs:
        tell_red(run, console)
    return 0 if runs and all(run.sound for run in runs) else 1


def show_beside(path: Path, console: Console) -> int:
    """Print one more server beside the four; 1 if it is not sound.

    Of the four, those have a column that `make test-all` was run for, with
    the capabilities that were asked of the other one.
    """
    own = read_run(path)
    files = [path.with_name(f"tests-{name}.jsonl") for name in IMPLEMENTATIONS]
    others = [read_run(file) for file in files if file.exists()]
    for run in others:
        asked = own.cells.keys() | own.waiting.keys()
        run.cells = {n: c for n, c in run.cells.items() if n in asked}
    console.print(results_table([*others, own], capability_order()))
    if len(others) < len(files):
        console.print("`make test-all` fills the columns of the four.")
    found = differences({run.name: run.answers for run in (*others, own)})
    tell_differences(found, console, path.with_name("differences.md"))
    tell_red(own, console)
    return 0 if own.sound else 1


def tell_red(run: Run, console: Console) -> None:
    """Print what is wrong with a run, with the first of its red tests."""
    for nodeid in list(run.red)[:TOLD]:
        console.print(Text(f"{run.name}: {nodeid}", "bold red"))
        console.print(Text(shown_error(run.red[nodeid])))
    if len(run.red) > TOLD:
        console.print(Text(f"{run.name}: and {len(run.red) - TOLD} more red"))
    for complaint in complaints(run):
        console.print(Text(f"{run.name}: {complaint}", "bold red"))


def shown_error(message: str) -> str:
    """Return the first lines of what a test that is red says."""
    return "\n".join(message.splitlines()[:3])


def complaints(run: Run) -> list[str]:
    """Say why a run proves too little, though nothing in it failed."""
    if run.problem:
        return [run.problem]
    found = [f"skipped: {reason}" for reason in run.skips]
    different = run.footer.get("different_requests", 0)
    errors, decided = expected_errors(run)
    if run.whole and different <= MORE_THAN:
        found.append(f"{different} different requests, not over {MORE_THAN}")
    if run.whole and 2 * errors < decided:
        found.append(f"{errors} of {decided} expect an error, not half")
    return found


def read_run(path: Path) -> Run:
    """Read one file of results."""
    run = Run(path.stem.removeprefix("tests-"))
    try:
        records = read_lines(path)
    except FileNotFoundError:
        run.problem = "not up: it has no results"
        return run
    except ValueError:
        run.problem = "the results cannot be read"
        return run
    for record in records:
        take_record(run, record)
    if not run.footer:
        run.problem = "the run broke off"
    return run


def take_record(run: Run, record: dict[str, Any]) -> None:
    """Bring one line of a file into the results."""
    if record["kind"] == "header":
        run.name = record["implementation"]
        run.whole = not record.get("capability")
    elif record["kind"] == "footer":
        run.footer = record
        run.waiting = Counter(record.get("waiting", {}))
    elif record["kind"] == "test":
        take_test(run, record)


def take_test(run: Run, record: dict[str, Any]) -> None:
    """Bring the line of one test into the results."""
    name, outcome = record["capability"] or "other", record["outcome"]
    run.cells.setdefault(name, Counter())[outcome] += 1
    if record.get("postgres"):
        run.postgres[outcome] += 1
    reason = record.get("message", "no reason")
    if outcome == "skipped" and not MAY_SKIP.search(reason):
        run.skips.append(f"{record['nodeid']}: {reason}")
    if outcome == "xfailed" and record.get("deviation"):
        run.deviations.add(record["deviation"])
    if outcome in {"failed", "blocked"}:
        told = record.get("failure") or {}
        run.red[record["nodeid"]] = told.get("says") or reason
    if name == "robustness" and record.get("left_open"):
        run.answers[record["nodeid"]] = " ".join(record["left_open"])


def results_table(runs: list[Run], order: list[str]) -> Table:
    """Draw the table; capabilities in the spec's order, others after."""
    seen = dict.fromkeys(
        name for run in runs for name in (*run.cells, *run.waiting)
    )
    names = [name for name in order if name in seen]
    names += [name for name in seen if name not in order]
    table = Table(title="Tests passed of run", caption=CAPTION)
    table.add_column("capability", style="bold", no_wrap=True)
    for run in runs:
        table.add_column(run.name, justify="right")
    for name in names:
        cells = [
            run_cell(run, run.cells.get(name), run.waiting[name])
            for run in runs
        ]
        table.add_row(name, *cells)
    table.add_section()
    totals = [sum(run.cells.values(), Counter()) for run in runs]
    cells = [
        run_cell(run, total, run.waiting.total())
        for run, total in zip(runs, totals, strict=True)
    ]
    table.add_row("all", *cells)
    table.add_row("PostgreSQL", *(postgres_cell(run) for run in runs))
    table.add_row("deviations", *(deviations_text(run) for run in runs))
    table.add_section()
    table.add_row("requests", *(requests_text(r) for r in runs))
    table.add_row("of errors", *(share_text(r) for r in runs))
    return table


def run_cell(
    run: Run, outcomes: Counter[str] | None, waiting: int = 0
) -> Text:
    """Write one cell: "12/14, 1 failed, 1 blocked, 3 need run"."""
    if not outcomes and waiting:
        return Text(f"needs run: {waiting}", "yellow")
    if not outcomes:
        return Text(run.problem.partition(":")[0] or "–", "red")
    passed = outcomes["passed"]
    ran = passed + outcomes["failed"] + outcomes["blocked"]
    parts = [f"{passed}/{ran}"]
    parts += [f"{outcomes[o]} {o}" for o in OUTCOMES if outcomes[o]]
    parts += [f"{waiting} need run"] * bool(waiting)
    style = "green" if passed == ran and ran else "bold red"
    return Text(", ".join(parts), style)


def postgres_cell(run: Run) -> Text:
    """Write what ran on PostgreSQL, or that nothing did, and why."""
    if run.postgres:
        return run_cell(run, run.postgres)
    for reason, count in run.footer.get("not_run", {}).items():
        if POSTGRES in reason:
            return Text(f"not run: {count}", "yellow")
    return Text("not offered" if STORAGE in run.cells else "no tests", "dim")


def deviations_text(run: Run) -> str:
    """Write from how many rules it deviates: "3" or "3 of 5 declared"."""
    seen, declared = len(run.deviations), run.footer.get("deviations", 0)
    return str(seen) if seen == declared else f"{seen} of {declared} declared"


def requests_text(run: Run) -> str:
    """Write how many different requests were sent."""
    return f"{run.footer.get('different_requests', 0):,}"


def share_text(run: Run) -> str:
    """Write the share of the requests that expect an error."""
    errors, decided = expected_errors(run)
    return f"{errors / decided:.0%}" if decided else "–"


def expected_errors(run: Run) -> tuple[int, int]:
    """Count what expects an error, and what the spec does not leave open."""
    different = run.footer.get("different_requests", 0)
    decided = different - run.footer.get("different_left_open", 0)
    return run.footer.get("different_expecting_error", 0), decided

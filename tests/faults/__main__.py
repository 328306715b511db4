"""Prove that the suite can fail: break each rule, and see it turn red.

python -m tests.faults            all faults, as a matrix
python -m tests.faults NAME       one fault, or those of one rule: what is
                                  broken, and what notices

With IMPL, the faults of one implementation.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.faults.every import DEGENERATE, FAULTS, Fault
from tests.faults.show import show_broken, show_noticed
from tests.faults.suite import assemble, prepare
from tests.faults.tries import (
    AT_ONCE,
    check_unbroken,
    try_degenerate,
    try_fault,
    try_in_pool,
)
from tests.faults.verdict import Verdict, tell_bad
from tests.support.report import ROOT, load_rules

console = Console()


def rules_without_fault() -> list[str]:
    """List the MUST rules that no fault of the first version breaks."""
    own = [fault for fault in FAULTS if fault.implementation == "stdlib"]
    broken = {rule for fault in own for rule in fault.breaks}
    rules = load_rules().values()
    return [r.id for r in rules if r.level == "MUST" and r.id not in broken]


def unknown_rules() -> list[str]:
    """List what faults name and the spec does not have."""
    named = {
        rule
        for fault in FAULTS
        for rule in (*fault.breaks, *fault.also, *fault.sometimes)
    }
    return sorted(named - load_rules().keys())


def assemble_all(faults: list[Fault], folder: Path) -> None:
    """Copy the implementations that faults are for."""
    for name in sorted({fault.implementation for fault in faults}):
        assemble(name, folder)


def try_all(folder: Path, faults: list[Fault]) -> list[Verdict]:
    """Try faults two at a time, with a progress bar."""
    names = DEGENERATE if faults == FAULTS else []
    forks = get_context("forkserver")
    forks.set_forkserver_preload(["tests.faults.warm"])
    with (
        ProcessPoolExecutor(AT_ONCE, forks) as pool,
        Progress(console=console) as progress,
    ):
        jobs = [pool.submit(try_degenerate, name, folder) for name in names]
        jobs += [pool.submit(try_in_pool, one, folder) for one in faults]
        done = as_completed(jobs)
        list(progress.track(done, len(jobs), description="faults"))
        return [job.result() for job in jobs]


def show(verdicts: list[Verdict]) -> None:
    """Print the kill matrix."""
    table = Table(title="kill matrix", title_justify="left")
    for heading in ("fault", "killed by", "not seen", "collateral", "red/run"):
        table.add_column(heading, overflow="fold")
    for one in verdicts:
        wrong = [*one.collateral, *(f"stale: {rule}" for rule in one.stale)]
        table.add_row(
            one.fault,
            " ".join(one.killed_by),
            " ".join(one.survived) or one.trouble,
            " ".join(wrong),
            f"{one.red}/{one.tests}",
            style="" if one.good else "bold red",
        )
    console.print(table)


def write(verdicts: list[Verdict]) -> Path:
    """Write one JSON object for each fault."""
    path = ROOT / "results" / "faults.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in verdicts]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def find_faults(text: str, faults: list[Fault]) -> list[Fault]:
    """Return the faults that a name, or the id of a rule, means."""

    def plain(name: str) -> str:
        return re.sub(r"\W+", "", name).lower()

    return [
        fault
        for fault in faults
        if plain(text) == plain(fault.name) or text in fault.breaks
    ]


def import_tests() -> None:
    """Import all tests, of which those for a fault are chosen."""
    import tests.faults.warm  # noqa: F401


def show_single(faults: list[Fault], folder: Path) -> int:
    """Break something, show what it is, and tell what noticed."""
    assemble_all(faults, folder)
    import_tests()
    good = 0
    for fault in faults:
        show_broken(console, fault)
        verdict = try_fault(fault, folder)
        show_noticed(console, verdict)
        good += verdict.good
    if len(faults) > 1:
        console.rule()
        console.print(f"{good} of {len(faults)} faults noticed")
    return 0 if good == len(faults) else 1


def main() -> int:
    """Try one fault or all; exit 1 if the suite has a hole."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("name", nargs="*", help="a fault or a rule")
    parser.add_argument("--only", help="a regular expression of names, rules")
    chosen = parser.parse_args()
    implementation, name = os.environ.get("IMPL"), " ".join(chosen.name)
    faults = [
        fault
        for fault in FAULTS
        if implementation in (None, "", fault.implementation)
    ]
    if name:
        faults = find_faults(name, faults)
    elif chosen.only:
        texts = [" ".join((one.name, *one.breaks)) for one in faults]
        found = zip(faults, texts, strict=True)
        faults = [one for one, text in found if re.search(chosen.only, text)]
    if not faults:
        console.print(f"no fault is called {name or chosen.only!r}")
        return 2
    prepare()
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        tell = show_single if name else show_matrix
        return tell(faults, Path(temporary))


def show_matrix(faults: list[Fault], folder: Path) -> int:
    """Try faults and print what became of them."""
    began = time.monotonic()
    assemble_all(faults, folder)
    whole = faults == FAULTS
    if whole:
        red = check_unbroken(folder)
        if red:
            console.print("without a fault the suite is red:", *red, sep="\n")
            return 1
        console.print("without a fault one row of every test is green")
    verdicts = try_all(folder, faults)
    show(verdicts)
    bad = [one for one in verdicts if not one.good]
    missing = rules_without_fault() if whole else []
    named = unknown_rules()
    if missing:
        console.print("rules without a fault:", *missing)
    if named:
        console.print("no such rules:", *named)
    console.print(
        "each fault of the standard library ran on all tests of its rules, on"
        " one row of each other test of its capability, and on one test of"
        " each other rule; each of a framework on the tests of its rules"
    )
    for line in tell_bad(verdicts):
        console.print(line, style="red", markup=False, soft_wrap=True)
    retried = [one for one in verdicts if one.retried]
    for one in retried:
        line = f"retried: {one.fault}: {'; '.join(one.retried)}"
        console.print(line, markup=False, soft_wrap=True)
    console.print(
        f"{len(verdicts) - len(bad)} of {len(verdicts)} faults killed without"
        f" undeclared collateral, each by an assertion of its own rule,"
        f" {len(retried)} of them retried,"
        f" {time.monotonic() - began:.0f} s; {write(verdicts)}"
    )
    return 1 if bad or missing or named else 0


if __name__ == "__main__":
    sys.exit(main())

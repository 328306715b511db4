"""Try the suite on faults: run what concerns one, and judge the results."""

import time
from pathlib import Path

from tests.faults.choice import choose_narrowly, choose_widely
from tests.faults.every import FAULTS, Fault
from tests.faults.suite import (
    ALL,
    SECONDS,
    assemble_degenerate,
    broken,
    run_suite,
)
from tests.faults.verdict import Verdict, agreed, judge, reasons
from tests.support.report import read_lines

NOT_UP = 10
AT_ONCE = 2


def try_fault(fault: Fault, folder: Path, *options: str) -> Verdict:
    """Judge one fault; what is wrong counts if it happens twice."""
    verdict = try_once(fault, folder, *options)
    if verdict.good:
        return verdict
    wrong = list(reasons(verdict))
    verdict = agreed(verdict, try_once(fault, folder, *options))
    verdict.retried = wrong
    return verdict


def try_once(fault: Fault, folder: Path, *options: str) -> Verdict:
    """Run the suite against one fault and judge it."""
    verdict = Verdict(fault.name, list(fault.breaks))
    results = folder / f"{FAULTS.index(fault)}.jsonl"
    wide = fault.implementation == "stdlib"
    if wide:
        declared = [*fault.also, *fault.sometimes]
        chosen = choose_widely(fault.breaks, declared)
    else:
        chosen = choose_narrowly(fault.breaks)
    began = time.monotonic()
    with broken(fault, folder) as home:
        arguments = [*options, *chosen]
        done = run_suite(home, results, arguments, fault.breaks, chosen, wide)
    status, output = done or (None, f"not done after {SECONDS} s")
    if status in (0, 1):
        judge(fault, read_tests(results), verdict)
    else:
        verdict.trouble = " ".join(output.split())[-300:]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def enough(fault: Fault) -> list[str]:
    """Stop where no more is to be learned: nothing else is looked at."""
    narrow = fault.implementation != "stdlib" and len(fault.breaks) == 1
    return ["--maxfail=3"] if narrow else []


def try_in_pool(fault: Fault, folder: Path) -> Verdict:
    """Judge one of many faults, as quickly as it can be done."""
    return try_fault(fault, folder, *enough(fault))


def try_degenerate(name: str, folder: Path) -> Verdict:
    """Make sure that the smoke stage stops at a server that is none."""
    verdict = Verdict(f"{name} (no server at all)", [])
    began = time.monotonic()
    home = assemble_degenerate(name, folder)
    done = run_suite(home, folder / f"{name}.jsonl", ALL)
    seen = done is not None and done[0] == NOT_UP
    verdict.killed_by = ["not up"] if seen else []
    verdict.survived = [] if seen else ["smoke"]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def check_unbroken(folder: Path) -> list[str]:
    """Run one row of every test without a fault; return what is red."""
    results = folder / "unbroken.jsonl"
    parallel = ["-p", "xdist.plugin", "-n", str(AT_ONCE)]
    limit = 5 * SECONDS
    home = folder / "stdlib"
    done = run_suite(home, results, [*parallel, *ALL], seconds=limit)
    status, output = done or (None, f"not done after {limit} s")
    if status not in (0, 1):
        return [output[-1000:]]
    tests = read_tests(results)
    if not tests:
        return ["no test ran", output[-1000:]]
    good = ("passed", "skipped", "xfailed")
    return [t["nodeid"] for t in tests if t["outcome"] not in good]


def read_tests(results: Path) -> list[dict]:
    """Return the lines of the tests in a result file."""
    return [line for line in read_lines(results) if line["kind"] == "test"]

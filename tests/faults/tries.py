"""Try the suite on faults: run what concerns one, and judge the results."""

import time
from pathlib import Path

from tests.faults.every import FAULTS, Fault
from tests.faults.suite import SECONDS, run_suite
from tests.faults.verdict import Verdict, agreed, judge, reasons
from tests.support.report import read_lines

NOT_UP = 10
AT_ONCE = 2


def try_fault(fault: Fault, folder: Path) -> Verdict:
    """Judge one fault; what is wrong counts if it happens twice."""
    verdict = try_once(fault, folder)
    if verdict.good:
        return verdict
    wrong = list(reasons(verdict))
    verdict = agreed(verdict, try_once(fault, folder))
    verdict.retried = wrong
    return verdict


def try_once(fault: Fault, folder: Path, traces: str = "--tb=no") -> Verdict:
    """Run the suite against one fault and judge it."""
    verdict = Verdict(fault.name, list(fault.breaks))
    results = folder / f"{FAULTS.index(fault)}.jsonl"
    began = time.monotonic()
    done = run_suite(fault.name, fault.breaks, results, traces)
    status, output = done or (None, f"not done after {SECONDS} s")
    if status in (0, 1):
        judge(fault, read_tests(results), verdict)
    else:
        verdict.trouble = " ".join(output.split())[-300:]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def try_degenerate(name: str, folder: Path) -> Verdict:
    """Make sure that the smoke stage stops at a server that is none."""
    verdict = Verdict(f"{name} (no server at all)", [])
    began = time.monotonic()
    done = run_suite(name, (), folder / f"{name}.jsonl", "--tb=no")
    seen = done is not None and done[0] == NOT_UP
    verdict.killed_by = ["not up"] if seen else []
    verdict.survived = [] if seen else ["smoke"]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def check_unbroken(folder: Path) -> list[str]:
    """Run one row of every test without a fault; return what is red."""
    results = folder / "unbroken.jsonl"
    parallel = ("-p", "xdist.plugin", "-n", str(AT_ONCE), "--tb=no")
    limit = 5 * SECONDS
    done = run_suite("", (), results, *parallel, seconds=limit)
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

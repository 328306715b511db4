"""Prove that the suite can fail: break each rule, and see it turn red.

python -m faults            all faults, as a matrix
python -m faults NAME       one fault, with its failures
"""

import argparse
import compileall
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from faults.every import DEGENERATE, FAULTS, Fault
from report import ROOT, load_rules, read_lines
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

TESTS = Path(__file__).resolve().parent.parent
STDLIB = ROOT / "implementations" / "stdlib"
NOT_UP = 10
SECONDS = 180
STOPPING = 30
WORKERS = 2
console = Console()


@dataclass
class Verdict:
    """Hold what became of one fault."""

    fault: str
    breaks: list[str]
    killed_by: list[str] = field(default_factory=list)
    survived: list[str] = field(default_factory=list)
    collateral: list[str] = field(default_factory=list)
    collateral_tests: dict[str, list[str]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    trouble: str = ""
    tests: int = 0
    red: int = 0
    blocked: int = 0
    retried: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Tell whether the suite saw this fault, and only this."""
        bad = (self.survived, self.collateral, self.stale, self.trouble)
        return not any(bad)


def assemble(folder: Path) -> Path:
    """Make an implementation of the standard library's and the faults."""
    home = folder / "faults"
    left = shutil.ignore_patterns("var", "__pycache__")
    shutil.copytree(STDLIB, home, ignore=left)
    for file in (TESTS / "faults" / "run", *(TESTS / "faults").glob("*.py")):
        shutil.copy(file, home / file.name)
    compileall.compile_dir(home, quiet=1)
    return home


def run_suite(
    home: Path,
    name: str,
    rules: tuple[str, ...],
    results: Path,
    *more: str,
    seconds: int = SECONDS,
) -> tuple[int, str] | None:
    """Run the tests that concern some rules, against one fault.

    Return the exit status and the output, None after too long a time.
    """
    env = {
        **os.environ,
        "IMPL": str(home),
        "FAULT": name,
        "FAULT_RULES": " ".join(rules),
        "RESULTS": str(results),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",  # or xdist's workers name sets differently
    }
    # With its bytecode kept, pytest starts in half the time.
    for unwanted in ("URL", "CAP", "PYTHONDONTWRITEBYTECODE"):
        env.pop(unwanted, None)
    files = sorted(map(str, TESTS.glob("test_*.py")))
    options = ["-q", "-p", "no:cacheprovider", "-p", "faults.selection"]
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *more, *files],
        env=env,
        cwd=TESTS,
        text=True,
        stdout=None if "--tb=short" in more else subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            # Not kill(): pytest has servers to stop before it ends.
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=STOPPING)
            process.kill()
            return None
    return process.returncode, output or ""


def read_tests(results: Path) -> list[dict]:
    """Return the lines of the tests in a result file."""
    return [line for line in read_lines(results) if line["kind"] == "test"]


def judge(fault: Fault, tests: list[dict], verdict: Verdict) -> None:
    """Compare what turned red with what had to."""
    red = [t for t in tests if t["outcome"] == "failed" and t["own_failure"]]
    breaks, also = set(fault.breaks), set(fault.also)
    named = also | set(fault.sometimes)
    killed = {rule for t in red for rule in t["rules"]} & breaks
    others = [t for t in red if not breaks & set(t["rules"])]
    strange = [t for t in others if not named & set(t["rules"])]
    verdict.killed_by = sorted(killed, key=natural)
    verdict.survived = sorted(breaks - killed, key=natural)
    verdict.collateral_tests = {t["nodeid"]: t["rules"] for t in strange}
    verdict.collateral = sorted(
        {rule for t in strange for rule in t["rules"]}, key=natural
    )
    verdict.stale = sorted(also - {r for t in others for r in t["rules"]})
    verdict.tests, verdict.red = len(tests), len(red)
    verdict.blocked = sum(t["outcome"] == "blocked" for t in tests)


def natural(rule: str) -> tuple[str, int]:
    """Order rules by chapter and number."""
    chapter, _, number = rule.rpartition("-")
    return chapter, int(number)


def try_fault(home: Path, fault: Fault, folder: Path) -> Verdict:
    """Judge one fault; what is wrong counts if it happens twice."""
    verdict = try_once(home, fault, folder)
    if verdict.good:
        return verdict
    verdict = agreed(verdict, try_once(home, fault, folder))
    verdict.retried = True
    return verdict


def agreed(first: Verdict, again: Verdict) -> Verdict:
    """Keep what two tries found wrong; a race may miss once."""
    if again.trouble:
        return first
    if first.trouble:
        return again
    for name in ("survived", "collateral", "stale"):
        both = set(getattr(first, name)) & set(getattr(again, name))
        setattr(first, name, sorted(both, key=natural))
    first.killed_by = sorted(
        set(first.breaks) - set(first.survived), key=natural
    )
    return first


def try_once(
    home: Path, fault: Fault, folder: Path, traces: str = "--tb=no"
) -> Verdict:
    """Run the suite against one fault and judge it."""
    verdict = Verdict(fault.name, list(fault.breaks))
    results = folder / f"{FAULTS.index(fault)}.jsonl"
    began = time.monotonic()
    done = run_suite(home, fault.name, fault.breaks, results, traces)
    status, output = done or (None, f"not done after {SECONDS} s")
    if status in (0, 1):
        judge(fault, read_tests(results), verdict)
    else:
        verdict.trouble = " ".join(output.split())[-300:]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def try_degenerate(home: Path, name: str, folder: Path) -> Verdict:
    """Make sure that the smoke stage stops at a server that is none."""
    verdict = Verdict(f"{name} (no server at all)", [])
    began = time.monotonic()
    done = run_suite(home, name, (), folder / f"{name}.jsonl", "--tb=no")
    seen = done is not None and done[0] == NOT_UP
    verdict.killed_by = ["not up"] if seen else []
    verdict.survived = [] if seen else ["smoke"]
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def check_unbroken(home: Path, folder: Path) -> list[str]:
    """Run one row of every test without a fault; return what is red."""
    results = folder / "unbroken.jsonl"
    parallel = ("-p", "xdist.plugin", "-n", str(WORKERS), "--tb=no")
    limit = 5 * SECONDS
    done = run_suite(home, "", (), results, *parallel, seconds=limit)
    status, output = done or (None, f"not done after {limit} s")
    if status not in (0, 1):
        return [output[-1000:]]
    tests = read_tests(results)
    if not tests:
        return ["no test ran", output[-1000:]]
    good = ("passed", "skipped", "xfailed")
    return [t["nodeid"] for t in tests if t["outcome"] not in good]


def rules_without_fault() -> list[str]:
    """List the MUST rules that no fault breaks."""
    broken = {rule for fault in FAULTS for rule in fault.breaks}
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


def try_all(home: Path, folder: Path, faults: list[Fault]) -> list[Verdict]:
    """Try faults two at a time, with a progress bar."""
    names = DEGENERATE if faults == FAULTS else []
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(console=console) as progress,
    ):
        bar = progress.add_task("faults", total=len(faults) + len(names))
        jobs = [
            pool.submit(try_degenerate, home, name, folder) for name in names
        ]
        jobs += [pool.submit(try_fault, home, one, folder) for one in faults]
        for job in jobs:
            job.add_done_callback(lambda _: progress.advance(bar))
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


def tell_bad(verdicts: list[Verdict]) -> list[str]:
    """Say of each fault that is not good what is wrong, in one line."""
    return [
        f"not good: {one.fault}: {'; '.join(reasons(one))}"
        for one in verdicts
        if not one.good
    ]


def reasons(verdict: Verdict) -> Iterator[str]:
    """Name all that is wrong with a fault."""
    if verdict.trouble:
        yield f"not run: {verdict.trouble}"
    if verdict.survived:
        yield f"not seen: {' '.join(verdict.survived)}"
    for nodeid, rules in verdict.collateral_tests.items():
        if set(rules) & set(verdict.collateral):
            yield f"also red: {nodeid} ({' '.join(rules)})"
    if verdict.stale:
        yield f"declared and green: {' '.join(verdict.stale)}"


def write(verdicts: list[Verdict]) -> Path:
    """Write one JSON object for each fault."""
    path = ROOT / "results" / "faults.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in verdicts]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def find_faults(text: str) -> list[Fault]:
    """Return the faults that a name, or the id of a rule, means."""

    def plain(name: str) -> str:
        return re.sub(r"\W+", "", name).lower()

    return [
        fault
        for fault in FAULTS
        if plain(text) == plain(fault.name) or text in fault.breaks
    ]


def show_failures(text: str, home: Path, folder: Path) -> int:
    """Run the suite against single faults, with the failures shown."""
    faults = find_faults(text)
    if not faults:
        console.print(f"no fault is called {text!r}")
        return 2
    verdicts = []
    for fault in faults:
        console.rule(f"{fault.name}: {' '.join(fault.breaks)}")
        verdicts.append(try_once(home, fault, folder, "--tb=short"))
        show(verdicts[-1:])
    return 0 if all(one.good for one in verdicts) else 1


def main() -> int:
    """Try one fault or all; exit 1 if the suite has a hole."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("name", nargs="*", help="a fault or a rule")
    parser.add_argument("--only", help="a regular expression of names, rules")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = Path(temporary)
        home = assemble(folder)
        if chosen.name:
            return show_failures(" ".join(chosen.name), home, folder)
        return show_matrix(home, folder, chosen.only)


def show_matrix(home: Path, folder: Path, only: str | None) -> int:
    """Try all faults and print what became of them."""
    began = time.monotonic()
    if not only:
        red = check_unbroken(home, folder)
        if red:
            console.print("without a fault the suite is red:", *red, sep="\n")
            return 1
        console.print("without a fault one row of every test is green")
    faults = [
        fault
        for fault in FAULTS
        if not only or re.search(only, " ".join((fault.name, *fault.breaks)))
    ]
    if not faults:
        console.print(f"no fault fits {only!r}")
        return 2
    verdicts = try_all(home, folder, faults)
    show(verdicts)
    bad = [one for one in verdicts if not one.good]
    missing = [] if only else rules_without_fault()
    named = unknown_rules()
    if missing:
        console.print("rules without a fault:", *missing)
    if named:
        console.print("no such rules:", *named)
    console.print(
        "each fault ran on all tests of its rules, on one row of each other"
        " test of its capability, and on one test of each other rule"
    )
    for line in tell_bad(verdicts):
        console.print(line, style="red", markup=False, soft_wrap=True)
    console.print(
        f"{len(verdicts) - len(bad)} of {len(verdicts)} faults killed without"
        f" undeclared collateral, {sum(one.retried for one in verdicts)} of"
        f" them retried, {time.monotonic() - began:.0f} s;"
        f" {write(verdicts)}"
    )
    return 1 if bad or missing or named else 0


if __name__ == "__main__":
    sys.exit(main())

"""Tell a person what was broken, and what noticed."""

from collections.abc import Iterator

from rich.console import Console

from tests.faults.fault import Fault, diff
from tests.faults.verdict import Verdict, reasons
from tests.support.report import load_rules

COLOURS = {"+": "green", "-": "red", "@": "cyan"}
MOST = 5  # tests to name


def describe(fault: Fault) -> Iterator[str]:
    """Say what a fault is, in which implementation, and against what."""
    rules, own = load_rules(), fault.implementation == "stdlib"
    yield f"stdlib: {fault.name}" if own else fault.name
    for rule in fault.breaks:
        yield f"{rule}: {rules[rule].sentence}"


def conclude(verdict: Verdict) -> Iterator[str]:
    """Say which tests noticed, by which assertion, and what it means."""
    for nodeid, *told in verdict.noticed[:MOST]:
        yield nodeid
        yield from (f"    {line}" for line in told)
    if len(verdict.noticed) > MOST:
        yield f"and {len(verdict.noticed) - MOST} more"
    if verdict.good and verdict.killed_by:
        yield f"{' '.join(verdict.killed_by)}: noticed, as it should be"
    yield from reasons(verdict)


def show_broken(console: Console, fault: Fault) -> None:
    """Print a fault as a diff."""
    console.rule()
    for line in describe(fault):
        console.print(line, markup=False, highlight=False)
    console.print()
    for line in diff(fault).splitlines():
        style = COLOURS.get(line[:1])
        console.print(
            line, style=style, markup=False, highlight=False, soft_wrap=True
        )
    console.print()


def show_noticed(console: Console, verdict: Verdict) -> None:
    """Print what became of a fault."""
    style = "green" if verdict.good else "red"
    *lines, last = conclude(verdict)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(last, style=style, markup=False, highlight=False)

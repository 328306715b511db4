"""A verdict on a fault: what had to turn red, and what did."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.fault import Fault


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
    noticed: list[list[str]] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Tell whether the suite saw this fault, and only this."""
        bad = (self.survived, self.collateral, self.stale, self.trouble)
        return not any(bad)


def judge(fault: Fault, tests: list[dict], verdict: Verdict) -> None:
    """Compare what turned red with what had to."""
    red = [t for t in tests if t["outcome"] == "failed" and t["own_failure"]]
    breaks, also = set(fault.breaks), set(fault.also)
    named = also | set(fault.sometimes)
    seeing = [t for t in red if breaks & set(t["rules"])]
    killed = {rule for t in seeing for rule in asserts(t)} & breaks
    others = [t for t in red if not breaks & set(t["rules"])]
    strange = [t for t in others if not named & set(t["rules"])]
    verdict.killed_by = sorted(killed, key=natural)
    verdict.noticed = [[t["nodeid"], *tell(t)] for t in seeing]
    verdict.survived = sorted(breaks - killed, key=natural)
    verdict.collateral_tests = {t["nodeid"]: t["rules"] for t in strange}
    verdict.collateral = sorted(
        {rule for t in strange for rule in t["rules"]}, key=natural
    )
    verdict.stale = sorted(also - {r for t in others for r in t["rules"]})
    verdict.tests, verdict.red = len(tests), len(red)
    verdict.blocked = sum(t["outcome"] == "blocked" for t in tests)


def asserts(test: dict) -> list[str]:
    """Return the rules whose assertion failed, as far as that is known."""
    if test.get("raised") != "AssertionError":
        return []
    return (test["failure"] or test)["rules"]


def tell(test: dict) -> list[str]:
    """Say in two lines what a red test said, and where."""
    failure = test["failure"] or {"says": "", "places": []}
    return [failure["says"].partition("\n")[0], *failure["places"][:1]]


def natural(rule: str) -> tuple[str, int]:
    """Order rules by chapter and number."""
    chapter, _, number = rule.rpartition("-")
    return chapter, int(number)


def agreed(first: Verdict, again: Verdict) -> Verdict:
    """Keep what two tries found wrong; a race may miss once."""
    if again.trouble:
        return first
    if first.trouble:
        return again
    for name in ("survived", "collateral", "stale"):
        both = set(getattr(first, name)) & set(getattr(again, name))
        setattr(first, name, sorted(both, key=natural))
    killed = set(first.breaks) - set(first.survived)
    first.killed_by = sorted(killed, key=natural)
    return first


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
        rules = " ".join(verdict.survived)
        yield f"not seen by an assertion of its own: {rules}"
    for nodeid, rules in verdict.collateral_tests.items():
        if set(rules) & set(verdict.collateral):
            yield f"also red: {nodeid} ({' '.join(rules)})"
    if verdict.stale:
        yield f"declared and green: {' '.join(verdict.stale)}"

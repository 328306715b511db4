"""What pytest prints of failures (a plugin): one of each cause in full."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.difference import differences, say
from tests.support.failure import Failure, by_cause
from tests.support.report import Rule

MOST = 10  # failures beyond which those of one cause are folded
NAMED = 5  # tests of one cause; the page names all
SHORTENED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Show no traces, which only pytest's own `--tb` asks for."""
    config.stash[SHORTENED] = config.option.tbstyle == "auto"
    if config.stash[SHORTENED]:
        config.option.tbstyle = "short"


@contextmanager
def without_traces(config: pytest.Config, is_told: object) -> Iterator[None]:
    """Spare the traces of what is told by `tell`: they are slow to make."""
    style = config.option.tbstyle
    if is_told and config.stash[SHORTENED]:
        config.option.tbstyle = "no"
    try:
        yield
    finally:
        config.option.tbstyle = style


def pytest_assertrepr_compare(
    op: str, left: object, right: object
) -> list[str] | None:
    """Tell where what came (left) is not what was expected (right)."""
    if op != "==":
        return None
    return [f"{say(left)} == {say(right)}", *differences(right, left)]


def tell(
    config: pytest.Config,
    result: pytest.TestReport,
    failure: Failure,
    rules: dict[str, Rule],
) -> None:
    """Give a report its words, and the failure as data."""
    text = failure.text(rules)
    told = ("failure", failure.as_dict())
    result.user_properties = [*result.user_properties, told]
    if config.stash[SHORTENED] or not result.longrepr:
        result.longrepr = text
    else:
        result.sections.append(("rule and request", text))


def failure_of(report: pytest.TestReport) -> Failure:
    """Return what `tell` has kept, or what pytest says of other tests."""
    if told := dict(report.user_properties).get("failure"):
        return Failure(**told)
    crash = getattr(report.longrepr, "reprcrash", None)
    return Failure(
        report.nodeid, crash.message if crash else str(report.longrepr)
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Iterator[None]:
    """Print one failure of each cause; name the others below it."""
    stats, chars = terminalreporter.stats, terminalreporter.reportchars
    whole = {kind: stats.get(kind, []) for kind in ("failed", "error")}
    if sum(map(len, whole.values())) <= MOST:
        return (yield)
    folded = by_cause([failure_of(one) for one in sum(whole.values(), [])])
    shown = {group[0].test for group in list(folded.values())[:MOST]}
    for kind, reports in whole.items():
        stats[kind] = [one for one in reports if one.nodeid in shown]
    terminalreporter.reportchars = chars.replace("f", "").replace("E", "")
    try:
        return (yield)
    finally:
        stats.update(whole)
        terminalreporter.section("failures by cause")
        for cause, group in folded.items():
            terminalreporter.write_line(f"{len(group)} × {cause}")
            for one in group[:NAMED]:
                terminalreporter.write_line(f"    {one.test}")
            if len(group) > NAMED:
                more = f"    and {len(group) - NAMED} more"
                terminalreporter.write_line(more)

"""What a learner reads: at most a screen."""

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable

from tests.learn.course import Failure, Outcome
from tests.learn.levels import Ladder, Level
from tests.support.report import Rule

MOST_RULES = 12  # which stand on a line each
COLUMNS = 100


def width() -> int:
    """Return how many columns to fill."""
    return min(shutil.get_terminal_size((80, 24)).columns, COLUMNS)


def cut(text: str, columns: int | None = None) -> str:
    """Bring a text on one line, shortened with an ellipsis."""
    columns = columns or width()
    line = " ".join(printable(text).split())
    return line if len(line) <= columns else line[: columns - 1] + "…"


def wrap(text: str, indent: str = "", most: int = 2) -> list[str]:
    """Bring a text on as many lines as it needs, up to a limit."""
    return textwrap.wrap(
        " ".join(printable(text).split()),
        width(),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=False,
    )


def named(about: str, rules: Iterable[str]) -> list[str]:
    """List rules by their ids, all of them."""
    return wrap(f"{about}: {', '.join(rules)}", "  ", 8) if rules else []


def printable(text: str) -> str:
    """Replace what would do something to a terminal."""
    return "".join(
        one
        if one.isprintable() or one == "\n"
        else "\N{REPLACEMENT CHARACTER}"
        for one in text
    )


def ladder_line(ladder: Ladder, progress: dict[int, dict]) -> str:
    """Draw all levels: whole, begun, or still to come."""
    marks = {True: "✓", False: "✗", None: "·"}
    return " ".join(
        f"{level.number}{marks[progress.get(level.number, {}).get('whole')]}"
        for level in ladder.levels
    )


def passed_lines(level: Level, outcome: Outcome) -> list[str]:
    """Say that a level is whole, and what is not as it should be."""
    about = f"✓ {level.number} {level.title}: {outcome.tests} tests"
    return [
        f"{about}, {outcome.seconds:.1f} s",
        *named("~ SHOULD, but does not", outcome.advice),
        *named(f"– not tried without {level.start}", outcome.untried),
    ]


def level_lines(
    level: Level, outcome: Outcome, rules: dict[str, Rule], ladder: Ladder
) -> list[str]:
    """Tell a level that is not whole, or was asked for."""
    lines = [
        f"Level {level.number} of {len(ladder.levels)}: {level.title} "
        f"(some {level.hours} h)",
        *wrap(level.aim),
        *wrap("Think first: " + level.before),
    ]
    if level.start:
        lines += wrap("Start it with " + level.start)
    lines += rule_lines(level, outcome, rules)
    again = [rule for rule in outcome.failed if rule not in level.rules]
    lines += named("✗ of other levels", again)
    lines += named("– not tried without the above", outcome.untried)
    return lines + named("– needs `run`", ladder.waiting(level, rules))


def rule_lines(
    level: Level, outcome: Outcome, rules: dict[str, Rule]
) -> list[str]:
    """Give each rule of a level its line; fold what is good if many."""
    marks = {rule: outcome.mark(rule) for rule in level.rules}
    folded = []
    if len(marks) > MOST_RULES:
        folded = [rule for rule, mark in marks.items() if mark == "✓"]
    shown = [rule for rule in marks if rule not in folded]
    more = shown[MOST_RULES:]
    lines = [
        rule_line(marks[rule], rules[rule]) for rule in shown[:MOST_RULES]
    ]
    return [*lines, *named("✗ or – too", more), *named("✓", folded)]


def rule_line(mark: str, rule: Rule) -> str:
    """Write a rule with its mark, its sentence shortened."""
    level = "(SHOULD) " if rule.level == "SHOULD" else ""
    return f"  {mark} {rule.id:13} " + cut(level + rule.sentence, width() - 18)


def failure_lines(failure: Failure) -> list[str]:
    """Tell one failure in full, but no more than a third of a screen."""
    lines = ["", f"First failure: {cut(failure.test, width() - 15)}"]
    source, request = failure.line, failure.request
    if failure.says.startswith("expected"):  # this says the rest
        source, request = "", request.partition("\n")[0]
    if "\nrequest:" in failure.says:
        request = ""
    for text in (source, failure.says, request):
        for line in printable(text).splitlines()[:5]:
            lines += textwrap.wrap(
                line,
                width(),
                initial_indent="  ",
                subsequent_indent="    ",
                max_lines=2,
                placeholder=" …",
            )
    return lines


def causes_lines(
    first: Failure, failures: list[Failure], most: int = 4
) -> list[str]:
    """Tell in a line each why other tests failed."""
    same = [one for one in failures if one.cause == first.cause]
    lines = []
    if len(same) > 1:
        rules = sorted({rule for one in same for rule in one.rules})
        about = f"The same cause: {len(same) - 1} more"
        lines += wrap(f"{about} ({', '.join(rules)})")
    others = Counter(one.cause for one in failures if one.cause != first.cause)
    for cause, count in others.most_common(most):
        lines.append("  " + cut(f"{count} × {cause}", width() - 2))
    return lines


def next_line(
    failure: Failure, order: list[str], rules: dict[str, Rule]
) -> str:
    """Name the rule to look at next, and its chapter."""
    rule = min(failure.rules, key=lambda one: (one not in order, one))
    return f"next: {rule}, read {rules[rule].chapter}"

"""What a learner reads: at most a screen."""

import shutil
import textwrap
from collections.abc import Iterable
from dataclasses import replace

from tests.learn.course import Outcome
from tests.learn.levels import Ladder, Level
from tests.send import printable
from tests.support.failure import Failure, by_cause
from tests.support.report import Rule, dropped

MOST_RULES = 6  # which stand on a line each
ANSWER = 8  # lines
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
        *dropped_lines(outcome),
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
    lines += dropped_lines(outcome)
    again = [rule for rule in outcome.failed if rule not in level.rules]
    lines += named("✗ of other levels", again)
    lines += named("– not tried without the above", outcome.untried)
    waiting = ladder.waiting(level, rules)
    return lines + named("– needs `run` (spec/start.md)", waiting)


def dropped_lines(outcome: Outcome) -> list[str]:
    """Tell of connections that the server drops, if it does."""
    return [f"  ~ {dropped(outcome.dropped)}"] if outcome.dropped else []


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
    return [*lines, *named("✗ or not tried", more), *named("✓", folded)]


def rule_line(mark: str, rule: Rule) -> str:
    """Write a rule with its mark, its sentence shortened."""
    level = "(SHOULD) " if rule.level == "SHOULD" else ""
    return f"  {mark} {rule.id:13} " + cut(level + rule.sentence, width() - 18)


def failure_lines(failure: Failure, rules: dict[str, Rule]) -> list[str]:
    """Tell one failure in full; of a long answer only the beginning."""
    lines = [
        part
        for line in failure.answer.splitlines()
        for part in textwrap.wrap(line, width(), break_on_hyphens=False)
    ]
    text = replace(failure, answer="\n".join(lines[:ANSWER]))
    told = text.text(rules, width()).splitlines()
    return ["", "First failure: " + failure.test, "", *told]


def causes_lines(
    first: Failure, failures: list[Failure], most: int = 3
) -> list[str]:
    """Tell why other tests failed: of each cause the rules and a test."""
    lines = []
    groups = by_cause([one for one in failures if one is not first])
    for cause, group in list(groups.items())[:most]:
        named = sorted({rule for one in group for rule in one.rules})
        lines += [
            cut(f"{len(group)} × {cause} ({', '.join(named)})"),
            f"    {group[0].test}",
        ]
    if not lines:
        return []
    page = "all of them: results/learn.html"
    return ["", f"{len(failures) - 1} more failed; {page}", *lines]


def next_line(
    failure: Failure, order: list[str], rules: dict[str, Rule]
) -> str:
    """Name the rule to look at next, and its chapter."""
    rule = min(failure.rules, key=lambda one: (one not in order, one))
    may = "you may" if rules[rule].level == "SHOULD" else "next"
    return f"{may}: {rule}, read {rules[rule].chapter}"


def onward_lines(level: Level, outcome: Outcome, ladder: Ladder) -> list[str]:
    """Say what comes after a level that is whole."""
    whole = "is whole, but for what was not tried"
    if not outcome.untried:
        whole = "is whole"
    about = f"Level {level.number} {whole}. Now think: {level.after}"
    lines = ["", *wrap(about)]
    if level.number == len(ladder.levels):
        return lines
    onward = ladder.levels[level.number]
    read = " and ".join(f"spec/{name}.md" for name in onward.read)
    about = f'next: LEVEL={onward.number} "{onward.title}"'
    return [*lines, f"{about}, read {read}" if read else about]

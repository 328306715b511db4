"""Read where an implementation deviates from a SHOULD, and expect it.

`deviations.toml` has one table for each rule: `answers` (what comes
instead), `why`, `source` (the framework's documentation or an issue),
`remedy` (what one would add), and, if only some of the rule's tests fail,
`tests`: patterns for their names, in which `*` and `?` are wildcards.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.support.report import Rule

TEXTS = ("answers", "why", "source", "remedy")


class DeviationError(Exception):
    """Says what is wrong with a file of deviations."""


@dataclass(frozen=True)
class Deviation:
    """Hold one declared deviation."""

    rule: str
    answers: str
    why: str
    source: str
    remedy: str
    tests: tuple[str, ...] = ("*",)

    def expects(self, pattern: str, name: str, rules: list[str]) -> bool:
        """Tell whether a test of these rules is one the pattern means."""
        # Brackets are part of a test's name, not a set of characters.
        literal = pattern.replace("[", "[[]")
        return self.rule in rules and fnmatchcase(name, literal)


def load(path: Path, rules: dict[str, Rule]) -> list[Deviation]:
    """Read and check a file of deviations; none where there is no file."""
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return [read(rule, tables[rule], rules) for rule in tables]
    except (ValueError, DeviationError) as error:
        raise DeviationError(f"{path}: {error}") from None


def read(rule: str, table: object, rules: dict[str, Rule]) -> Deviation:
    """Check the table of one rule."""
    if rule not in rules:
        raise DeviationError(f"{rule}: no such rule in spec/")
    if rules[rule].level != "SHOULD":
        raise DeviationError(
            f"{rule} is a {rules[rule].level}; only from a SHOULD may an"
            " implementation deviate"
        )
    if not isinstance(table, dict):
        raise DeviationError(f"{rule}: a table is expected: [{rule}]")
    if unknown := table.keys() - {*TEXTS, "tests"}:
        raise DeviationError(
            f"{rule}: unknown {', '.join(sorted(unknown))};"
            f" expected {', '.join(TEXTS)} and perhaps tests"
        )
    for key in TEXTS:
        if not is_text(table.get(key)):
            raise DeviationError(f"{rule}: {key} must be a string, not empty")
    patterns = table.get("tests", ["*"])
    if not isinstance(patterns, list) or not patterns:
        raise DeviationError(f"{rule}: tests must be a list, not empty")
    if not all(map(is_text, patterns)):
        raise DeviationError(f"{rule}: tests must be names or patterns")
    texts = {key: table[key] for key in TEXTS}
    return Deviation(rule, **texts, tests=tuple(patterns))


def is_text(value: object) -> bool:
    """Tell whether a value is a string with something in it."""
    return isinstance(value, str) and value.strip() != ""


def find(
    deviations: list[Deviation], name: str, rules: list[str]
) -> Deviation | None:
    """Find the deviation that makes a test of these rules fail."""
    for one in deviations:
        if any(one.expects(pattern, name, rules) for pattern in one.tests):
            return one
    return None


def unmatched(
    deviations: list[Deviation],
    collected: list[tuple[str, list[str]]],
    is_complete: Callable[[str], bool],
) -> Iterator[str]:
    """Name each declaration that no test answers to.

    `collected` holds the name and the rules of each test; `is_complete`
    tells whether all tests of a rule are among them.
    """
    for one in deviations:
        if not is_complete(one.rule):
            continue
        for pattern in one.tests:
            if not any(one.expects(pattern, *test) for test in collected):
                yield f"{one.rule}: no test of this rule matches {pattern!r}"

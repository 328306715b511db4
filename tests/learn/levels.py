"""The levels of spec/levels.toml, and where rules and tests belong."""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.support.report import SPEC, Rule

FILE = SPEC / "levels.toml"


@dataclass(frozen=True)
class Level:
    """Hold one level; `number` counts from 1."""

    number: int
    title: str
    aim: str
    read: tuple[str, ...]
    hours: int
    before: str
    after: str
    rules: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    start: str = ""

    def adds(self, need: str) -> bool:
        """Tell whether the level adds an operation, or a page by its path."""
        return need in (*self.operations, *self.pages) or any(
            need.startswith(page + "/") for page in self.pages if page != "/"
        )


@dataclass(frozen=True)
class Ladder:
    """Hold all levels, and which tests stand where in spite of the rule."""

    levels: list[Level]
    exceptions: dict[str, int]

    def of_rule(self, rule: str) -> int:
        """Return the number of the level that adds a rule, else 0."""
        found = (one.number for one in self.levels if rule in one.rules)
        return next(found, 0)

    def of_need(self, need: str) -> int:
        """Return the number of the level that adds an operation, else 0."""
        found = (one.number for one in self.levels if one.adds(need))
        return next(found, 0)

    def of_test(self, name: str, rules: list[str], needs: set[str]) -> int:
        """Return the number of the level of a test."""
        for pattern, number in self.exceptions.items():
            shown = name if "[" in pattern else name.partition("[")[0]
            if fnmatchcase(shown, pattern.replace("[", "[[]")):
                return number
        numbers = [*map(self.of_rule, rules), *map(self.of_need, needs)]
        return max(numbers)

    def waiting(self, level: Level, rules: dict[str, Rule]) -> list[str]:
        """List the rules of a level's chapters that need `run`, once each."""
        before = {
            name
            for one in self.levels[: level.number - 1]
            for name in one.read
        }
        chapters = {f"spec/{name}.md" for name in set(level.read) - before}
        return [
            rule.id
            for rule in rules.values()
            if rule.managed and rule.chapter in chapters
        ]


def read_ladder(file: Path = FILE) -> Ladder:
    """Read all levels, the first first."""
    document = tomllib.loads(file.read_text("utf-8"))
    levels = [
        Level(
            number,
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in entry.items()
            },
        )
        for number, entry in enumerate(document["level"], 1)
    ]
    return Ladder(levels, document["exceptions"])

"""Who does the work instead of code: the distribution of a module."""

import re
from functools import cache
from importlib.metadata import Distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

FRAMEWORKS = {"flask": "Flask", "django": "Django", "fastapi": "FastAPI"}

distributions = cache(packages_distributions)


def owner(module: str, folder: Path) -> str | None:
    """Name the framework or the library that a module belongs to.

    What the framework requires is the framework. None for what neither
    the framework nor the implementation requires.
    """
    framework = FRAMEWORKS.get(folder.name, "")
    if normal(distribution(module)) in needs(framework):
        return framework or None
    return requirement(module, folder)


def requirement(module: str, folder: Path) -> str | None:
    """Name the distribution of a module as the requirements write it."""
    names = (Requirement(line).name for line in requirements(folder))
    named = {normal(name): name for name in names}
    return named.get(normal(distribution(module)))


def requirements(folder: Path) -> list[str]:
    """Return the lines of requirements.txt; none where there is no file."""
    file = folder / "requirements.txt"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [line for line in lines if line.strip()]


def distribution(module: str) -> str:
    """Name the distribution that installed a module, "" for none."""
    return distributions().get(module.partition(".")[0], [""])[0]


@cache
def needs(name: str) -> frozenset[str]:
    """Return a distribution and all that it requires, by normal names."""
    return frozenset(map(normal, closure([name]) if name else ()))


def closure(lines: list[str]) -> dict[str, Distribution]:
    """Return what requirements name, and what these require, by name."""
    found: dict[str, Distribution] = {}
    left = [(Requirement(line), "") for line in lines]
    seen = set()
    while left:
        wanted, extra = left.pop()
        marker = wanted.marker
        if marker and not marker.evaluate({"extra": extra}):
            continue
        one = Distribution.from_name(wanted.name)
        found[one.name] = one
        for own in ("", *wanted.extras):
            if (normal(one.name), own) not in seen:
                seen.add((normal(one.name), own))
                left += [(Requirement(r), own) for r in one.requires or []]
    return found


def normal(name: str) -> str:
    """Write a distribution's name in its one form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()

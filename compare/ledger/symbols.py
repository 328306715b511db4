"""Who does the work instead of code: the distribution of a module."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import (
    PackageNotFoundError,
    packages_distributions,
    requires,
)
from pathlib import Path

FRAMEWORKS = {"flask": "Flask", "django": "Django", "fastapi": "FastAPI"}
REQUIREMENT = re.compile(r"[\w.-]+")

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
    file = folder / "requirements.txt"
    text = file.read_text("utf-8") if file.exists() else ""
    named = {normal(name): name for name in names_in(text.splitlines())}
    return named.get(normal(distribution(module)))


def distribution(module: str) -> str:
    """Name the distribution that installed a module, "" for none."""
    return distributions().get(module.partition(".")[0], [""])[0]


@cache
def needs(name: str) -> frozenset[str]:
    """Return a distribution and all that it requires, extras aside."""
    found: set[str] = set()
    left = [name]
    while left:
        one = normal(left.pop())
        if one not in found:
            found.add(one)
            left += required_by(one)
    return frozenset(found)


def required_by(name: str) -> list[str]:
    """Return what a distribution itself requires, extras aside."""
    try:
        lines = requires(name) or []
    except (PackageNotFoundError, ValueError):
        return []
    return names_in(line for line in lines if "extra ==" not in line)


def names_in(lines: Iterable[str]) -> list[str]:
    """Return the names of a list of requirements."""
    return [m.group() for m in map(REQUIREMENT.match, lines) if m]


def normal(name: str) -> str:
    """Write a distribution's name in its one form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()

"""Who does the work instead of code: distributions and their symbols.

Run as a program it prints which of its arguments, "module:Symbol", cannot
be imported: a process of its own, because Django has to be set up first.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import (
    PackageNotFoundError,
    packages_distributions,
    requires,
)
from pathlib import Path
from pkgutil import resolve_name

from compare import ROOT

FRAMEWORKS = {"flask": "Flask", "django": "Django", "fastapi": "FastAPI"}
PARTS = ("auth", "contenttypes", "sessions", "messages", "admin")
REQUIREMENT = re.compile(r"[\w.-]+")

distributions = cache(packages_distributions)


def missing_symbols(symbols: Iterable[str]) -> list[str]:
    """Return the symbols that the installed versions do not have."""
    done = subprocess.run(
        [sys.executable, "-m", "compare.ledger.symbols", *symbols],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def main() -> None:
    """Print the arguments that cannot be imported."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=[f"django.contrib.{p}" for p in PARTS])
    django.setup()
    for symbol in sys.argv[1:]:
        try:
            resolve_name(symbol)
        except (ImportError, AttributeError):
            print(symbol)


def owner(module: str, folder: Path) -> str | None:
    """Name the framework or the library that a module belongs to.

    What the framework requires is the framework. None for what neither
    the framework nor the implementation requires.
    """
    framework = FRAMEWORKS.get(folder.name, "")
    found = distributions().get(module.partition(".")[0], [""])[0]
    if normal(found) in {normal(framework), *map(normal, needs(framework))}:
        return framework or None
    text = (
        (folder / "requirements.txt").read_text("utf-8") if framework else ""
    )
    named = {normal(name): name for name in names_in(text.splitlines())}
    return named.get(normal(found))


def needs(distribution: str) -> list[str]:
    """Return what a distribution requires, extras aside."""
    try:
        lines = requires(distribution) or []
    except (PackageNotFoundError, ValueError):
        return []
    return names_in(line for line in lines if "extra ==" not in line)


def names_in(lines: Iterable[str]) -> list[str]:
    """Return the names of a list of requirements."""
    return [m.group() for m in map(REQUIREMENT.match, lines) if m]


def normal(name: str) -> str:
    """Write a distribution's name in its one form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()

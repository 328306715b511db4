"""Where a symbol of an installed distribution is defined: file and line.

Run as a program it prints the places of its arguments, "module:Symbol", as
JSON: a process of its own, because Django has to be set up first.
"""

import ast
import importlib
import importlib.util
import inspect
import json
import subprocess
import sys
from collections.abc import Iterable
from functools import cached_property
from pkgutil import resolve_name
from types import FunctionType, MethodType, ModuleType
from typing import Any

from compare import ROOT
from compare.ledger.origin import origin
from compare.ledger.source import find_symbol

Found = tuple[str, tuple[int, int] | None]  # file, first and last line
PARTS = ("auth", "contenttypes", "sessions", "messages", "admin")


def places(symbols: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """Return where each symbol is defined, None for what is not there.

    {"flask:Flask.run": {"file": "flask/app.py", "line": 546, "last": 667,
    "distribution": "Flask", "version": "3.1.3", "path": "/…/flask/app.py"}};
    the lines are None where there is no source: it is written in C or Rust.
    """
    done = subprocess.run(
        [sys.executable, "-m", "compare.ledger.places", *symbols],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def missing_symbols(symbols: Iterable[str]) -> list[str]:
    """Return the symbols that the installed versions do not have."""
    return [name for name, found in places(symbols).items() if not found]


def main() -> None:
    """Print the places of the arguments."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=[f"django.contrib.{p}" for p in PARTS])
    django.setup()
    print(json.dumps({symbol: place(symbol) for symbol in sys.argv[1:]}))


def place(symbol: str) -> dict[str, Any] | None:
    """Return where one symbol is defined, None when it is not there."""
    try:
        path, lines = locate(symbol, resolve_name(symbol))
    except (ImportError, AttributeError):
        return None
    found = origin(path, "stdlib")
    first, last = lines or (None, None)
    return {
        "file": found.shown,
        "line": first,
        "last": last,
        "distribution": found.distribution,
        "version": found.version,
        "path": path,
    }


def locate(symbol: str, thing: Any) -> Found:
    """Return the file of a symbol, and its first and last line there."""
    thing = bare(thing)
    name = symbol.rpartition(":")[2]
    if isinstance(thing, ModuleType):
        lines = inspect.getsourcelines(thing)[0]
        return thing.__file__ or "", (1, len(lines))
    if isinstance(thing, FunctionType | type) and is_named(thing, name):
        return lines_of(thing)
    return assigned(importlib.import_module(symbol.partition(":")[0]), name)


def bare(thing: Any) -> Any:
    """Return the function within a method, a property or a wrapper."""
    if isinstance(thing, MethodType):
        return thing.__func__
    if isinstance(thing, property):
        return thing.fget
    if isinstance(thing, cached_property):
        return thing.func
    return inspect.unwrap(thing) if isinstance(thing, FunctionType) else thing


def is_named(thing: Any, name: str) -> bool:
    """Tell whether a thing was defined by that name, not made by another."""
    last = name.rpartition(".")[2]
    return thing.__qualname__.rpartition(".")[2] == last


def lines_of(thing: Any) -> Found:
    """Return the file and the lines of a class or a function."""
    try:
        lines, first = inspect.getsourcelines(thing)
        return inspect.getsourcefile(thing) or "", (
            first,
            first + len(lines) - 1,
        )
    except (OSError, TypeError):
        module = sys.modules[thing.__module__]
        return getattr(module, "__file__", None) or thing.__module__, None


def assigned(module: ModuleType, name: str) -> Found:
    """Return the file and the lines where a module gives a name its value."""
    try:
        text = inspect.getsource(module)
    except (OSError, TypeError):
        return module.__file__ or "", None
    if found := find_symbol(text, name):
        return module.__file__ or "", found
    source = imported_from(text, name.partition(".")[0])
    if not source:
        return module.__file__ or "", None
    full = importlib.util.resolve_name(source, module.__package__)
    return assigned(importlib.import_module(full), name)


def imported_from(text: str, name: str) -> str:
    """Return the module that a module imports a name from, "" for none."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and name in (
            alias.asname or alias.name for alias in node.names
        ):
            return "." * node.level + (node.module or "")
    return ""


if __name__ == "__main__":
    main()

"""Where code comes from: one's own, the framework, a library, Python."""

import platform
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from compare.ledger.capabilities import folder_of, load
from compare.ledger.symbols import FRAMEWORKS, distribution, normal, owner

KINDS = ("own", "framework", "library", "server", "stdlib")
SERVERS = {"gunicorn", "uvicorn", "h11"}
INSTALLED = re.compile(r".*/(?:site|dist)-packages/(.+)")
PYTHON = re.compile(r".*/lib/python3\.\d+/(.+)|(<frozen .+>)")


@dataclass(frozen=True)
class Origin:
    """Whose code a file is: `kind` is one of KINDS.

    `distribution` and `version` are empty for one's own code; `shown` is the
    path without the parts that differ between machines.
    """

    kind: str
    distribution: str
    version: str
    shown: str


@cache
def origin(path: str, implementation: str) -> Origin:
    """Tell whose code a file is, by the path that a code object has.

    What is in no known place ("<string>") is Python's own: it makes code
    while it runs.
    """
    folder = folder_of(implementation).as_posix()
    if path.startswith(f"{folder}/"):
        file = path.removeprefix(f"{folder}/")
        kind = "server" if file in own_server(implementation) else "own"
        return Origin(kind, "", "", file)
    if found := INSTALLED.fullmatch(path):
        return installed(found[1], implementation)
    found = PYTHON.fullmatch(path)
    shown = (found[1] or found[2]) if found else Path(path).name
    return Origin("stdlib", "Python", platform.python_version(), shown)


@cache
def own_server(implementation: str) -> frozenset[str]:
    """Return the files of the HTTP server that is written by hand."""
    cell = load().server[implementation]
    return frozenset(code.file for code in cell.code)


def installed(file: str, implementation: str) -> Origin:
    """Tell whose code a file of an installed distribution is."""
    module = re.split(r"[/.]", file)[0]
    name = distribution(module) or module
    if normal(name) in SERVERS:
        kind = "server"
    elif is_framework(module, implementation):
        kind = "framework"
    else:
        kind = "library"
    return Origin(kind, name, version_of(name), file)


@cache
def is_framework(module: str, implementation: str) -> bool:
    """Tell whether a module is the framework's, or of what it requires."""
    framework = FRAMEWORKS.get(implementation)
    named = owner(module, folder_of(implementation))
    return framework is not None and named == framework


@cache
def version_of(distribution: str) -> str:
    """Return the installed version, empty for what is no distribution."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""

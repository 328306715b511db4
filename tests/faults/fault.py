"""What a fault is: an edit that breaks one rule of an implementation.

An edit is a file of the package `app`, a piece of its text that stands
there exactly once, and what stands there instead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from os.path import normpath
from pathlib import Path

from tests.support.servers import IMPLEMENTATIONS

Edit = tuple[str, str, str]


@dataclass(frozen=True)
class Fault:
    """Hold one fault: what it is, which rules it breaks, and how.

    Tests of the rules in `also` turn red as well; those of the rules in
    `sometimes` now and then, by a race.
    """

    name: str
    breaks: tuple[str, ...]
    edits: tuple[Edit, ...]
    also: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    implementation: str = "stdlib"


FAULTS: list[Fault] = []


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a source with all its edits; each must fit exactly once."""
    for file, old, new in edits:
        if text.count(old) != 1:
            raise SystemExit(f"{file} has {text.count(old)} times: {old}")
        text = text.replace(old, new)
    return text


def fault(
    name: str,
    breaks: str,
    *edits: Edit,
    also: str = "",
    sometimes: str = "",
    implementation: str = "stdlib",
) -> None:
    """Add one fault; rules are listed with blanks between."""
    rules = [tuple(text.split()) for text in (breaks, also, sometimes)]
    if implementation != "stdlib":
        name = f"{implementation}: {name}"
    FAULTS.append(Fault(name, rules[0], edits, *rules[1:], implementation))


def broken_files(
    fault: Fault, home: Path | None = None
) -> Iterator[tuple[Path, str, str]]:
    """Give each file that a fault edits: path, text before, text after.

    `home` is the implementation's folder, or that of a copy.
    """
    app = (home or IMPLEMENTATIONS / fault.implementation) / "app"
    for file in dict.fromkeys(edit[0] for edit in fault.edits):
        text = (app / file).read_text("utf-8")
        own = [edit for edit in fault.edits if edit[0] == file]
        yield Path(normpath(app / file)), text, edited(text, own)


def diff(fault: Fault) -> str:
    """Show what a fault breaks as a unified diff."""
    lines = []
    for path, before, after in broken_files(fault):
        name = path.relative_to(IMPLEMENTATIONS.parent)
        parts = [text.splitlines() for text in (before, after)]
        lines += unified_diff(*parts, f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(lines)

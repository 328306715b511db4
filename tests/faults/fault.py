"""What a fault is: an edit that breaks one rule of the implementation.

An edit is a file of the package `app`, a piece of its text that stands
there exactly once, and what stands there instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass

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
) -> None:
    """Add one fault; rules are listed with blanks between."""
    rules = [tuple(text.split()) for text in (breaks, also, sometimes)]
    FAULTS.append(Fault(name, rules[0], edits, *rules[1:]))

"""Say where two values differ: what was expected, and what came."""

import json
from collections.abc import Iterator, Set
from itertools import groupby
from os.path import commonprefix

LONGEST = 120  # characters of one value
MOST = 8  # differences that are told


class Form(str):
    """Words for what is expected, which are told without quotes."""


def differences(expected: object, got: object, what: str = "") -> list[str]:
    """Name what differs, a line each; nothing where the two are equal."""
    found = list(find(expected, got, what))
    more = [f"… and {len(found) - MOST} more"] if len(found) > MOST else []
    return found[:MOST] + more


def find(expected: object, got: object, what: str) -> Iterator[str]:
    """Go down to the values that differ."""
    if expected == got and type(expected) is type(got):
        return
    if isinstance(expected, dict) and isinstance(got, dict):
        yield from find_members(expected, got, what)
    elif isinstance(expected, Set) and isinstance(got, Set):
        yield names(expected, got, what)
    elif (
        isinstance(expected, list | tuple)
        and isinstance(got, list | tuple)
        and len(expected) == len(got)
    ):
        for number, pair in enumerate(zip(expected, got, strict=True)):
            yield from find(*pair, f"{what}[{number}]")
    elif expected != got:
        yield differ(what, expected, got)


def find_members(expected: dict, got: dict, what: str) -> Iterator[str]:
    """Compare two objects member by member."""
    for name in [*expected, *(name for name in got if name not in expected)]:
        path = f"{what}.{name}" if what else str(name)
        if name not in got:
            yield f"{path}: expected {say(expected[name])}, got nothing"
        elif name not in expected:
            yield f"{path}: not expected, got {say(got[name])}"
        else:
            yield from find(expected[name], got[name], path)


def names(expected: Set, got: Set, what: str = "") -> str:
    """Compare two sets of names, or a set with what a dictionary has."""
    said = f"{what} names " if what else ""
    said += ", ".join(map(text, sorted(got, key=str))) or "nothing"
    lacks = ", ".join(map(text, sorted(expected - got, key=str)))
    more = ", ".join(map(text, sorted(got - expected, key=str)))
    if lacks:
        said += f"; expected also {lacks}"
    return said + (f"; not expected: {more}" if more else "")


def differ(what: str, expected: object, got: object) -> str:
    """Say what was expected, and what came."""
    about = f"{what}: " if what else ""
    return f"{about}expected {say(expected, got)}, got {say(got, expected)}"


def say(value: object, other: object = None) -> str:
    """Write a value on one line; of a long text, where it differs."""
    if isinstance(value, Form):
        return value
    if isinstance(value, str) and isinstance(other, str):
        value = around(value, other)
    try:
        shown = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        shown = repr(value)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"


def around(value: str, other: str) -> str:
    """Cut off what two long texts begin with."""
    same = len(commonprefix([value, other]))
    return "…" + value[same - 20 :] if same > LONGEST // 2 else value


def text(value: object) -> str:
    """Write a name without quotes."""
    return value if isinstance(value, str) else repr(value)


def statuses(expected: object) -> str:
    """Write a status, or what else may come: "200 or 400 to 499"."""
    if isinstance(expected, list):
        return ", then ".join(map(statuses, expected))
    if not isinstance(expected, Set):
        return str(expected)
    numbers = sorted(one for one in expected if isinstance(one, int))
    parts = list(runs(numbers))
    parts += sorted(one for one in expected if not isinstance(one, int))
    return " or ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def runs(numbers: list[int]) -> Iterator[str]:
    """Write three numbers or more that follow each other by their ends."""
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in run]
        if len(run) > 2:
            yield f"{run[0]} to {run[-1]}"
        else:
            yield from map(str, run)

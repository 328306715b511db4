"""Checking fields and query parameters, all at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.framework.errors import Problem

MESSAGES = {
    "required": "This field is required.",
    "type": "This is not of the right type.",
    "too_short": "This is too short.",
    "too_long": "This is too long.",
    "too_many": "There are too many.",
    "too_small": "This is too small.",
    "too_large": "This is too large.",
    "invalid": "This is not a valid value.",
    "unknown": "There is no such field.",
}
REQUIRED = object()


class Fault(Exception):
    """Say what is wrong with one field, by a code and in words."""

    def __init__(self, code: str, message: str = "") -> None:
        """Keep the code and the message, by default the usual one."""
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]


@dataclass
class Field:
    """Say how to check one field, and its value where it is missing."""

    check: Callable[[Any], Any]
    default: Any = REQUIRED
    repeated: bool = False  # a query parameter that is a list


def validate(
    document: Any, fields: dict[str, Field], partial: bool = False
) -> dict[str, Any]:
    """Return the checked fields, or report all faults at once."""
    if not isinstance(document, dict):
        raise invalid([("", Fault("type"))])
    values: dict[str, Any] = {}
    faults: list[tuple[str, Fault]] = []
    for name, field in fields.items():
        try:
            if name in document:
                values[name] = field.check(document[name])
            elif field.default is not REQUIRED and not partial:
                values[name] = field.default
            elif not partial:
                raise Fault("required")
        except Fault as fault:
            faults.append((name, fault))
    unknown = [name for name in document if name not in fields]
    faults += [(name, Fault("unknown")) for name in unknown]
    if faults:
        raise invalid(faults)
    return values


def validate_query(
    query: list[tuple[str, str]], fields: dict[str, Field]
) -> dict[str, Any]:
    """Return the checked query parameters; unknown ones are ignored."""
    known: dict[str, Any] = {}
    for name, value in query:
        if name in fields and fields[name].repeated:
            known.setdefault(name, []).append(value)
        elif name in fields:
            known[name] = value
    return validate(known, fields)


def invalid(faults: list[tuple[str, Fault]]) -> Problem:
    """Make the problem that lists faults by field and code."""
    errors = [
        {"field": field, "code": fault.code, "message": fault.message}
        for field, fault in faults
    ]
    return Problem(422, "Some fields are not valid.", errors=errors)


def text(value: Any) -> str:
    """Check for a string without NUL."""
    if not isinstance(value, str):
        raise Fault("type")
    if "\0" in value:
        raise Fault("invalid")
    return value


def sized(value: str, low: int, high: int) -> str:
    """Check the length in code points."""
    if len(value) < low:
        raise Fault("too_short")
    if len(value) > high:
        raise Fault("too_long")
    return value


def number_to(high: int) -> Callable[[str], int]:
    """Make the check of a number from 1 to high in a query."""

    def check(value: str) -> int:
        """Check one."""
        if not re.fullmatch("[0-9]+", value):
            raise Fault("type")
        if len(value) > 19 or int(value) > high:  # int() takes 4,300 digits
            raise Fault("too_large")
        if int(value) < 1:
            raise Fault("too_small")
        return int(value)

    return check


def one_of(*choices: str) -> Callable[[str], str]:
    """Make the check of a parameter that has a few values."""

    def check(value: str) -> str:
        """Check one."""
        if value not in choices:
            raise Fault("invalid")
        return value

    return check

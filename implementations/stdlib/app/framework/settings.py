"""Settings from environment variables, all checked at the start."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import field, fields
from typing import Any


def setting(
    parse: Callable[[str], Any], default: str, secret: bool = False
) -> Any:
    """Declare a field that is read from the variable of its name.

    `parse` raises a ValueError that says what is accepted.
    """
    metadata = {"parse": parse, "default": default, "secret": secret}
    return field(metadata=metadata)


def read_settings(kind: type, environ: Mapping[str, str]) -> Any:
    """Parse the environment, or exit with a line per bad variable."""
    values, faults = {}, []
    for one in fields(kind):
        name = one.name.upper()
        text = environ.get(name) or one.metadata["default"]
        try:
            values[one.name] = one.metadata["parse"](text)
        except ValueError as accepted:
            value = "the value" if one.metadata["secret"] else repr(text)
            faults.append(f"{name}: {value} is not {accepted}")
    if faults:
        print("\n".join(faults), file=sys.stderr)
        raise SystemExit(2)
    return kind(**values)


def integer(low: int, high: int) -> Callable[[str], int]:
    """Accept the integers from low to high."""

    def parse(text: str) -> int:
        """Parse one of them."""
        digits = re.fullmatch("[0-9]{1,18}", text)
        if not digits or not low <= int(text) <= high:
            raise ValueError(f"an integer from {low} to {high}")
        return int(text)

    return parse


def choice(*texts: str) -> Callable[[str], str]:
    """Accept one of a few texts."""

    def parse(text: str) -> str:
        """Parse one of them."""
        if text not in texts:
            raise ValueError("one of " + ", ".join(texts))
        return text

    return parse


def boolean(text: str) -> bool:
    """Parse 0 or 1."""
    if text not in ("0", "1"):
        raise ValueError("0 or 1")
    return text == "1"


def items(pattern: str, accepted: str) -> Callable[[str], list[str]]:
    """Accept a list with commas, whose items have a pattern."""

    def parse(text: str) -> list[str]:
        """Parse one."""
        found = [item.strip() for item in text.split(",") if item.strip()]
        if not all(re.fullmatch(pattern, item) for item in found):
            raise ValueError(f"{accepted}, separated by commas")
        return found

    return parse

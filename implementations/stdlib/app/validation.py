"""The rules for fields and query parameters."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.accounts import is_common_password
from app.errors import Problem

MESSAGES = {
    "required": "This field is required.",
    "type": "This is not of the right type.",
    "too_short": "This is too short.",
    "too_long": "This is too long.",
    "too_many": "These are too many.",
    "too_small": "This is too small.",
    "too_large": "This is too large.",
    "invalid": "This is not a valid value.",
    "unknown": "There is no such field.",
    "common": "This password is too easy to guess.",
}
REQUIRED = object()


class Fault(Exception):
    """Say what is wrong with one field; its argument is the code."""


@dataclass
class Field:
    """Say how to check one field, and what stands in if it is missing."""

    check: Callable[[Any], Any]
    default: Any = REQUIRED


def validate(
    document: Any, fields: dict[str, Field], partial: bool = False
) -> dict[str, Any]:
    """Return the checked fields, or report all faults at once."""
    if not isinstance(document, dict):
        raise invalid([("", "type")])
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for name, field in fields.items():
        try:
            if name in document:
                values[name] = field.check(document[name])
            elif field.default is not REQUIRED and not partial:
                values[name] = field.default
            elif not partial:
                raise Fault("required")
        except Fault as fault:
            faults.append((name, str(fault)))
    faults += [(name, "unknown") for name in document if name not in fields]
    if faults:
        raise invalid(faults)
    return values


def invalid(faults: list[tuple[str, str]]) -> Problem:
    """Make the problem that lists faults by field and code."""
    errors = [
        {"field": field, "code": code, "message": MESSAGES[code]}
        for field, code in faults
    ]
    return Problem(422, "Some fields are not valid.", errors=errors)


def text(value: Any) -> str:
    """Check for a string without NUL, which databases cannot all keep."""
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


def username(value: Any) -> str:
    """Check the name of a new account."""
    name = sized(text(value), 3, 30)
    if not re.fullmatch("[a-z0-9_]+", name):
        raise Fault("invalid")
    return name


def password_of(name: Any) -> Callable[[Any], str]:
    """Make the check of a new password, which is kept exactly as sent."""

    def check(value: Any) -> str:
        """Check one."""
        password = sized(text(value), 8, 128)
        if is_common_password(password) or password.casefold() == name:
            raise Fault("common")
        return password

    return check


def url(value: Any) -> str:
    """Check the address of a bookmark, which is kept exactly as sent."""
    address = sized(text(value), 1, 2000)
    if re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address):
        raise Fault("invalid")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # raises for a bad port
    except ValueError as error:
        raise Fault("invalid") from error
    # A user name before the host only serves to deceive.
    if (
        parts.scheme not in ("http", "https")
        or not host
        or ("@" in parts.netloc)
    ):
        raise Fault("invalid")
    return address


def title(value: Any) -> str:
    """Check a title and trim it."""
    return sized(text(value).strip(), 1, 300)


def notes(value: Any) -> str:
    """Check the notes."""
    return sized(text(value), 0, 1000)


def tag(value: Any) -> str:
    """Check a tag and bring it into its one spelling."""
    name = sized(text(value).strip().casefold(), 1, 50)
    if "," in name:
        raise Fault("invalid")
    return name


def tags(value: Any) -> list[str]:
    """Check a list of tags, drop duplicates and sort."""
    if not isinstance(value, list):
        raise Fault("type")
    if len(value) > 20:
        raise Fault("too_many")
    return sorted({tag(item) for item in value})


def whole_number(high: int) -> Callable[[str], int]:
    """Make the check of a number from 1 to high in a query."""

    def check(value: str) -> int:
        """Check one, which may have zeros before it."""
        if not re.fullmatch("[0-9]+", value):
            raise Fault("type")
        digits = value.lstrip("0")
        if not digits:
            raise Fault("too_small")
        if len(digits) > 10 or int(digits) > high:
            raise Fault("too_large")
        return int(digits)

    return check


def tag_filter(values: list[str]) -> list[str]:
    """Check the tags that a query asks for; empty ones ask for nothing."""
    return tags([value for value in values if value])


def phrase(value: str) -> str:
    """Check the text that a query searches for."""
    return sized(text(value), 0, 200)


def sort(value: str) -> str:
    """Check the order that a query asks for."""
    if value not in ORDERS:
        raise Fault("invalid")
    return value


def export_format(value: str) -> str:
    """Check the form of file that a query asks for."""
    if value not in ("html", "ndjson"):
        raise Fault("invalid")
    return value


ORDERS = ("created_at", "-created_at", "updated_at", "-updated_at")

SIGN_IN = {"username": Field(text), "password": Field(text)}
BOOKMARK = {
    "url": Field(url),
    "title": Field(title),
    "notes": Field(notes, ""),
    "tags": Field(tags, []),
}
PAGE = {
    "page": Field(whole_number(1_000_000_000), 1),
    "per_page": Field(whole_number(100), 20),
}
BOOKMARK_PAGE = {
    **PAGE,
    "tag": Field(tag_filter, []),
    "q": Field(phrase, ""),
    "sort": Field(sort, "-created_at"),
}

HOME = {name: BOOKMARK_PAGE[name] for name in ("page", "tag", "q")}
EXPORT = {"format": Field(export_format, "html")}


def validate_query(
    query: list[tuple[str, str]], fields: dict[str, Field]
) -> dict[str, Any]:
    """Return the checked query parameters; unknown ones are ignored."""
    known = {name: value for name, value in query if name in fields}
    if "tag" in known:  # the one that may be repeated
        known["tag"] = [value for name, value in query if name == "tag"]
    return validate(known, fields)


def validate_registration(document: Any) -> dict[str, Any]:
    """Return the checked name and password of a new account."""
    name = document.get("username") if isinstance(document, dict) else None
    fields = {
        "username": Field(username),
        "password": Field(password_of(name)),
    }
    return validate(document, fields)


def validate_password_change(document: Any, name: str) -> dict[str, Any]:
    """Return the current password and the checked new one."""
    fields = {
        "current_password": Field(text),
        "new_password": Field(password_of(name)),
    }
    return validate(document, fields)

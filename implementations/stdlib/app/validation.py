"""The rules for fields and query parameters."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from app.accounts import is_common_password
from app.framework.validation import (
    Fault,
    Field,
    number_to,
    one_of,
    sized,
    text,
    validate,
)
from app.search import fold


def username(value: Any) -> str:
    """Check the name of a new user."""
    name = sized(text(value), 3, 30)
    if not re.fullmatch("[a-z0-9_]+", name):
        raise Fault("invalid")
    return name


def password_of(name: Any) -> Callable[[Any], str]:
    """Make the check of a new password, which is kept exactly as sent."""

    def check(value: Any) -> str:
        """Check one."""
        password = sized(text(value), 8, 128)
        if "\ufffd" in password:  # which stands for what was not UTF-8
            raise Fault("invalid")
        if is_common_password(password) or password.casefold() == name:
            raise Fault("common", "This password is too easy to guess.")
        return password

    return check


def url(value: Any) -> str:
    """Check the URL of a bookmark, which is kept exactly as sent."""
    address = sized(text(value), 1, 2000)
    if re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address):
        raise Fault("invalid")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # raises for a bad port
    except ValueError as error:
        raise Fault("invalid") from error
    # user:password@ is used for phishing.
    is_web = parts.scheme in ("http", "https")
    if not is_web or not host or "@" in parts.netloc:
        raise Fault("invalid")
    return address


def title(value: Any) -> str:
    """Check a title and trim it."""
    return sized(text(value).strip(), 1, 300)


def notes(value: Any) -> str:
    """Check the notes."""
    return sized(text(value), 0, 1000)


def tag(value: Any) -> str:
    """Check a tag, trim and fold it."""
    name = sized(fold(text(value).strip()), 1, 50)
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


def tag_filter(values: list[str]) -> list[str]:
    """Check the tags of a query; empty ones are as if not given."""
    return tags([value for value in values if value])


def phrase(value: str) -> str:
    """Check the text that a query searches for."""
    return sized(text(value), 0, 200)


SIGN_IN = {"username": Field(text), "password": Field(text)}
BOOKMARK = {
    "url": Field(url),
    "title": Field(title),
    "notes": Field(notes, ""),
    "tags": Field(tags, []),
}
PAGE_QUERY = {
    "page": Field(number_to(1_000_000_000), 1),
    "per_page": Field(number_to(100), 20),
}
ORDERS = ("created_at", "-created_at", "updated_at", "-updated_at")
BOOKMARK_QUERY = {
    **PAGE_QUERY,
    "tag": Field(tag_filter, [], repeated=True),
    "q": Field(phrase, ""),
    "sort": Field(one_of(*ORDERS), "-created_at"),
}
HOME_QUERY = {name: BOOKMARK_QUERY[name] for name in ("page", "tag", "q")}
EXPORT_QUERY = {"format": Field(one_of("html", "ndjson"), "html")}


def validate_registration(document: Any) -> dict[str, Any]:
    """Return the checked username and password of a new user."""
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

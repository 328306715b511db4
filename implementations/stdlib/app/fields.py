"""The fields of the forms, and what they hold."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.framework.fields import Input

BOOKMARK_FORM = [
    Input("url", "URL", "url", required=True),
    Input("title", "Title", required=True),
    Input("tags", "Tags", help="Up to 20, separated by commas"),
    Input("notes", "Notes", "textarea"),
]
NAME = Input("username", "Username", required=True, autocomplete="username")
PASSWORD = Input("password", "Password", "password", required=True)
LOGIN_FORM = [NAME, replace(PASSWORD, autocomplete="current-password")]
REGISTER_FORM = [
    replace(NAME, help="3 to 30 characters: a–z, 0–9 and _"),
    replace(
        PASSWORD, autocomplete="new-password", help="At least 8 characters"
    ),
]
IMPORT_FORM = [
    Input(
        "file",
        "Bookmark file",
        "file",
        required=True,
        help="An HTML file exported by Firefox, Chrome, Safari or Edge",
    )
]


def account_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Take the username and the password from a form."""
    return {name: form.get(name, "") for name in ("username", "password")}


def bookmark_fields(form: Mapping[str, str]) -> dict[str, Any]:
    """Take a bookmark from a form, in which the tags are one text."""
    return {
        "url": form.get("url", ""),
        "title": form.get("title", ""),
        "notes": form.get("notes", "").replace("\r\n", "\n"),
        "tags": [t for t in form.get("tags", "").split(",") if t.strip()],
    }

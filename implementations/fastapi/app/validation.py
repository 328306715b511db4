"""The rules for fields and query parameters."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from app.accounts import is_common_password
from app.search import fold
from app.sessions import FormText, NextPath

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
    "common": "This password is too easy to guess.",
}
CODES = {  # by pydantic's names for faults; all others are "invalid"
    "missing": "required",
    "model_type": "type",
    "model_attributes_type": "type",
    "string_type": "type",
    "list_type": "type",
    "int_parsing": "type",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "too_many": "too_many",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "int_parsing_size": "too_large",
    "extra_forbidden": "unknown",
    "common": "common",
}


def list_faults(errors: Sequence[Any], skip: int = 0) -> list[dict[str, str]]:
    """List faults by field and code, one for each field."""
    found: dict[str, dict[str, str]] = {}
    for error in errors:
        # json_invalid is at a position, everything else in a field.
        place = [part for part in error["loc"][skip:] if isinstance(part, str)]
        field = place[0] if place else ""
        code = CODES.get(error["type"], "invalid")
        own = error["type"] == code  # raised here, not by pydantic
        message = error["msg"] if own else MESSAGES[code]
        fault = {"field": field, "code": code, "message": message}
        found.setdefault(field, fault)
    return list(found.values())


def uncommon(password: str, info: ValidationInfo) -> str:
    """Check that a new password is readable, not common, not the username."""
    if "\ufffd" in password:  # which stands for what was not UTF-8
        raise ValueError
    name = info.data.get("username")
    if is_common_password(password) or password.casefold() == name:
        raise PydanticCustomError("common", MESSAGES["common"])
    return password


def url(address: str) -> str:
    """Check the URL of a bookmark, which is kept exactly as sent."""
    parts = urlsplit(address)
    host, _ = parts.hostname, parts.port  # raises for a bad port
    if (
        re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address)
        or parts.scheme not in ("http", "https")
        or not host
        or "@" in parts.netloc  # user:password@ is used for phishing
    ):
        raise ValueError
    return address


def trim(value: Any) -> Any:
    """Trim as Python does; pydantic knows fewer kinds of white space."""
    return value.strip() if isinstance(value, str) else value


def fold_tag(value: Any) -> Any:
    """Trim a tag and fold it."""
    return fold(value.strip()) if isinstance(value, str) else value


def unique(names: list[str]) -> list[str]:
    """Drop duplicates and sort."""
    return sorted(set(names))


def given(names: list[str]) -> list[str]:
    """Drop the empty tags of a query, which ask for nothing."""
    return [name for name in names if name]


def numbers(text: str) -> str:
    """Ignore what is no number and no list of numbers."""
    return text if re.fullmatch("[0-9,]{1,200}", text) else ""


# Without NUL, which databases cannot all keep.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Username = Annotated[str, Field(pattern="^[a-z0-9_]{3,30}$")]
Password = Annotated[
    Text, Field(min_length=8, max_length=128), AfterValidator(uncommon)
]
Url = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(url)]
Title = Annotated[
    Text, Field(min_length=1, max_length=300), BeforeValidator(trim)
]
Notes = Annotated[Text, Field(max_length=1000)]
Tag = Annotated[
    str,
    Field(min_length=1, max_length=50, pattern=r"^[^\x00,]*$"),
    BeforeValidator(fold_tag),
]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(unique)]
PageNumber = Annotated[int, Field(ge=1, le=1_000_000_000)]
TagFilter = Annotated[Tags, BeforeValidator(given)]
Phrase = Annotated[Text, Field(max_length=200)]
Numbers = Annotated[str, AfterValidator(numbers)]
ExportFormat = Literal["html", "ndjson"]


class Fields(BaseModel):
    """The fields of a body: nothing is converted, nothing is ignored."""

    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True
    )


class SignIn(Fields):
    """A username and a password, which are compared and not validated."""

    username: Text
    password: Text


class Registration(Fields):
    """The username and the password of a new user."""

    username: Username
    password: Password


class PasswordChange(Fields):
    """The current password and a new one."""

    current_password: Text
    new_password: Password


class BookmarkFields(Fields):
    """All fields of a bookmark."""

    url: Url
    title: Title
    notes: Notes = ""
    tags: Tags = []


class BookmarkChanges(Fields):
    """Those fields of a bookmark that are named."""

    url: Url | MISSING = MISSING
    title: Title | MISSING = MISSING
    notes: Notes | MISSING = MISSING
    tags: Tags | MISSING = MISSING


class PageQuery(BaseModel):
    """The query parameters of a list."""

    page: PageNumber = 1
    per_page: int = Field(20, ge=1, le=100)


class HomeQuery(BaseModel):
    """The query parameters of the page of bookmarks."""

    page: PageNumber = 1
    tag: TagFilter = []
    q: Phrase = ""


class BookmarkQuery(PageQuery, HomeQuery):
    """The query parameters of the list of bookmarks."""

    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = (
        "-created_at"
    )


class ImportQuery(BaseModel):
    """The query parameters of the page after an import."""

    created: Numbers = ""
    skipped: Numbers = ""
    invalid: Numbers = ""
    repeated: Numbers = ""
    existing: Numbers = ""


class LoginForm(BaseModel):
    """The form to sign in or up, before its fields are validated."""

    username: FormText = ""
    password: FormText = ""
    next: NextPath = "/"


class BookmarkForm(BaseModel):
    """The form of a bookmark, before its fields are validated."""

    url: FormText = ""
    title: FormText = ""
    tags: FormText = ""
    notes: FormText = ""
    next: NextPath = "/"

    def validated(self) -> dict[str, Any]:
        """Return the fields of the bookmark, if they are valid."""
        fields = BookmarkFields(
            url=self.url,
            title=self.title,
            tags=[tag for tag in self.tags.split(",") if tag.strip()],
            notes=self.notes.replace("\r\n", "\n"),
        )
        return fields.model_dump()


def require_other_than(password: str, name: str) -> None:
    """Refuse a new password that is the name of its user."""
    if password.casefold() == name:
        loc, message = ("body", "new_password"), MESSAGES["common"]
        error = {"loc": loc, "type": "common", "msg": message}
        raise RequestValidationError([error])


def messages(
    error: ValidationError | RequestValidationError, skip: int = 0
) -> dict[str, str]:
    """Return the message for each field that is not valid."""
    faults = list_faults(error.errors(), skip)
    return {fault["field"]: fault["message"] for fault in faults}

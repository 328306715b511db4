"""The rules for fields and query parameters."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from app.accounts import is_common_password

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
CODES = {  # by pydantic's names for the faults that it finds itself
    "missing": "required",
    "model_type": "type",
    "model_attributes_type": "type",
    "string_type": "type",
    "list_type": "type",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "int_parsing_size": "too_large",
    "string_pattern_mismatch": "invalid",
    "literal_error": "invalid",
    "string_unicode": "invalid",
    "value_error": "invalid",
    "extra_forbidden": "unknown",
}


def uncommon(password: str, info: ValidationInfo) -> str:
    """Check that a new password is neither common nor the name."""
    name = info.data.get("username")
    if is_common_password(password) or password.casefold() == name:
        raise PydanticCustomError("common", MESSAGES["common"])
    return password


def url(address: str) -> str:
    """Check the address of a bookmark, which is kept exactly as sent."""
    parts = urlsplit(address)
    host, _ = parts.hostname, parts.port  # raises for a bad port
    if (
        re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address)
        or parts.scheme not in ("http", "https")
        or not host
        or "@" in parts.netloc  # a user name there only serves to deceive
    ):
        raise ValueError
    return address


def trim(value: Any) -> Any:
    """Trim as Python does; pydantic knows fewer kinds of white space."""
    return value.strip() if isinstance(value, str) else value


def fold_tag(value: Any) -> Any:
    """Bring a tag into its one spelling."""
    return trim(value).casefold() if isinstance(value, str) else value


def unique(names: list[str]) -> list[str]:
    """Drop duplicates and sort."""
    return sorted(set(names))


def given(names: list[str]) -> list[str]:
    """Drop the empty tags of a query, which ask for nothing."""
    return [name for name in names if name]


def digits(value: str) -> str:
    """Check for digits, for int takes more than these."""
    if not re.fullmatch("[0-9]+", value):
        raise PydanticCustomError("type", MESSAGES["type"])
    return value


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
Number = Annotated[int, Field(ge=1), BeforeValidator(digits)]
PageNumber = Annotated[Number, Field(le=1_000_000_000)]
TagFilter = Annotated[Tags, BeforeValidator(given)]
Phrase = Annotated[Text, Field(max_length=200)]
ExportFormat = Literal["html", "ndjson"]


class Fields(BaseModel):
    """The fields of a body: nothing is converted, nothing is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid")


class SignIn(Fields):
    """A name and a password, which are compared and not judged."""

    username: Text
    password: Text


class Registration(Fields):
    """The name and the password of a new account."""

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


class Page(BaseModel):
    """The query parameters of a list."""

    page: PageNumber = 1
    per_page: Annotated[Number, Field(le=100)] = 20


class BookmarkPage(Page):
    """The query parameters of the list of bookmarks."""

    tag: TagFilter = []
    q: Phrase = ""
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = (
        "-created_at"
    )


class HomePage(BaseModel):
    """The query parameters of the page of bookmarks."""

    page: PageNumber = 1
    tag: TagFilter = []
    q: Phrase = ""
    per_page: ClassVar = 20


def require_other_than(password: str, name: str) -> None:
    """Refuse a new password that is the name of its account."""
    if password.casefold() == name:
        fault = {"loc": ("body", "new_password"), "type": "common"}
        raise RequestValidationError([fault])


def list_faults(errors: Sequence[Any]) -> list[dict[str, str]]:
    """List one fault for each field, in the codes of this API."""
    faults: dict[str, str] = {}
    for error in errors:
        field = error["loc"][0] if error["loc"] else ""
        faults.setdefault(field, CODES.get(error["type"], error["type"]))
    return [
        {"field": field, "code": code, "message": MESSAGES[code]}
        for field, code in faults.items()
    ]

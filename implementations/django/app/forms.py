"""The rules for fields and query parameters."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict

from app.errors import Problem
from app.models import User

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
CODES = {  # where Django has another word
    "min_length": "too_short",
    "max_length": "too_long",
    "min_value": "too_small",
    "max_value": "too_large",
    "null_characters_not_allowed": "invalid",
}
NULL = object()  # a form takes None for what is missing


def validate(
    document: Any, form: type[forms.Form], partial: bool = False, **more: Any
) -> dict[str, Any]:
    """Return the checked fields, or report all faults at once."""
    if not isinstance(document, dict):
        raise invalid([("", "type")])
    filled = form(
        {name: NULL if v is None else v for name, v in document.items()},
        **more,
    )
    if partial:
        for name in filled.fields.keys() - document.keys():
            del filled.fields[name]
    unknown = [(n, "unknown") for n in document if n not in form.base_fields]
    return cleaned(filled, unknown)


def cleaned(form: forms.Form, faults: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what a form holds, or report its faults before the others."""
    found = [
        (name, CODES.get(errors[0].code, errors[0].code))
        for name, errors in form.errors.as_data().items()
    ]
    if found or faults:
        raise invalid(found + faults)
    return form.cleaned_data


def invalid(faults: list[tuple[str, str]]) -> Problem:
    """Make the problem that lists faults by field and code."""
    errors = [
        {"field": field, "code": code, "message": MESSAGES[code]}
        for field, code in faults
    ]
    return Problem(422, "Some fields are not valid.", errors=errors)


def fault(code: str) -> ValidationError:
    """Make the error of one field."""
    return ValidationError(MESSAGES[code], code=code)


class Given:
    """A field that tells an empty value from a missing one."""

    empty_values = (None,)
    default_error_messages = {
        **MESSAGES,
        **{ours: MESSAGES[code] for ours, code in CODES.items()},
    }

    def clean(self, value: Any) -> Any:
        """Return the checked value, or the initial one where it is missing."""
        if value is not None:
            return super().clean(value)
        self.validate(value)
        return self.initial


class Text(Given, forms.CharField):
    """A string; Django's own field makes one of a number."""

    def to_python(self, value: Any) -> str:
        """Check the type."""
        if not isinstance(value, str):
            raise fault("type")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave the lengths to the server, which says what is wrong."""
        return {}


class Lines(Text):
    """A string of several lines, as a browser sends them."""

    # Without a size of its own, which Django would give it.
    widget = forms.Textarea(attrs={"cols": False, "rows": False})

    def to_python(self, value: Any) -> str:
        """Bring line breaks into their one form."""
        return super().to_python(value).replace("\r\n", "\n")


class Tag(Text):
    """A tag."""

    def to_python(self, value: Any) -> str:
        """Bring a tag into its one spelling."""
        return super().to_python(value).casefold()


class Tags(Given, forms.Field):
    """A list of tags, without duplicates and sorted."""

    widget = forms.SelectMultiple
    tag = Tag(
        min_length=1,
        max_length=50,
        validators=[RegexValidator(",", inverse_match=True)],
    )

    def to_python(self, value: Any) -> list[str]:
        """Check the list and each tag in it."""
        if not isinstance(value, list) or None in value:
            raise fault("type")
        if len(value) > 20:
            raise fault("too_many")
        return sorted({self.tag.clean(item) for item in value})


class TagWords(Tags):
    """Tags in one line, with commas between."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> str:
        """Write the tags of a bookmark; what was sent stays as it was."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: str) -> list[str]:
        """Take the line apart."""
        tags = [tag for tag in value.split(",") if tag.strip()]
        return super().to_python(tags)


class TagFilter(Tags):
    """The tags that a query asks for; empty ones ask for nothing."""

    def to_python(self, value: list[str]) -> list[str]:
        """Leave out the empty ones."""
        return super().to_python([tag for tag in value if tag])


class WholeNumber(Given, forms.IntegerField):
    """A number in ASCII digits; Django's own field takes more spellings."""

    def to_python(self, value: str) -> int:
        """Check the spelling."""
        if not re.fullmatch("[0-9]+", value):
            raise fault("type")
        if len(value) > 18:
            raise fault("too_large")
        return int(value)


def validate_url(address: str) -> None:
    """Check the address of a bookmark, which is kept exactly as sent."""
    if re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address):
        raise fault("invalid")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # raises for a bad port
    except ValueError as error:
        raise fault("invalid") from error
    # A user name before the host only serves to deceive.
    if (
        parts.scheme not in ("http", "https")
        or not host
        or ("@" in parts.netloc)
    ):
        raise fault("invalid")


class Form(forms.Form):
    """A form whose fields have their names for ids."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Fill in the form."""
        super().__init__(*arguments, auto_id="%s", **options)


class SignInForm(Form):
    """A name and a password, whatever they are."""

    username = Text(
        label="Name",
        strip=False,
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = Text(
        label="Password",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class RegistrationForm(Form):
    """The name and the password of a new account."""

    username = Text(
        label="Name",
        help_text="3 to 30 of a–z, 0–9 and _",
        strip=False,
        min_length=3,
        max_length=30,
        validators=[RegexValidator(r"\A[a-z0-9_]*\Z")],
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = Text(
        label="Password",
        help_text="At least 8 characters",
        strip=False,
        min_length=8,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse a password that is easy to guess."""
        password = self.cleaned_data["password"]
        validate_password(password, User(username=self.data.get("username")))
        return password


class PasswordChangeForm(Form):
    """The password of an account, and the one to put in its place."""

    current_password = Text(strip=False)
    new_password = Text(strip=False, min_length=8, max_length=128)

    def __init__(self, *arguments: Any, user: User) -> None:
        """Remember whose password it is."""
        super().__init__(*arguments)
        self.user = user

    def clean_new_password(self) -> str:
        """Refuse a password that is easy to guess."""
        password = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password


class BookmarkForm(Form):
    """The fields of a bookmark."""

    url = Text(
        label="Address",
        strip=False,
        min_length=1,
        max_length=2000,
        validators=[validate_url],
        widget=forms.URLInput,
    )
    title = Text(label="Title", min_length=1, max_length=300)
    notes = Text(strip=False, required=False, max_length=1000, initial="")
    tags = Tags(required=False, initial=[])


class BookmarkPageForm(BookmarkForm):
    """The fields of a bookmark, as people fill them in."""

    tags = TagWords(
        label="Tags",
        help_text="Words with commas between, 20 at most",
        required=False,
        initial=[],
    )
    notes = Lines(
        label="Notes",
        strip=False,
        required=False,
        max_length=1000,
        initial="",
    )
    field_order = ["url", "title", "tags", "notes"]


class ImportForm(Form):
    """A bookmark file."""

    file = forms.FileField(
        label="Bookmark file",
        help_text="The HTML file that Firefox, Chrome, Safari or Edge exports",
        widget=forms.FileInput,
    )


class PageQuery(forms.Form):
    """Which page of a list to show."""

    page = WholeNumber(
        required=False, min_value=1, max_value=1_000_000_000, initial=1
    )
    per_page = WholeNumber(
        required=False, min_value=1, max_value=100, initial=20
    )


class BookmarkPageQuery(PageQuery):
    """Which bookmarks to show, and in which order."""

    tag = TagFilter(required=False)
    q = Text(strip=False, required=False, max_length=200, initial="")
    sort = Text(
        strip=False,
        required=False,
        initial="-created_at",
        validators=[RegexValidator(r"\A-?(created|updated)_at\Z")],
    )


class HomeQuery(BookmarkPageQuery):
    """Which bookmarks a person wants to see."""

    per_page = None
    sort = None


class ExportQuery(forms.Form):
    """Which kind of file to write."""

    format = Text(
        strip=False,
        required=False,
        initial="html",
        validators=[RegexValidator(r"\A(html|ndjson)\Z")],
    )


def validate_query(query: QueryDict, form: type[forms.Form]) -> dict[str, Any]:
    """Return the checked query parameters; unknown ones are ignored."""
    return cleaned(form(query), [])

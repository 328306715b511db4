"""The rules for fields and query parameters, as forms."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from app.bookmark_file import (
    BookmarkFile,
    NotABookmarkFile,
    TooManyEntries,
    read_bookmarks,
)
from app.models import Bookmark, User, validate_username
from app.search import fold
from app.tags import replace_tags

# U+FFFD stands for what was not UTF-8.
validate_text = RegexValidator("\ufffd", inverse_match=True)
ORDERS = ["created_at", "-created_at", "updated_at", "-updated_at"]


def validate_url(address: str) -> None:
    """Check the URL of a bookmark, which is kept exactly as sent."""
    fault = ValidationError("Enter an http or https URL.", code="invalid")
    if re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address):
        raise fault
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # raises for a bad port
    except ValueError as error:
        raise fault from error
    # user:password@ is used for phishing.
    is_web = parts.scheme in ("http", "https")
    if not is_web or not host or "@" in parts.netloc:
        raise fault


class TagsField(forms.Field):
    """Tags: a list, or one line with commas between them."""

    widget = forms.TextInput
    tag = forms.CharField(
        max_length=50, validators=[RegexValidator(",", inverse_match=True)]
    )

    def prepare_value(self, value: Any) -> Any:
        """Write a list in one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: str | list[str] | None) -> list[str]:
        """Return the tags trimmed, folded, without duplicates and sorted."""
        if isinstance(value, str):
            value = [tag for tag in value.split(",") if tag.strip()]
        tags = value or []
        if len(tags) > 20:
            raise ValidationError("Use up to 20 tags.", code="too_many")
        return sorted({self.tag.clean(fold(tag)) for tag in tags})


class TagFilterField(TagsField):
    """The tags that a query asks for; empty ones ask for nothing."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[str]:
        """Leave out the empty ones."""
        return super().to_python([tag for tag in value or [] if tag])


class LinesField(forms.CharField):
    """Lines of text, whose ends a browser sends as CR LF."""

    widget = forms.Textarea

    def to_python(self, value: str | None) -> str:
        """Bring the ends of lines into the form that is stored."""
        return super().to_python(value).replace("\r\n", "\n")


class BookmarkForm(forms.ModelForm):
    """The fields of a bookmark."""

    url = forms.CharField(
        label="URL",
        strip=False,
        max_length=2000,
        validators=[validate_url],
        widget=forms.URLInput,
    )
    tags = TagsField(help_text="Up to 20, separated by commas", required=False)
    notes = forms.CharField(strip=False, max_length=1000, required=False)

    field_order = ["url", "title", "tags", "notes"]

    class Meta:
        model = Bookmark
        fields = ["url", "title", "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the tags, which are rows of their own."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tags"] = self.instance.tag_names

    def is_taken(self) -> bool:
        """Tell whether another bookmark has the URL; the user is locked."""
        others = self.instance.user.bookmarks.exclude(pk=self.instance.pk)
        return others.filter(url=self.cleaned_data["url"]).exists()

    def save(self, commit: bool = True) -> Bookmark:
        """Store what differs, if anything does."""
        if not self.has_changed():
            return self.instance
        bookmark = super().save(commit)
        replace_tags(bookmark, self.cleaned_data["tags"])
        return bookmark


class BookmarkPageForm(BookmarkForm):
    """The fields of a bookmark, as people fill them in."""

    notes = LinesField(strip=False, max_length=1000, required=False)


class SignInForm(forms.Form):
    """A username and a password, which are compared and not validated."""

    username = forms.CharField(strip=False, required=False)
    password = forms.CharField(strip=False, required=False)


class SignInPageForm(AuthenticationForm):
    """Django's form to sign in, with the words of this service."""

    error_messages = {"invalid_login": "The username or password is wrong."}


class RegistrationForm(forms.Form):
    """The username and the password of a new user."""

    username = forms.CharField(
        help_text="3 to 30 characters: a–z, 0–9 and _",
        strip=False,
        validators=[validate_username],
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        help_text="At least 8 characters",
        strip=False,
        max_length=128,
        validators=[validate_text],
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse a password that is easy to guess."""
        password = self.cleaned_data["password"]
        user = User(username=self.cleaned_data.get("username", ""))
        validate_password(password, user)
        return password


class PasswordChangeForm(forms.Form):
    """The current password and a new one."""

    current_password = forms.CharField(strip=False, required=False)
    new_password = forms.CharField(
        strip=False, max_length=128, validators=[validate_text]
    )

    def __init__(self, *args: Any, user: User) -> None:
        """Remember whose password it is."""
        super().__init__(*args)
        self.user = user

    def clean_new_password(self) -> str:
        """Refuse a password that is easy to guess."""
        password = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password


class ImportForm(forms.Form):
    """A bookmark file."""

    file = forms.FileField(
        label="Bookmark file",
        help_text="An HTML file exported by Firefox, Chrome, Safari or Edge",
    )

    def clean_file(self) -> BookmarkFile:
        """Read the entries of the file."""
        file, most = self.cleaned_data["file"], settings.MAX_IMPORT_ENTRIES
        try:
            return read_bookmarks(file, most)
        except (UnicodeDecodeError, NotABookmarkFile) as error:
            message = "This is not a bookmark file."
            raise ValidationError(message, code="invalid") from error
        except TooManyEntries as error:
            message = f"The file has more than {most} entries."
            raise ValidationError(message, code="too_many") from error


class PageQuery(forms.Form):
    """The query parameters of a list."""

    page = forms.IntegerField(min_value=1, max_value=10**9, initial=1)
    per_page = forms.IntegerField(min_value=1, max_value=100, initial=20)


class BookmarkQuery(PageQuery):
    """The query parameters of the list of bookmarks."""

    tag = TagFilterField(required=False)
    q = forms.CharField(strip=False, max_length=200, required=False)
    sort = forms.ChoiceField(
        choices=[(name, name) for name in ORDERS], initial="-created_at"
    )


class HomeQuery(BookmarkQuery):
    """The query parameters of the page of bookmarks."""

    per_page = None
    sort = None


class ExportQuery(forms.Form):
    """The query parameters of an export."""

    format = forms.ChoiceField(
        choices=[("html", "html"), ("ndjson", "ndjson")], initial="html"
    )

"""Forms for JSON: what a form would convert silently; and the errors."""

from typing import Any

from django import forms
from django.http import QueryDict

from app.errors import Problem
from app.forms import TagsField

# Django's words for what is wrong, and those of the API.
CODES = {
    "required": "too_short",  # it is there, but empty
    "min_length": "too_short",
    "max_length": "too_long",
    "min_value": "too_small",
    "max_value": "too_large",
    "null_characters_not_allowed": "invalid",
    "password_too_short": "too_short",
    "password_too_common": "common",
    "password_too_similar": "common",
    "empty": "invalid",
}
MESSAGES = {
    "required": "This field is required.",
    "type": "This is not of the right type.",
    "unknown": "There is no such field.",
}


def validate(
    form_class: type[forms.Form],
    document: Any,
    defaults: dict[str, Any] | None = None,
    **options: Any,
) -> forms.Form:
    """Return the valid form of a document, or report all faults at once."""
    if not isinstance(document, dict):
        raise invalid({"": "type"})
    document = {**(defaults or {}), **document}
    faults = check_fields(form_class.base_fields, document)
    values = {n: v for n, v in document.items() if n not in faults}
    form = form_class(values, **options)
    if faults or not form.is_valid():
        raise invalid(faults, form)
    return form


def check_fields(
    fields: dict[str, forms.Field], document: dict[str, Any]
) -> dict[str, str]:
    """Find the fields that are missing, of another type or unknown."""
    faults = {name: "unknown" for name in document if name not in fields}
    for name, field in fields.items():
        if name not in document:
            faults[name] = "required"
        elif not has_type(field, document[name]):
            faults[name] = "type"
    return faults


def has_type(field: forms.Field, value: Any) -> bool:
    """Tell whether a value has the JSON type of a field."""
    if isinstance(field, TagsField):
        return isinstance(value, list) and all(
            isinstance(item, str) for item in value
        )
    return isinstance(value, str)


def validate_query(
    form_class: type[forms.Form], query: QueryDict
) -> dict[str, Any]:
    """Return the checked query parameters; unknown ones are ignored."""
    values = query.copy()
    for name, field in form_class.base_fields.items():
        if field.initial is not None:
            values.setdefault(name, field.initial)
    form = form_class(values)
    if not form.is_valid():
        raise invalid({}, form)
    return form.cleaned_data


def invalid(faults: dict[str, str], form: forms.Form | None = None) -> Problem:
    """Make the problem that lists faults by field and code."""
    errors = {
        name: {"field": name, "code": code, "message": MESSAGES[code]}
        for name, code in faults.items()
    }
    found = form.errors.get_json_data() if form else {}
    for name, (first, *_) in found.items():
        code = find_code(form.fields[name], first["code"])
        error = {"field": name, "code": code, "message": first["message"]}
        errors.setdefault(name, error)
    return Problem(
        422, "Some fields are not valid.", errors=list(errors.values())
    )


def find_code(field: forms.Field, code: str) -> str:
    """Return the API's word for what a field finds wrong."""
    if isinstance(field, forms.ChoiceField):
        return "invalid"
    if isinstance(field, forms.IntegerField):
        code = {"required": "type", "invalid": "type"}.get(code, code)
    return CODES.get(code, code)

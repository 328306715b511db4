"""The fields of the forms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Input:
    """Describe one field of a form, as people see it."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    autocomplete: str = ""
    help: str = ""


BOOKMARK_FORM = [
    Input("url", "Address", "url", required=True),
    Input("title", "Title", required=True),
    Input("tags", "Tags", help="Words with commas between, 20 at most"),
    Input("notes", "Notes", "textarea"),
]
NAME = Input("username", "Name", required=True, autocomplete="username")
PASSWORD = Input("password", "Password", "password", required=True)
LOGIN_FORM = [NAME, replace(PASSWORD, autocomplete="current-password")]
REGISTER_FORM = [
    replace(NAME, help="3 to 30 of a–z, 0–9 and _"),
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
        help="The HTML file that Firefox, Chrome, Safari or Edge exports",
    )
]


def fill(
    inputs: list[Input],
    values: Mapping[str, str],
    faults: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Put values and the messages of faults into the fields of a form."""
    return [
        fill_field(field, values.get(field.name, ""), faults.get(field.name))
        for field in inputs
    ]


def fill_field(field: Input, value: str, fault: str | None) -> dict[str, Any]:
    """Put a value and the message of a fault into a field."""
    described_by = [f"{field.name}_helptext"] if field.help else []
    described_by += [f"{field.name}_error"] if fault else []
    return {
        **asdict(field),
        "multiline": field.type == "textarea",
        "value": "" if field.type == "password" else value,
        "error": fault,
        "described_by": " ".join(described_by),
    }

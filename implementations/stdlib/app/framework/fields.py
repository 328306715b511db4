"""The fields of forms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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

"""The tools that set the implementations side by side."""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMPLEMENTATIONS = ("stdlib", "flask", "django", "fastapi")


class Unknown(Exception):
    """Says which word is unknown, and what is accepted."""


def known(name: str, value: str, accepted: Sequence[str]) -> str:
    """Return a word that is accepted; raises Unknown."""
    if value not in accepted:
        raise Unknown(f"{name}={value}: expected one of {', '.join(accepted)}")
    return value

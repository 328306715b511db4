"""The tools that set the implementations side by side."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMPLEMENTATIONS = ("stdlib", "flask", "django", "fastapi")

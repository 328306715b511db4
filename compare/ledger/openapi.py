"""The OpenAPI file of the spec, as those serve it that do not make one."""

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from compare import ROOT

SERVING = ("stdlib", "flask", "django")


def read_spec() -> dict:
    """Return `spec/openapi.yaml` as data."""
    text = (ROOT / "spec" / "openapi.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def render(document: dict) -> bytes:
    """Write a document as compact JSON, in the order it has."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"


def place_in(folder: Path) -> Path:
    """Return where an implementation keeps its copy."""
    return folder / "app" / "openapi.json"


def stale_copies(folders: dict[str, Path], content: bytes) -> Iterator[Path]:
    """Return the copies that are missing or differ."""
    for name in SERVING:
        path = place_in(folders[name])
        if not path.exists() or path.read_bytes() != content:
            yield path

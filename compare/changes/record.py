"""A change as it is kept, and the result of its last run."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare import IMPLEMENTATIONS, ROOT, known
from compare.changes.patches import FilePatch, read_patch

PARTS = ("spec", "tests", *IMPLEMENTATIONS)
RESULTS = ROOT / "results" / "changes"


@dataclass(frozen=True)
class Change:
    """A change as it is kept, and what its last run found.

    `text` is its README without the heading; `patches` holds the text of
    each patch by its part, `spec`, `tests` or an implementation. `result` is
    results/changes/NAME.json, None before `make change`.
    """

    name: str
    title: str
    text: str
    patches: dict[str, str]
    result: dict[str, Any] | None

    def files(self, part: str) -> list[FilePatch]:
        """Return what one of the patches does, file by file."""
        return read_patch(self.patches[part])


def change_names(folder: Path = ROOT / "changes") -> list[str]:
    """Return the changes that are kept."""
    return sorted(path.parent.name for path in folder.glob("*/spec.patch"))


def patch_files(name: str) -> dict[str, Path]:
    """Return the patches of a change by their parts; raises Unknown."""
    folder = ROOT / "changes" / known("NAME", name, change_names())
    return {part: folder / f"{part}.patch" for part in PARTS}


def read_change(name: str) -> Change:
    """Read a change with its result; raises Unknown."""
    files = patch_files(name)
    readme = (files["spec"].parent / "README.md").read_text("utf-8")
    heading, _, text = readme.partition("\n")
    result = RESULTS / f"{name}.json"
    return Change(
        name,
        heading.removeprefix("# "),
        text.strip(),
        {part: path.read_text("utf-8") for part, path in files.items()},
        json.loads(result.read_text("utf-8")) if result.exists() else None,
    )

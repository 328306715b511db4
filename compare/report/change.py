"""The page of one change, made four times."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from compare import IMPLEMENTATIONS
from compare.changes.patches import FilePatch
from compare.report.material import Material
from compare.report.site import Site
from compare.report.texts import on_page

TAGS = {"+": "ins", "-": "del"}


@dataclass(frozen=True)
class Changed:
    """What a patch does to one file; `record` is what its run found."""

    file: str
    html: Markup
    added: int
    removed: int
    record: dict[str, Any]


def write(site: Site, material: Material) -> None:
    """Write the page."""
    change = material.change
    path = f"change/{change.name}.html"
    site.write(
        path,
        "change.html",
        change=change,
        text=on_page(path, change.text, material.anchors),
        result=(change.result or {}).get("implementations", {}),
        common={n: read_part(material, n) for n in ("spec", "tests")},
        patches=read_patches(material),
    )


def read_patches(material: Material) -> dict[str, list[Changed]]:
    """Read the patch of each implementation."""
    return {name: read_part(material, name) for name in IMPLEMENTATIONS}


def read_part(material: Material, part: str) -> list[Changed]:
    """Read one patch, file by file."""
    found = (material.change.result or {}).get("implementations", {})
    records = {r["file"]: r for r in found.get(part, {}).get("files", [])}
    return [
        read_file(patch, f"implementations/{part}/", records)
        for patch in material.change.files(part)
    ]


def read_file(
    patch: FilePatch, folder: str, records: dict[str, dict[str, Any]]
) -> Changed:
    """Read what a patch does to one file."""
    short = patch.file.removeprefix(folder)
    lines = [
        line_html(line)
        for hunk in patch.hunks
        for line in (hunk.header, *hunk.lines)
    ]
    return Changed(
        short,
        Markup("\n").join(lines),
        len(patch.added),
        patch.removed,
        records.get(short, {}),
    )


def line_html(line: str) -> Markup:
    """Write one line of a patch."""
    tag = "i" if line.startswith("@@") else TAGS.get(line[:1])
    return Markup(f"<{tag}>{{}}</{tag}>").format(line) if tag else escape(line)

"""A copy of the repository, and patches applied to it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from compare import ROOT
from compare.changes.patches import FilePatch, read_patch
from compare.ledger.openapi import SERVING, place_in, render

MADE = {
    ".git",
    ".venv",
    "results",
    "report",
    "report.new",
    ".hypothesis",
    ".ci",
}
CACHES = shutil.ignore_patterns("__pycache__", ".*_cache", "var")
FAILED = re.compile(r"error: (?:patch failed: )?(.+?)(?::(\d+)|: (.+))")

ADVICE = (
    "Make the change by hand in a copy and write the patch anew:"
    " the README.md beside it says how."
)


class DoesNotApply(Exception):
    """Says which patch no longer applies, and where."""


def copy_repository(folder: Path) -> None:
    """Copy what is in the working tree, without what was made there."""

    def ignore(parent: str, names: list[str]) -> set[str]:
        top = MADE if Path(parent) == ROOT else set()
        return {*CACHES(parent, names), *(top & set(names))}

    shutil.copytree(ROOT, folder, ignore=ignore, dirs_exist_ok=True)


def apply_patches(patches: list[Path], folder: Path) -> None:
    """Apply patches to a copy, all or none; raises DoesNotApply."""
    checks = [
        (patch, run_git(["apply", "--check", str(patch)], folder))
        for patch in patches
    ]
    failed = [describe(p, c.stderr) for p, c in checks if c.returncode]
    if failed:
        raise DoesNotApply("\n".join([*failed, ADVICE]))
    for patch in patches:
        run_git(["apply", str(patch)], folder).check_returncode()


def run_git(arguments: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Run git on a folder that is no repository, nor in one."""
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
    )


def describe(patch: Path, errors: str) -> str:
    """Say where a patch does not apply."""
    files = {found.file: found for found in read_patch(patch.read_text())}
    places = [place_of(line, files) for line in errors.splitlines()]
    shown = [f"  {place}" for place in dict.fromkeys(places) if place]
    name = f"changes/{patch.parent.name}/{patch.name}"
    lines = shown or [f"  {errors.strip()}"]
    return "\n".join([f"{name} no longer applies:", *lines])


def place_of(line: str, files: dict[str, FilePatch]) -> str:
    """Turn one line of git's errors into a file and a hunk."""
    found = FAILED.fullmatch(line)
    if not found or found[3] == "patch does not apply":
        return ""
    file, number, reason = found.groups()
    hunk = files[file].hunk_at(int(number)) if number else None
    if hunk:
        reason = "hunk " + " ".join(hunk.header.split()[:4])
    return f"{file}: {reason}"


def render_openapi(folder: Path) -> list[str]:
    """Write the copies of the OpenAPI file, as `make grid` does."""
    text = (folder / "spec" / "openapi.yaml").read_text("utf-8")
    content = render(yaml.safe_load(text))
    places = [place_in(folder / "implementations" / n) for n in SERVING]
    for place in places:
        place.write_bytes(content)
    return [place.relative_to(folder).as_posix() for place in places]

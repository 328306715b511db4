"""Facts that stand beside every measurement."""

import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from compare import ROOT
from compare.bench.arms import FOLDER, SETTINGS, Arm
from compare.bench.usage import file_system
from compare.bench.workload import SEEDED

PACKAGES = (
    "Flask",
    "Django",
    "fastapi",
    "gunicorn",
    "uvicorn",
    "h11",
    "SQLAlchemy",
    "pydantic",
    "python-json-logger",
    "locust",
    "psutil",
)


def describe_versions() -> dict[str, str | None]:
    """Return the versions of what runs, and of the code itself."""
    found: dict[str, str | None] = {"sqlite": sqlite3.sqlite_version}
    for package in PACKAGES:
        try:
            found[package.lower()] = version(package)
        except PackageNotFoundError:
            found[package.lower()] = None
    return {**found, "revision": revision()}


def revision() -> str | None:
    """Return the commit that was measured, None outside of a checkout."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True)
    except OSError:
        return None
    return done.stdout.decode().strip() or None


def describe_settings(arm: Arm) -> dict[str, Any]:
    """Return what an arm ran with; no path and no secret."""
    return {
        "implementation": Path(arm.implementation).name,
        "command": "run serve",
        **SETTINGS,
        "database": "sqlite, journal " + journal_mode(arm),
        "files": f"on {file_system(FOLDER)}, the log too",
        "bookmarks": SEEDED,
        "planted": arm.planted,
    }


def journal_mode(arm: Arm) -> str:
    """Read from the header of the seeded database how it journals.

    Source: sqlite.org/fileformat.html, bytes 18 and 19 are 2 in WAL mode.
    """
    try:
        head = arm.pristine.read_bytes()[:20]
    except OSError:
        return "unknown"
    return "wal" if head[18:20] == b"\x02\x02" else "rollback"

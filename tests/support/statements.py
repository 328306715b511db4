"""Count the SQL statements that a server sends to SQLite, from outside.

The server has to run in Python and to reach SQLite by the module sqlite3,
as SQLAlchemy and Django do too. All its processes import
tracing/sitecustomize.py, which appends each statement to one file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "tracing"
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")


class Trace:
    """Hold the file in which a server's statements are written down."""

    def __init__(self, file: Path) -> None:
        """Start with nothing written."""
        self.file = file

    def environment(self) -> dict[str, str]:
        """Return the variables with which to start the server."""
        folders = [str(FOLDER), os.environ.get("PYTHONPATH", "")]
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, folders)),
            "STATEMENTS": str(self.file),
        }

    def read(self) -> list[str]:
        """Return all statements so far that read or write rows."""
        lines = self.file.read_text("utf-8").splitlines()
        return [one for one in lines if one.upper().startswith(VERBS)]

    @contextmanager
    def during(self) -> Iterator[list[str]]:
        """Give a list that holds the statements of the block after it."""
        found: list[str] = []
        before = len(self.read())
        yield found
        found += self.read()[before:]

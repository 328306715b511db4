"""Bringing the schema of the database up to date, step by step."""

import sqlite3
from pathlib import Path
from unicodedata import normalize

from app.storage import connect

STEPS = {
    path.name[:4]: path
    for path in sorted(Path(__file__).parent.glob("migrations/*.sql"))
}


def migrate(database: Path, last: str = max(STEPS)) -> list[str]:
    """Run the steps that a database lacks, up to the last one given."""
    database.parent.mkdir(parents=True, exist_ok=True)
    database.touch(0o600)
    connection = connect(database)
    connection.create_function("fold", 3, fold, deterministic=True)
    try:
        return [
            step
            for step in STEPS
            if step <= last and run_step(connection, step)
        ]
    finally:
        connection.close()


def fold(title: str, url: str, notes: str) -> str:
    """Fold the texts of a bookmark as step 2 does, for ever."""
    texts = [text.replace("\x1f", " ") for text in (title, url, notes)]
    return normalize("NFC", "\x1f".join(texts).casefold())


def run_step(connection: sqlite3.Connection, step: str) -> bool:
    """Run one step completely or not at all; tell whether it was needed."""
    connection.execute("BEGIN IMMEDIATE")
    if version(connection) >= int(step):
        connection.execute("ROLLBACK")
        return False
    for statement in statements(STEPS[step].read_text()):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {int(step)}")
    connection.execute("COMMIT")
    return True


def statements(script: str) -> list[str]:
    """Split a script; executescript would commit on its own."""
    return [part for part in script.split(";\n") if part.strip()]


def version(connection: sqlite3.Connection) -> int:
    """Return the number of the last step that has run."""
    return connection.execute("PRAGMA user_version").fetchone()[0]


def is_migrated(connection: sqlite3.Connection) -> bool:
    """Tell whether the database has had every step."""
    return version(connection) == int(max(STEPS))

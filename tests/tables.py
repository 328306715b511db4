"""Look into a database file, whatever its tables are called."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


def dump(database: Path) -> dict[str, list[tuple]]:
    """Return all rows of all tables, whatever these are called."""
    address = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        ).fetchall()
        return {
            name: sorted(db.execute(f'SELECT * FROM "{name}"'), key=repr)
            for (name,) in names
        }


def holds(database: Path, marker: str) -> list[tuple[str, tuple]]:
    """Return table and row wherever a value has the marker in it."""
    return [
        (table, row)
        for table, rows in dump(database).items()
        for row in rows
        if any(marker in str(value) for value in row)
    ]


def sizes(database: Path) -> dict[str, int]:
    """Return the number of rows in each table."""
    return {table: len(rows) for table, rows in dump(database).items()}


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the one writer's place of a database."""
    db = sqlite3.connect(
        database, isolation_level=None, check_same_thread=False
    )
    with closing(db):
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


@contextmanager
def renamed(database: Path, table: str) -> Iterator[None]:
    """Take a table away for a while, which makes the database fail."""
    with closing(sqlite3.connect(database, timeout=10)) as db:
        db.execute(f'ALTER TABLE "{table}" RENAME TO "away"')
        try:
            yield
        finally:
            db.execute(f'ALTER TABLE "away" RENAME TO "{table}"')

"""Look into a database file, whatever its tables are called."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


def select(
    database: Path, columns: str, marker: str = ""
) -> Iterator[tuple[str, list]]:
    """Give the rows of each table that have the marker in any value."""
    address = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        ).fetchall()
        for (name,) in names:
            fields = db.execute(f'PRAGMA table_info("{name}")').fetchall()
            found = " OR ".join(f'instr("{field[1]}", ?1)' for field in fields)
            query = f'SELECT {columns} FROM "{name}" WHERE {found}'
            yield name, db.execute(query, [marker]).fetchall()


def dump(database: Path) -> dict[str, list[tuple]]:
    """Return all rows of all tables."""
    tables = select(database, "*")
    return {name: sorted(rows, key=repr) for name, rows in tables}


def holds(database: Path, marker: str) -> list[tuple[str, tuple]]:
    """Return table and row wherever a value has the marker in it."""
    return [
        (name, row)
        for name, rows in select(database, "*", marker)
        for row in rows
    ]


def sizes(database: Path) -> dict[str, int]:
    """Return the number of rows in each table."""
    tables = select(database, "count(*)")
    return {name: rows[0][0] for name, rows in tables}


def copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use."""
    with (
        closing(sqlite3.connect(source)) as db,
        closing(sqlite3.connect(target)) as twin,
    ):
        db.backup(twin)


def spoil_times(database: Path, url: str) -> str:
    """Put no time where a bookmark's are, and return its table's name."""
    (table, _), *_ = holds(database, url)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            f"UPDATE {table} SET created_at = 'spoiled',"
            " updated_at = 'spoiled' WHERE url = ?",
            [url],
        )
    return table


@contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    """Hold the one writer's place of a database, until its COMMIT or end."""
    db = sqlite3.connect(
        database, isolation_level=None, check_same_thread=False
    )
    with closing(db):  # which rolls back
        db.execute("BEGIN IMMEDIATE")
        yield db


@contextmanager
def renamed(database: Path, table: str) -> Iterator[None]:
    """Take a table away for a while, which makes the database fail."""
    with closing(sqlite3.connect(database, timeout=10)) as db:
        db.execute(f'ALTER TABLE "{table}" RENAME TO "away"')
        try:
            yield
        finally:
            db.execute(f'ALTER TABLE "away" RENAME TO "{table}"')

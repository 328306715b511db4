"""The database: connections that are lent, and transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.settings import settings

idle: list[sqlite3.Connection] = []  # which any thread may borrow


def connect(path: Path) -> sqlite3.Connection:
    """Open a database file that exists."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",  # never creates an empty database
        uri=True,
        timeout=5,  # seconds to wait for another writer
        isolation_level=None,  # transactions are begun by hand, below
        check_same_thread=False,  # it serves one after the other
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # STORAGE-7
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def reading() -> Iterator[sqlite3.Connection]:
    """Read one snapshot of the database, without keeping writers out."""
    with transaction("BEGIN") as connection:
        yield connection


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """Write as the only writer: all is stored at the end, or nothing."""
    # IMMEDIATE waits for its turn; a reader that turns into a writer fails
    # at once when another has written since.
    with transaction("BEGIN IMMEDIATE") as connection:
        yield connection


@contextmanager
def transaction(begin: str) -> Iterator[sqlite3.Connection]:
    """Commit what is done inside, or roll it back if it raises."""
    connection = borrow()
    try:
        connection.execute(begin)
        yield connection
        connection.execute("COMMIT")
    except BaseException as error:
        if is_unavailable(error):
            connection.close()  # its state is unknown; this rolls back
        else:
            connection.execute("ROLLBACK")
            idle.append(connection)
        raise
    idle.append(connection)


def borrow() -> sqlite3.Connection:
    """Take a connection that nobody uses, or open one."""
    try:
        return idle.pop()
    except IndexError:
        return connect(settings.database_url)


def is_unavailable(error: BaseException) -> bool:
    """Tell a database that fails from a constraint that it keeps."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError
    )


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")

"""The database: an engine with its connections, and transactions."""

import sqlite3
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from app.settings import settings


def make_engine() -> Engine:
    """Describe the database; it is opened when it is first needed."""
    if settings.database_url.drivername == "postgresql":
        return create_engine(
            settings.database_url,
            pool_size=settings.threads,
            connect_args={
                "connect_timeout": 5,
                "options": "-c lock_timeout=5s",
            },
        )
    engine = create_engine(
        settings.database_url.set(
            database=Path(settings.database_url.database).as_uri(),
            query={"mode": "rw", "uri": "true"},  # never creates a database
        ),
        pool_size=settings.threads,
        connect_args={
            "timeout": 5,  # seconds to wait for another writer
            "isolation_level": None,  # transactions are begun below
        },
    )
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", begin)
    return engine


def set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
    """Set what SQLite keeps for each connection."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # STORAGE-7
    connection.execute("PRAGMA foreign_keys = ON")


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite, which the driver leaves to us."""
    # Begun as IMMEDIATE it waits for its turn; a reader that turns into a
    # writer fails at once when another has written since.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


engine = make_engine()
if settings.database_url.drivername == "postgresql":
    reader = engine.execution_options(isolation_level="REPEATABLE READ")
else:
    reader = engine  # SQLite reads from a snapshot anyway
writer = engine.execution_options(writing=True)
start_reading = sessionmaker(reader)
start_writing = sessionmaker(
    writer, expire_on_commit=False, info={"writing": True}
)


def reading() -> AbstractContextManager[Session]:
    """Give one snapshot of the database, without keeping writers out."""
    return start_reading()


def writing() -> AbstractContextManager[Session]:
    """Give the one writer's place: all is stored in the end, or nothing."""
    return start_writing.begin()


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


Timestamp = Annotated[datetime, PlainSerializer(timestamp)]
# A list that the threads of one request share.
statements: ContextVar[list[str]] = ContextVar("statements")


def count_statement(
    connection: Connection, cursor: Any, statement: str, *rest: Any
) -> None:
    """Note one statement that the database has run."""
    statements.get([]).append(statement)


if settings.log_level == "debug":
    event.listen(engine, "before_cursor_execute", count_statement)

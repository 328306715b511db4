"""The database: an engine, and a session for each request."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import PlainSerializer
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
)
from sqlalchemy.orm import Session

from app.settings import settings


def make_engine() -> Engine:
    """Describe the database; it is opened when it is first needed."""
    url = settings.database_url
    if url.drivername == "postgresql":
        engine = create_engine(
            url,
            hide_parameters=True,  # errors are logged
            pool_size=settings.threads,
            max_overflow=-1,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                # psycopg reads no other DateStyle, and no year 10000.
                "options": "-c lock_timeout=5s -c datestyle=ISO"
                " -c timezone=UTC",
            },
        )
        event.listen(engine, "handle_error", hide_values)
        return engine
    engine = create_engine(
        url.set(
            database=Path(url.database).absolute().as_uri(),
            query={"mode": "rw", "uri": "true"},  # never creates a database
        ),
        hide_parameters=True,  # errors are logged
        pool_size=settings.threads,
        max_overflow=-1,  # get_session is limited; exports and checks are not
        connect_args={
            "timeout": 5,  # seconds to wait for another writer
            "isolation_level": None,  # transactions are begun below
        },
    )
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", begin)
    return engine


def hide_values(context: ExceptionContext) -> None:
    """Keep the first line of an error; PostgreSQL quotes rows below it."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error:
            error.args = (str(error).partition("\n")[0],)


def set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
    """Set what SQLite keeps for each connection."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # STORAGE-7
    connection.execute("PRAGMA foreign_keys = ON")


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite, which the driver leaves to us."""
    # Begun as IMMEDIATE it waits for its turn; a reader that turns into a
    # writer fails at once when another has written since.
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


engine = make_engine()
reader = engine.execution_options(reading=True)


async def get_session(request: Request) -> AsyncIterator[Session]:
    """Open a session, whose transaction begins with its first statement."""
    bind = reader if request.method == "GET" else engine
    session = Session(bind, expire_on_commit=False)
    try:
        yield session
    finally:
        if session.in_transaction():  # else there is nothing to wait for
            await run_in_threadpool(session.close)


# No more sessions than threads: one that holds SQLite's lock finds a thread
# to go on in, however many wait for that lock.
SessionDep = Annotated[
    Session,
    Depends(get_session, scope="function", max_concurrency=settings.threads),
]


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


Timestamp = Annotated[datetime, PlainSerializer(timestamp)]

"""The database: an engine, and a session for each request."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
)
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy


def init_app(app: Flask) -> None:
    """Describe the database to an application, and close its sessions."""
    app.extensions["engine"] = make_engine(
        app.config["DATABASE_URL"], app.config["THREADS"]
    )
    app.teardown_appcontext(close_db)


def make_engine(url: URL, pool_size: int) -> Engine:
    """Describe the database; it is opened when it is first needed."""
    if url.drivername == "postgresql":
        engine = create_engine(
            url,
            hide_parameters=True,  # errors are logged
            pool_size=pool_size,
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
        pool_size=pool_size,
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
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def get_db() -> Session:
    """Return the session of this request."""
    if "db" not in g:
        g.db = Session(
            current_app.extensions["engine"], expire_on_commit=False
        )
    return g.db


def close_db(error: BaseException | None) -> None:
    """Close the session of this request, if it was used."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


db: Session = LocalProxy(get_db)


def begin_writing() -> None:
    """Begin a transaction that writes."""
    db.rollback()  # drops pending changes; what was read is read again
    db.connection(execution_options={"writing": True})


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")

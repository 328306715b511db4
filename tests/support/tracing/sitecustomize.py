"""Write down each SQL statement of this process (see statements.py).

Python imports this file at its start if the folder is on PYTHONPATH.
"""

import os
import sqlite3

FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
file = os.open(os.environ["STATEMENTS"], FLAGS, 0o600)
open_connection = sqlite3.connect


def connect(*arguments: object, **named: object) -> sqlite3.Connection:
    """Open a connection whose statements are written down."""
    connection = open_connection(*arguments, **named)
    connection.set_trace_callback(write)
    return connection


def write(statement: str) -> None:
    """Append one line in one call, so that no process cuts another's."""
    line = " ".join(statement.split()) + "\n"
    os.write(file, line.encode("utf-8", "replace"))


sqlite3.connect = sqlite3.dbapi2.connect = connect

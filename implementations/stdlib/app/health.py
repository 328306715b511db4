"""Whether the service can do its work."""

import sqlite3

from app.errors import unavailable
from app.migrating import is_migrated


def require_ready(db: sqlite3.Connection) -> None:
    """Refuse to serve from a database without the newest schema."""
    if not is_migrated(db):
        raise unavailable()

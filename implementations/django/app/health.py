"""Whether the service can do its work."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from app.errors import unavailable

NEWEST = set(MigrationLoader(None).graph.leaf_nodes("app"))


def require_ready() -> None:
    """Refuse to serve from a database without the newest schema."""
    applied = MigrationRecorder(connection).applied_migrations()
    if NEWEST - applied.keys():
        raise unavailable()

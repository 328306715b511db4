"""Whether the service can do its work."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from app.errors import unavailable


def require_ready() -> None:
    """Refuse to serve from a database without the newest schema."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(newest):
        raise unavailable()

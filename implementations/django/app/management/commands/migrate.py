"""The command migrate."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connection, transaction


class Command(migrate.Command):
    """Django's own, of which one works at a time."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate in one transaction, for which others wait."""
        with connection.constraint_checks_disabled(), transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    # However long it takes; tables are waited for as usual.
                    cursor.execute("SET LOCAL lock_timeout = 0")
                    cursor.execute("SELECT pg_advisory_xact_lock(1)")
                    cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            super().handle(*args, **options)

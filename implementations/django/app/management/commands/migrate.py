"""Bringing the database up to date."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.core.management.commands import migrate
from django.db import connection


class Command(migrate.Command):
    """Django's command, and the only one that makes the database file."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Bring the database up to date."""
        if connection.vendor == "sqlite":
            address = urlsplit(connection.settings_dict["NAME"])
            path = Path(url2pathname(address.path))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        super().handle(*arguments, **options)

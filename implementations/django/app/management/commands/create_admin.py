"""The command create_admin."""

import sys
from typing import Any

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
)
from django.db import IntegrityError

from app.forms import RegistrationForm
from app.models import User


class Command(BaseCommand):
    """Creates an administrator without asking questions."""

    help = "Create an administrator, with the password from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the username."""
        parser.add_argument("username", metavar="NAME")

    def handle(self, username: str, **options: Any) -> None:
        """Create the administrator."""
        password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
        form = RegistrationForm({"username": username, "password": password})
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        try:
            User.objects.create_superuser(**form.cleaned_data)
        except IntegrityError as error:
            raise CommandError("This username is taken.") from error

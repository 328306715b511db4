"""Making an administrator."""

import sys
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
)

from app.accounts import insert_user
from app.errors import Problem
from app.forms import RegistrationForm, validate


class Command(BaseCommand):
    """Makes an administrator, who may see and delete accounts."""

    help = "make an administrator"

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the name."""
        parser.add_argument("name", metavar="NAME")

    def handle(self, name: str, **options: Any) -> None:
        """Create an administrator."""
        fields = checked_account(name)
        password = make_password(fields["password"])
        try:
            insert_user(fields["username"], password, admin=True)
        except Problem as problem:
            raise CommandError(problem.detail) from problem


def checked_account(name: str) -> dict[str, str]:
    """Check a name with the password that standard input holds."""
    password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    document = {"username": name, "password": password}
    try:
        return validate(document, RegistrationForm)
    except Problem as problem:
        faults = [f"{e['field']}: {e['message']}" for e in problem.errors]
        raise CommandError("; ".join(faults)) from problem

"""The commands of `run`."""

import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import django
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import Error
from django.db.migrations.exceptions import IrreversibleError

STEPS = sorted(
    path.name[:4]
    for path in Path(__file__).parent.glob("migrations/[0-9]*.py")
)

FAILURES = (CommandError, Error, IrreversibleError, UnicodeError, OSError)


def main() -> int:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")
    django.setup()
    try:
        arguments = vars(parser().parse_args())
    except CommandError as error:
        print(f"run: {explain(error)}", file=sys.stderr)
        return 2
    try:
        call_command(*arguments.pop("command"), *arguments.values())
        if arguments.get("step") == STEPS[-1]:
            call_command("migrate")  # and the tables of Django's own apps
    except FAILURES as error:
        print(f"run: {explain(error)}", file=sys.stderr)
        return 1
    return 0


def parser() -> CommandParser:
    """Describe the commands."""
    root = CommandParser(prog="run")
    verbs = root.add_subparsers(required=True)
    verb = verbs.add_parser("migrate", help="create or update the tables")
    verb.add_argument("step", nargs="?", default=STEPS[-1], choices=STEPS)
    verb.set_defaults(command=["migrate", "app"])
    verb = verbs.add_parser("serve", help="answer requests")
    verb.set_defaults(command=["serve"])
    verb = verbs.add_parser("seed", help="make the user demo with bookmarks")
    verb.add_argument("count", type=count, metavar="N")
    verb.set_defaults(command=["seed"])
    verb = verbs.add_parser("create-admin", help="make an administrator")
    verb.add_argument("name", metavar="NAME")
    verb.set_defaults(command=["create_admin"])
    return root


def count(text: str) -> int:
    """Parse a number of bookmarks."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 1_000_000:
        raise ArgumentTypeError("not an integer from 0 to 1000000")
    return number


def explain(error: Exception) -> str:
    """Say in one line why a command could not be done."""
    return " ".join(str(error).split())

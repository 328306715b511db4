"""The commands of `run`."""

import argparse
import sqlite3
import sys

from app.accounts import hash_password, insert_user
from app.framework.errors import Problem
from app.framework.server import Server
from app.framework.workers import serve
from app.logs import configure_logging
from app.migrating import STEPS, migrate
from app.settings import check_proxies, check_secret_key, settings
from app.storage import writing
from app.validation import validate_registration
from app.wsgi import application


def main() -> None:
    """Run the command that the arguments name."""
    configure_logging()
    arguments = parser().parse_args()
    try:
        arguments.command(arguments)
    except (Problem, sqlite3.Error, OSError, UnicodeError) as error:
        sys.exit(explain(error))


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    root = argparse.ArgumentParser(prog="run")
    verbs = root.add_subparsers(required=True, dest="verb")
    verb = verbs.add_parser("migrate", help="create or update the tables")
    verb.add_argument("step", nargs="?", default=max(STEPS), choices=STEPS)
    verb.set_defaults(command=run_migrate)
    verb = verbs.add_parser("serve", help="answer requests")
    verb.set_defaults(command=run_serve)
    verb = verbs.add_parser("create-admin", help="create an administrator")
    verb.add_argument("name", metavar="NAME")
    verb.set_defaults(command=run_create_admin)
    return root


def explain(error: Exception) -> str:
    """Say in one line why a command failed."""
    if isinstance(error, Problem) and error.errors:
        return "; ".join(f"{e['field']}: {e['message']}" for e in error.errors)
    return str(error)


def run_migrate(arguments: argparse.Namespace) -> None:
    """Bring the database up to date."""
    for step in migrate(settings.database_url, arguments.step):
        print(f"migrated: {STEPS[step].stem}")


def run_serve(arguments: argparse.Namespace) -> None:
    """Answer requests until told to stop."""
    check_secret_key()
    check_proxies()
    serve(
        Server(application, settings.host, settings.port, settings.threads),
        settings.workers,
    )


def run_create_admin(arguments: argparse.Namespace) -> None:
    """Create an administrator, with the password from standard input."""
    password = sys.stdin.buffer.read().decode()
    password = password.removesuffix("\n").removesuffix("\r")
    fields = validate_registration(
        {"username": arguments.name, "password": password}
    )
    password = hash_password(fields["password"])
    with writing() as db:
        insert_user(db, fields["username"], password, admin=True)

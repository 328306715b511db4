"""The commands of `run`."""

import argparse
import logging
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from app.accounts import (
    get_user,
    hash_password,
    insert_user,
    replace_password,
)
from app.bookmarks import delete_bookmarks, insert_bookmark
from app.errors import Problem
from app.logs import configure_logging
from app.migrating import STEPS, migrate
from app.settings import settings
from app.storage import timestamp, writing
from app.validation import validate_registration
from app.workers import serve
from app.wsgi import application

WORDS = ("Routing", "Parsing", "Sessions", "Caching", "Storage")
START = datetime(2026, 1, 1, tzinfo=UTC)
log = logging.getLogger(__name__)


def main() -> int:
    """Run the command that the arguments name."""
    configure_logging()
    arguments = parser().parse_args()
    try:
        arguments.command(arguments)
    except (Problem, sqlite3.Error, OSError) as error:
        print(f"run: {explain(error)}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    root = argparse.ArgumentParser(prog="run")
    verbs = root.add_subparsers(required=True, dest="verb")
    verb = verbs.add_parser("migrate", help="create or update the tables")
    verb.add_argument("step", nargs="?", default=max(STEPS), choices=STEPS)
    verb.set_defaults(command=run_migrate)
    verb = verbs.add_parser("serve", help="answer requests")
    verb.set_defaults(command=run_serve)
    verb = verbs.add_parser("seed", help="make the user demo with bookmarks")
    verb.add_argument("count", type=count, metavar="N")
    verb.set_defaults(command=run_seed)
    verb = verbs.add_parser("create-admin", help="make an administrator")
    verb.add_argument("name", metavar="NAME")
    verb.set_defaults(command=run_create_admin)
    return root


def count(text: str) -> int:
    """Parse a number of bookmarks."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError("not an integer from 0 to 1000000")
    return number


def explain(error: Exception) -> str:
    """Say in one line why a command could not be done."""
    if isinstance(error, Problem) and error.errors:
        return "; ".join(f"{e['field']}: {e['message']}" for e in error.errors)
    return " ".join(str(error).split())


def run_migrate(arguments: argparse.Namespace) -> None:
    """Bring the database up to date."""
    for step in migrate(settings.database, arguments.step):
        print(f"migrated: {STEPS[step].stem}")


def run_serve(arguments: argparse.Namespace) -> None:
    """Answer requests until told to stop."""
    if settings.password_log_n < 14:
        log.warning("PASSWORD_LOG_N is below 14: for tests only")
    serve(
        application,
        settings.host,
        settings.port,
        threads=settings.threads,
        workers=settings.workers,
    )


def run_seed(arguments: argparse.Namespace) -> None:
    """Give the user demo N bookmarks in place of those it has."""
    fields = checked_account("demo")
    password = hash_password(fields["password"])
    with writing() as db:
        user = get_user(db, "demo") or insert_user(db, "demo", password)
        replace_password(db, user["id"], password)
        delete_bookmarks(db, user["id"])
        for number in range(1, arguments.count + 1):
            created_at = timestamp(START + timedelta(seconds=number))
            bookmark = seed_bookmark(number)
            insert_bookmark(db, user["id"], bookmark, created_at)
    print(f"demo: {arguments.count} bookmarks")


def seed_bookmark(number: int) -> dict[str, Any]:
    """Make up the fields of one bookmark."""
    tags = ["odd" if number % 2 else "even", f"topic-{number % 10}"]
    return {
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {WORDS[(number - 1) % len(WORDS)]}",
        "notes": "" if number % 3 else f"Note {number}",
        "tags": tags if number % 5 else [*tags, "fifth"],
    }


def run_create_admin(arguments: argparse.Namespace) -> None:
    """Create an administrator."""
    fields = checked_account(arguments.name)
    password = hash_password(fields["password"])
    with writing() as db:
        insert_user(db, fields["username"], password, admin=True)


def checked_account(name: str) -> dict[str, str]:
    """Check a name with the password that standard input holds."""
    try:
        password = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Problem(422, "The password is not UTF-8.") from error
    password = password.removesuffix("\n").removesuffix("\r")
    return validate_registration({"username": name, "password": password})

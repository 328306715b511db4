"""The commands of `run`."""

import argparse
import logging
import socket
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import HTTPException
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.accounts import get_user, hash_password, insert_user
from app.bookmarks import delete_bookmarks, insert_bookmarks
from app.logs import configure_logging
from app.settings import settings
from app.storage import writing
from app.validation import Registration, list_faults

WORDS = ("Routing", "Parsing", "Sessions", "Caching", "Storage")
START = datetime(2026, 1, 1, tzinfo=UTC)
FAILURES = (
    HTTPException,
    ValidationError,
    DBAPIError,
    UnicodeError,
    OSError,
)
log = logging.getLogger(__name__)


def main() -> int:
    """Run the command that the arguments name."""
    configure_logging()
    arguments = parser().parse_args()
    try:
        arguments.command(arguments)
    except FAILURES as error:
        print(f"run: {explain(error)}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    root = argparse.ArgumentParser(prog="run")
    verbs = root.add_subparsers(required=True, dest="verb")
    verb = verbs.add_parser("migrate", help="create or update the tables")
    verb.add_argument("step", nargs="?", default="head", type=step)
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


def step(text: str) -> str:
    """Parse the number of a migration."""
    from app.migrating import STEPS  # not before Alembic is needed

    if text not in ["head", *STEPS]:
        raise argparse.ArgumentTypeError(f"there is no step {text}")
    return text


def count(text: str) -> int:
    """Parse a number of bookmarks."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError("not an integer from 0 to 1000000")
    return number


def explain(error: Exception) -> str:
    """Say in one line why a command could not be done."""
    match error:
        case ValidationError():
            faults = list_faults(error.errors())
            text = "; ".join(f"{f['field']}: {f['message']}" for f in faults)
        case HTTPException():
            text = error.detail
        case DBAPIError():
            text = str(error.orig)
        case _:
            text = str(error)
    return " ".join(text.split())


def run_migrate(arguments: argparse.Namespace) -> None:
    """Bring the database up to date."""
    from alembic.util import CommandError

    from app.migrating import migrate

    try:
        migrate(arguments.step)
    except CommandError as error:
        sys.exit(f"run: {explain(error)}")


def run_serve(arguments: argparse.Namespace) -> None:
    """Answer requests until told to stop."""
    # Loaded here, for the other commands do without it.
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    if settings.password_log_n < 14:
        log.warning("PASSWORD_LOG_N is below 14: for tests only")
    config = uvicorn.Config(
        "app.main:app",
        workers=settings.workers,
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=7,
    )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    address = (settings.host, settings.port)
    with socket.create_server(address, family=family, backlog=2048) as sock:
        if settings.workers > 1:
            Multiprocess(config, sockets=[sock]).run()
        else:
            uvicorn.Server(config).run(sockets=[sock])


def run_seed(arguments: argparse.Namespace) -> None:
    """Give the user demo N bookmarks in place of those it has."""
    password = hash_password(checked_account("demo").password)
    with writing() as db:
        user = get_user(db, "demo") or insert_user(db, "demo", password)
        user.password = password
        delete_bookmarks(db, user.id)
        numbers = range(1, arguments.count + 1)
        for start in range(0, arguments.count, 1000):  # not all in memory
            rows = [
                (seed_bookmark(number), START + timedelta(seconds=number))
                for number in numbers[start : start + 1000]
            ]
            insert_bookmarks(db, user.id, rows)
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
    password = hash_password(fields.password)
    with writing() as db:
        insert_user(db, fields.username, password, admin=True)


def checked_account(name: str) -> Registration:
    """Check a name with the password that standard input holds."""
    password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    return Registration(username=name, password=password)

"""The commands of `run`."""

import logging
import socket
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import Application
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app import create_app
from app.accounts import get_user, hash_password, insert_user
from app.bookmarks import delete_bookmarks, insert_bookmarks
from app.errors import Invalid
from app.logs import configure_logging
from app.settings import FOLDER, settings
from app.storage import writing
from app.validation import Registration, invalid

WORDS = ("Routing", "Parsing", "Sessions", "Caching", "Storage")
START = datetime(2026, 1, 1, tzinfo=UTC)
FAILURES = (HTTPException, DBAPIError, UnicodeError, OSError)
log = logging.getLogger(__name__)


def main() -> int:
    """Run the command that the arguments name."""
    configure_logging()
    try:
        return commands(prog_name="run")
    except FAILURES as error:
        click.echo(f"run: {explain(error)}", err=True)
        return 1


def step(text: str) -> str:
    """Parse the number of a migration."""
    from app.migrating import STEPS  # not before Alembic is needed

    if text not in ["head", *STEPS]:
        raise click.BadParameter(f"there is no step {text}")
    return text


def count(text: str) -> int:
    """Parse a number of bookmarks."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 1_000_000:
        raise click.BadParameter("not an integer from 0 to 1000000")
    return number


def explain(error: Exception) -> str:
    """Say in one line why a command could not be done."""
    match error:
        case Invalid():
            text = "; ".join(
                f"{e['field']}: {e['message']}" for e in error.errors
            )
        case HTTPException():
            text = error.description
        case DBAPIError():
            text = str(error.orig)
        case _:
            text = str(error)
    return " ".join(text.split())


@click.group(subcommand_metavar="{migrate|serve|seed|create-admin}")
def commands() -> None:
    """Run one of the commands."""


@commands.command("migrate")
@click.argument("step", type=step, default="head")
def run_migrate(step: str) -> None:
    """Bring the database up to date."""
    from alembic.util import CommandError

    from app.migrating import migrate

    try:
        migrate(step)
    except CommandError as error:
        sys.exit(f"run: {explain(error)}")


@commands.command("serve")
def run_serve() -> None:
    """Answer requests until told to stop."""
    if settings.password_log_n < 14:
        log.warning("PASSWORD_LOG_N is below 14: for tests only")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # gunicorn would try a port in use for five seconds.
    socket.create_server((settings.host, settings.port), family=family).close()
    Gunicorn().run()


class Gunicorn(Application):
    """Serve the application by gunicorn, within this process."""

    def load_config(self) -> None:
        """Read how to serve it."""
        self.load_config_from_file(str(FOLDER / "gunicorn.conf.py"))

    def load(self) -> Flask:
        """Make the application, once in each worker."""
        return create_app()


@commands.command("seed")
@click.argument("number", type=count, metavar="N")
def run_seed(number: int) -> None:
    """Give the user demo N bookmarks in place of those it has."""
    password = hash_password(checked_account("demo").password)
    with writing() as db:
        user = get_user(db, "demo") or insert_user(db, "demo", password)
        user.password = password
        delete_bookmarks(db, user.id)
        numbers = range(1, number + 1)
        for start in range(0, number, 1000):  # not all in memory at once
            rows = [
                (seed_bookmark(i), START + timedelta(seconds=i))
                for i in numbers[start : start + 1000]
            ]
            insert_bookmarks(db, user.id, rows)
    click.echo(f"demo: {number} bookmarks")


def seed_bookmark(number: int) -> dict[str, Any]:
    """Make up the fields of one bookmark."""
    tags = ["odd" if number % 2 else "even", f"topic-{number % 10}"]
    return {
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {WORDS[(number - 1) % len(WORDS)]}",
        "notes": "" if number % 3 else f"Note {number}",
        "tags": tags if number % 5 else [*tags, "fifth"],
    }


@commands.command("create-admin")
@click.argument("name", metavar="NAME")
def run_create_admin(name: str) -> None:
    """Create an administrator."""
    fields = checked_account(name)
    password = hash_password(fields.password)
    with writing() as db:
        insert_user(db, fields.username, password, admin=True)


def checked_account(name: str) -> Registration:
    """Check a name with the password that standard input holds."""
    password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    try:
        return Registration(username=name, password=password)
    except ValidationError as error:
        raise invalid(error) from error

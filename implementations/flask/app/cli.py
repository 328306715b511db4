"""The commands of `flask`."""

import click
from flask import Flask
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.accounts import hash_password, insert_user
from app.migrating import STEPS, migrate
from app.storage import begin_writing, db
from app.validation import Registration


def init_app(app: Flask) -> None:
    """Add the commands to an application."""
    app.cli.add_command(run_migrate)
    app.cli.add_command(run_create_admin)


@click.command("migrate")
@click.argument("step", type=click.Choice(["head", *STEPS]), default="head")
def run_migrate(step: str) -> None:
    """Bring the database up to date."""
    migrate(step)


@click.command("create-admin")
@click.argument("name")
def run_create_admin(name: str) -> None:
    """Create an administrator, with the password from standard input."""
    text = click.get_text_stream("stdin").read()
    password = text.removesuffix("\n").removesuffix("\r")
    try:
        fields = Registration(username=name, password=password)
        password = hash_password(fields.password)
        begin_writing()
        insert_user(fields.username, password, admin=True)
        db.commit()
    except (ValidationError, HTTPException) as error:
        raise click.ClickException(str(error)) from error

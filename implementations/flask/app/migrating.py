"""Bringing the schema of the database up to date, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.storage import db

CONFIG = Config(Path(__file__).parents[1] / "alembic.ini")
SCRIPTS = ScriptDirectory.from_config(CONFIG)
STEPS = [script.revision for script in SCRIPTS.walk_revisions()]


def migrate(step: str) -> None:
    """Run the steps that a database lacks, up to the last one given."""
    url = current_app.config["DATABASE_URL"]
    if url.drivername == "sqlite":
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    command.upgrade(CONFIG, step)


def is_migrated() -> bool:
    """Tell whether the database has had every step."""
    context = MigrationContext.configure(db.connection())
    return list(context.get_current_heads()) == SCRIPTS.get_heads()

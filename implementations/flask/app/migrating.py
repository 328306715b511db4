"""Bringing the schema of the database up to date, by Alembic."""

from pathlib import Path

from flask import current_app
from sqlalchemy import text

from app.storage import db

FOLDER = Path(__file__).parent / "migrations" / "versions"
STEPS = sorted(path.name[:4] for path in FOLDER.glob("[0-9]*.py"))


def migrate(step: str) -> None:
    """Run the steps that a database lacks, up to the last one given."""
    # Alembic takes long to import, and no other command needs it.
    from alembic import command
    from alembic.config import Config

    url = current_app.config["DATABASE_URL"]
    if url.drivername == "sqlite":
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    command.upgrade(Config(FOLDER.parents[2] / "alembic.ini"), step)


def is_migrated() -> bool:
    """Tell whether the database has had every step."""
    step = db.scalar(text("SELECT version_num FROM alembic_version"))
    return step == STEPS[-1]

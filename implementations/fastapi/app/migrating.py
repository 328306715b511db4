"""Bringing the schema of the database up to date, by Alembic."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.settings import settings

FOLDER = Path(__file__).parent / "migrations" / "versions"
STEPS = sorted(path.name[:4] for path in FOLDER.glob("[0-9]*.py"))


def migrate(step: str) -> None:
    """Run the steps that a database lacks, up to the last one given."""
    # Alembic takes long to import, and no other command needs it.
    from alembic import command
    from alembic.config import Config

    if settings.database_url.drivername == "sqlite":
        path = Path(settings.database_url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    command.upgrade(Config(FOLDER.parents[2] / "alembic.ini"), step)


def is_migrated(session: Session) -> bool:
    """Tell whether the database has had every step."""
    step = session.scalar(text("SELECT version_num FROM alembic_version"))
    return step == STEPS[-1]

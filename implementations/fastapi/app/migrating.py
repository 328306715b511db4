"""Bringing the schema of the database up to date, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from app.settings import FOLDER, settings

CONFIG = Config(FOLDER / "alembic.ini")
SCRIPTS = ScriptDirectory.from_config(CONFIG)
STEPS = [script.revision for script in SCRIPTS.walk_revisions()]


def migrate(last: str) -> None:
    """Run the steps that a database lacks, up to the last one wanted."""
    if settings.database_url.drivername == "sqlite":
        path = Path(settings.database_url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    command.upgrade(CONFIG, last)


def is_migrated(db: Session) -> bool:
    """Tell whether the database has had every step."""
    context = MigrationContext.configure(db.connection())
    return list(context.get_current_heads()) == SCRIPTS.get_heads()

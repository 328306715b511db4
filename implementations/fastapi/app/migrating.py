"""Bringing the schema of the database up to date, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from app.settings import settings

CONFIG = Config(Path(__file__).parents[1] / "alembic.ini")
SCRIPTS = ScriptDirectory.from_config(CONFIG)
STEPS = [script.revision for script in SCRIPTS.walk_revisions()]


def migrate(step: str) -> None:
    """Run the steps that a database lacks, up to the last one given."""
    if settings.database_url.drivername == "sqlite":
        path = Path(settings.database_url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    command.upgrade(CONFIG, step)


def is_migrated(session: Session) -> bool:
    """Tell whether the database has had every step."""
    context = MigrationContext.configure(session.connection())
    return list(context.get_current_heads()) == SCRIPTS.get_heads()

"""Whether the service can do its work."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from app.errors import unavailable
from app.storage import MIGRATIONS

NEWEST = ScriptDirectory.from_config(MIGRATIONS).get_heads()


def require_ready(db: Session) -> None:
    """Refuse to serve from a database without the newest schema."""
    context = MigrationContext.configure(db.connection())
    if list(context.get_current_heads()) != NEWEST:
        raise unavailable()

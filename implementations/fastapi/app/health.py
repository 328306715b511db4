"""Whether the service can do its work."""

from typing import Literal

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.errors import unavailable
from app.storage import MIGRATIONS

NEWEST = ScriptDirectory.from_config(MIGRATIONS).get_heads()


class StatusDocument(BaseModel):
    """Say that all is well."""

    status: Literal["ok"]


def require_ready(db: Session) -> None:
    """Refuse to serve from a database without the newest schema."""
    context = MigrationContext.configure(db.connection())
    if list(context.get_current_heads()) != NEWEST:
        raise unavailable()

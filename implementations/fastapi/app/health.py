"""Whether the service can do its work."""

from typing import Literal

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.errors import unavailable


class StatusDocument(BaseModel):
    """Say that all is well."""

    status: Literal["ok"]


def require_ready(db: Session) -> None:
    """Refuse to serve from a database without the newest schema."""
    from app.migrating import is_migrated  # not before Alembic is needed

    if not is_migrated(db):
        raise unavailable()

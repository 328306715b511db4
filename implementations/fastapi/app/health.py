"""Whether the service can do its work."""

from typing import Literal

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.errors import unavailable
from app.migrating import is_migrated


class StatusDocument(BaseModel):
    """The status of a service that can work."""

    status: Literal["ok"]


def require_ready(session: Session) -> None:
    """Refuse to serve from a database without the newest schema."""
    if not is_migrated(session):
        raise unavailable()

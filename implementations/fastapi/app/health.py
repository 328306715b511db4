"""Whether the service can do its work."""

from typing import Literal

from fastapi import HTTPException
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.migrating import is_migrated


class StatusDocument(BaseModel):
    """The status of a service that can work."""

    status: Literal["ok"]


def require_ready(session: Session) -> None:
    """Refuse to serve from a database without the newest schema."""
    if not is_migrated(session):
        detail = "The database is not available."
        raise HTTPException(503, detail, {"Retry-After": "1"})

"""How often a sign-in may fail, for one name from one address."""

from datetime import UTC, datetime, timedelta
from math import ceil

from fastapi import HTTPException
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import FailedSignIn
from app.settings import settings
from app.storage import writing
from app.tokens import digest


def check_limit(db: Session, username: str, address: str) -> None:
    """Refuse to try a password after too many that were wrong."""
    count, seconds = settings.login_limit
    now, window = datetime.now(UTC), timedelta(seconds=seconds)
    # Only if there are as many in the window is there a row at this place.
    failed_at = db.scalar(
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username), address=address)
        .where(FailedSignIn.failed_at > now - window)
        .order_by(FailedSignIn.failed_at.desc())
        .offset(count - 1)
        .limit(1)
    )
    if failed_at:
        raise too_many((failed_at + window - now).total_seconds())


def count_failure(username: str, address: str) -> None:
    """Remember that a sign-in failed, and forget what no longer counts."""
    now = datetime.now(UTC)
    window = timedelta(seconds=settings.login_limit[1])
    failure = FailedSignIn(
        username=name_key(username), address=address, failed_at=now
    )
    with writing() as db:
        old = FailedSignIn.failed_at <= now - window
        db.execute(delete(FailedSignIn).where(old))
        db.add(failure)


def name_key(username: str) -> str:
    """Shorten what is too long for a name, for it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> HTTPException:
    """Make the problem of a sign-in that has to wait."""
    detail = "There were too many failed sign-ins; wait."
    wait = str(max(1, ceil(seconds)))
    return HTTPException(429, detail, {"Retry-After": wait})

"""How often a sign-in may fail, for one username from one address."""

from datetime import UTC, datetime, timedelta
from math import ceil

from fastapi import HTTPException
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import FailedSignIn
from app.settings import settings
from app.tokens import digest

COUNT, SECONDS = settings.login_limit
WINDOW = timedelta(seconds=SECONDS)


def check_limit(session: Session, username: str, address: str) -> None:
    """Refuse a sign-in after too many that failed."""
    now = datetime.now(UTC)
    # There is such a row only if the window holds as many failures.
    failed_at = session.scalar(
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username), address=address)
        .where(FailedSignIn.failed_at > now - WINDOW)
        .order_by(FailedSignIn.failed_at.desc())
        .offset(COUNT - 1)
        .limit(1)
    )
    if failed_at:
        seconds = max(1, ceil((failed_at + WINDOW - now).total_seconds()))
        detail = "Too many failed sign-ins. Try again later."
        raise HTTPException(429, detail, {"Retry-After": str(seconds)})


def count_failure(session: Session, username: str, address: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    now = datetime.now(UTC)
    session.execute(
        delete(FailedSignIn).where(FailedSignIn.failed_at <= now - WINDOW)
    )
    session.add(
        FailedSignIn(
            username=name_key(username), address=address, failed_at=now
        )
    )
    session.commit()  # for the request itself ends in an error


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)

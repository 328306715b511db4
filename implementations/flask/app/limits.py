"""How often a sign-in may fail, for one name from one address."""

from datetime import UTC, datetime, timedelta
from math import ceil

from flask import request
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from app.models import FailedSignIn
from app.settings import settings
from app.storage import writing
from app.tokens import digest

COUNT, SECONDS = settings.login_limit
WINDOW = timedelta(seconds=SECONDS)


def check_limit(db: Session, username: str) -> None:
    """Refuse to try a password after too many that were wrong."""
    now = datetime.now(UTC)
    # Only if there are as many in the window is there a row at this place.
    failed_at = db.scalar(
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username), address=request.remote_addr)
        .where(FailedSignIn.failed_at > now - WINDOW)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(1)
        .offset(COUNT - 1)
    )
    if failed_at:
        raise too_many((failed_at + WINDOW - now).total_seconds())


def count_failure(username: str) -> None:
    """Remember that a sign-in failed, and forget what no longer counts."""
    now = datetime.now(UTC)
    with writing() as db:
        db.execute(
            delete(FailedSignIn).where(FailedSignIn.failed_at <= now - WINDOW)
        )
        db.add(
            FailedSignIn(
                username=name_key(username),
                address=request.remote_addr,
                failed_at=now,
            )
        )


def name_key(username: str) -> str:
    """Shorten what is too long for a name, for it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> TooManyRequests:
    """Make the problem of a sign-in that has to wait."""
    detail = "There were too many failed sign-ins; wait."
    return TooManyRequests(detail, retry_after=max(1, ceil(seconds)))

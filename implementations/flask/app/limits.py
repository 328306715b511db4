"""How large a body may be, and how often a sign-in may fail."""

from datetime import UTC, datetime, timedelta
from math import ceil

from flask import current_app, request
from sqlalchemy import delete, select
from werkzeug.exceptions import TooManyRequests

from app.models import FailedSignIn
from app.storage import begin_writing, db
from app.tokens import digest


def allow_uploads() -> None:
    """Let a bookmark file be larger than other bodies."""
    if request.endpoint in ("api.import_bookmarks", "pages.submit_import"):
        request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]


def check_limit(username: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = current_app.config["LOGIN_LIMIT"]
    now, window = datetime.now(UTC), timedelta(seconds=seconds)
    # There is such a row only if the window holds as many failures.
    failed_at = db.scalar(
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username), address=request.remote_addr)
        .where(FailedSignIn.failed_at > now - window)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(1)
        .offset(count - 1)
    )
    if failed_at:
        raise too_many((failed_at + window - now).total_seconds())


def count_failure(username: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    now = datetime.now(UTC)
    window = timedelta(seconds=current_app.config["LOGIN_LIMIT"][1])
    begin_writing()
    db.execute(
        delete(FailedSignIn).where(FailedSignIn.failed_at <= now - window)
    )
    db.add(
        FailedSignIn(
            username=name_key(username),
            address=request.remote_addr,
            failed_at=now,
        )
    )
    db.commit()


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> TooManyRequests:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    return TooManyRequests(detail, retry_after=max(1, ceil(seconds)))

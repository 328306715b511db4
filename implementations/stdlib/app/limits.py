"""How often a sign-in may fail, for one username from one address."""

import sqlite3
from datetime import UTC, datetime, timedelta
from math import ceil

from app.framework.errors import Problem
from app.settings import settings
from app.storage import timestamp, writing
from app.tokens import digest


def check_limit(db: sqlite3.Connection, username: str, address: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = settings.login_limit
    now, window = datetime.now(UTC), timedelta(seconds=seconds)
    # There is such a row only if the window holds as many failures.
    row = db.execute(
        """SELECT failed_at FROM failed_sign_ins
        WHERE username = ? AND address = ? AND failed_at > ?
        ORDER BY failed_at DESC LIMIT 1 OFFSET ?""",
        [name_key(username), address, timestamp(now - window), count - 1],
    ).fetchone()
    if row:
        free_at = datetime.fromisoformat(row["failed_at"]) + window
        raise too_many((free_at - now).total_seconds())


def count_failure(username: str, address: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    now = datetime.now(UTC)
    window = timedelta(seconds=settings.login_limit[1])
    with writing() as db:
        db.execute(
            "DELETE FROM failed_sign_ins WHERE failed_at <= ?",
            [timestamp(now - window)],
        )
        db.execute(
            """INSERT INTO failed_sign_ins (username, address, failed_at)
            VALUES (?, ?, ?)""",
            [name_key(username), address, timestamp(now)],
        )


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> Problem:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    return Problem(429, detail, {"Retry-After": str(max(1, ceil(seconds)))})

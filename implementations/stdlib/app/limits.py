"""How much one may try and keep."""

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network, ip_address
from math import ceil
from typing import Any

from app.framework.errors import Problem
from app.framework.messages import Request
from app.settings import settings
from app.storage import timestamp, writing
from app.tokens import digest

log = logging.getLogger(__name__)


def client_address(request: Request) -> str:
    """Return what failures are counted for; a /64 of IPv6 is one address."""
    try:
        address = ip_address(request.address)
    except ValueError:  # a proxy may write "unknown"
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address)


def check_limit(
    request: Request, db: sqlite3.Connection, username: str
) -> None:
    """Refuse a sign-in after too many that failed."""
    count, _ = settings.login_limit
    name, address = name_key(username), client_address(request)
    check_failures(db, count, "username = ? AND address = ?", [name, address])
    check_failures(db, 10 * count, "username = ?", [name])


def check_failures(
    db: sqlite3.Connection, count: int, conditions: str, values: list[str]
) -> None:
    """Refuse a sign-in after as many failures that meet the conditions."""
    now, window = datetime.now(UTC), timedelta(seconds=settings.login_limit[1])
    # There is such a row only if the window holds as many failures.
    row = db.execute(
        f"""SELECT failed_at FROM failed_sign_ins
        WHERE {conditions} AND failed_at > ?
        ORDER BY failed_at DESC LIMIT 1 OFFSET ?""",
        [*values, timestamp(now - window), count - 1],
    ).fetchone()
    if row:
        free_at = datetime.fromisoformat(row["failed_at"]) + window
        raise too_many((free_at - now).total_seconds())


def count_failure(request: Request, username: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    line = {"address": request.address}
    log.warning("sign-in failed", extra={"request": line})
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
            [name_key(username), client_address(request), timestamp(now)],
        )


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> Problem:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    return Problem(429, detail, {"Retry-After": str(max(1, ceil(seconds)))})


def refuse_excess(
    db: sqlite3.Connection, rows: str, values: list[Any], most: int, what: str
) -> None:
    """Refuse to keep more for an account than it may have."""
    count = db.execute(f"SELECT count(*) FROM ({rows})", values).fetchone()[0]
    if count > most:
        raise Problem(409, f"An account has at most {most} {what}.")

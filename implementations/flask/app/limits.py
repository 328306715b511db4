"""How much one may try and keep."""

import logging
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network, ip_address
from math import ceil
from typing import Any

from flask import abort, current_app, request
from sqlalchemy import BigInteger, Select, delete, literal, select
from werkzeug.exceptions import TooManyRequests

from app.models import FailedSignIn
from app.pagination import count_rows
from app.storage import begin_writing, db
from app.tokens import digest

log = logging.getLogger(__name__)


def client_address() -> str:
    """Return what failures are counted for; a /64 of IPv6 is one address."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:  # a proxy may write "unknown"
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address)


def check_limit(username: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = current_app.config["LOGIN_LIMIT"]
    now, window = datetime.now(UTC), timedelta(seconds=seconds)
    failures = (
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username))
        .where(FailedSignIn.failed_at > now - window)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(1)
    )
    from_here = failures.filter_by(address=client_address())
    # There is such a row only if the window holds as many failures.
    failed_at = db.scalar(from_here.offset(count - 1)) or db.scalar(
        failures.offset(literal(10 * count - 1, BigInteger))
    )
    if failed_at:
        raise too_many((failed_at + window - now).total_seconds())


def count_failure(username: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    log.warning("sign-in failed", extra={"address": request.remote_addr})
    now = datetime.now(UTC)
    window = timedelta(seconds=current_app.config["LOGIN_LIMIT"][1])
    begin_writing()
    db.execute(
        delete(FailedSignIn).where(FailedSignIn.failed_at <= now - window)
    )
    db.add(
        FailedSignIn(
            username=name_key(username),
            address=client_address(),
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


def refuse_excess(rows: Select[Any], most: int, what: str) -> None:
    """Refuse to keep more for an account than it may have."""
    if count_rows(rows) > most:
        abort(409, f"An account has at most {most} {what}.")

"""How much one may try and keep."""

import logging
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network, ip_address
from math import ceil
from typing import Any

from fastapi import HTTPException, Request
from sqlalchemy import BigInteger, Select, delete, literal, select
from sqlalchemy.orm import Session

from app.models import FailedSignIn
from app.pagination import count_rows
from app.settings import settings
from app.tokens import digest

log = logging.getLogger(__name__)


def client_address(request: Request) -> str:
    """Return what failures are counted for; a /64 of IPv6 is one address."""
    try:
        address = ip_address(request.client.host)
    except ValueError:  # a proxy may write "unknown"
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address)


def check_limit(request: Request, session: Session, username: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = settings.login_limit
    now, window = datetime.now(UTC), timedelta(seconds=seconds)
    failures = (
        select(FailedSignIn.failed_at)
        .filter_by(username=name_key(username))
        .where(FailedSignIn.failed_at > now - window)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(1)
    )
    from_here = failures.filter_by(address=client_address(request))
    # There is such a row only if the window holds as many failures.
    failed_at = session.scalar(from_here.offset(count - 1)) or session.scalar(
        failures.offset(literal(10 * count - 1, BigInteger))
    )
    if failed_at:
        raise too_many((failed_at + window - now).total_seconds())


def count_failure(request: Request, session: Session, username: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    log.warning("sign-in failed", extra={"address": request.client.host})
    now = datetime.now(UTC)
    window = timedelta(seconds=settings.login_limit[1])
    session.execute(
        delete(FailedSignIn).where(FailedSignIn.failed_at <= now - window)
    )
    session.add(
        FailedSignIn(
            username=name_key(username),
            address=client_address(request),
            failed_at=now,
        )
    )
    session.commit()  # for the request itself ends in an error


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> HTTPException:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    headers = {"Retry-After": str(max(1, ceil(seconds)))}
    return HTTPException(429, detail, headers)


def refuse_excess(
    session: Session, rows: Select[Any], most: int, what: str
) -> None:
    """Refuse to keep more for an account than it may have."""
    if count_rows(session, rows) > most:
        raise HTTPException(409, f"An account has at most {most} {what}.")

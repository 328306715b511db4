"""How often a sign-in may fail, for one name from one address."""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from app.errors import Problem
from app.models import FailedSignIn
from app.tokens import digest


def check_limit(username: str, address: str) -> None:
    """Refuse to try a password after too many that were wrong."""
    count, seconds = settings.LOGIN_LIMIT
    window = timedelta(seconds=seconds)
    failures = FailedSignIn.objects.filter(
        username=name_key(username),
        address=address,
        failed_at__gt=now() - window,
    )
    # Only if there are as many in the window is there a row at this place.
    if row := failures.order_by("-failed_at")[count - 1 : count].first():
        raise too_many((row.failed_at + window - now()).total_seconds())


def count_failure(username: str, address: str) -> None:
    """Remember that a sign-in failed, and forget what no longer counts."""
    window = timedelta(seconds=settings.LOGIN_LIMIT[1])
    with transaction.atomic():
        FailedSignIn.objects.filter(failed_at__lte=now() - window).delete()
        FailedSignIn.objects.create(
            username=name_key(username), address=address, failed_at=now()
        )


def name_key(username: str) -> str:
    """Shorten what is too long for a name, for it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> Problem:
    """Make the problem of a sign-in that has to wait."""
    detail = "There were too many failed sign-ins; wait."
    return Problem(429, detail, {"Retry-After": str(max(1, ceil(seconds)))})

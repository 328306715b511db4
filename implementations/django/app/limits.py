"""How often a sign-in may fail, for one username from one address."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.timezone import now

from app.errors import Problem
from app.models import FailedSignIn, User
from app.tokens import digest


class LimitedBackend(ModelBackend):
    """Django's, with a limit for the API, the pages and the admin."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **options: Any,
    ) -> User | None:
        """Return the user with this password, and count if there is none."""
        if request is None or username is None:  # no sign-in of a visitor
            return super().authenticate(request, username, password, **options)
        name, address = name_key(username), request.META["REMOTE_ADDR"]
        check_limit(name, address)
        user = super().authenticate(request, username, password)
        if user is None:
            count_failure(name, address)
        return user


def check_limit(username: str, address: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = settings.LOGIN_LIMIT
    window = timedelta(seconds=seconds)
    failures = FailedSignIn.objects.filter(
        username=username, address=address, failed_at__gt=now() - window
    )
    # There is such a row only if the window holds as many failures.
    if row := failures.order_by("-failed_at")[count - 1 : count].first():
        raise too_many((row.failed_at + window - now()).total_seconds())


def count_failure(username: str, address: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    window = timedelta(seconds=settings.LOGIN_LIMIT[1])
    FailedSignIn.objects.filter(failed_at__lte=now() - window).delete()
    FailedSignIn.objects.create(username=username, address=address)


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> Problem:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    return Problem(429, detail, {"Retry-After": str(max(1, ceil(seconds)))})

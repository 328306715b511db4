"""How much one may try and keep."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import MiddlewareNotUsed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from app.accounts import expect_turn
from app.errors import Problem
from app.models import FailedSignIn, User
from app.tokens import digest

log = logging.getLogger(__name__)


def client_address(request: HttpRequest) -> str:
    """Return what failures are counted for; a /64 of IPv6 is one address."""
    address = parse_address(request.META["REMOTE_ADDR"])
    if address.version == 6:
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address)


def parse_address(text: str) -> IPv4Address | IPv6Address:
    """Parse an IP address; one of IPv4 may come in the form of IPv6."""
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def check_limit(username: str, address: str) -> None:
    """Refuse a sign-in after too many that failed."""
    count, seconds = settings.LOGIN_LIMIT
    now, window = timezone.now(), timedelta(seconds=seconds)
    by_name = FailedSignIn.objects.filter(
        username=username, failed_at__gt=now - window
    ).order_by("-failed_at")
    by_both = by_name.filter(address=address)
    for failures, most in ((by_both, count), (by_name, 10 * count)):
        # There is such a row only if the window holds as many failures.
        if row := failures[most - 1 : most].first():
            raise too_many((row.failed_at + window - now).total_seconds())


def count_failure(username: str, address: str) -> None:
    """Store that a sign-in failed, and delete what no longer counts."""
    now = timezone.now()
    window = timedelta(seconds=settings.LOGIN_LIMIT[1])
    FailedSignIn.objects.filter(failed_at__lte=now - window).delete()
    FailedSignIn.objects.create(username=username, address=address)


def name_key(username: str) -> str:
    """Shorten what is too long for a username, as it is stored."""
    return username if len(username) <= 128 else digest(username)


def too_many(seconds: float) -> Problem:
    """Make the problem of a sign-in that has to wait."""
    detail = "Too many failed sign-ins. Try again later."
    return Problem(429, detail, {"Retry-After": str(max(1, ceil(seconds)))})


def refuse_excess(rows: QuerySet, most: int, what: str) -> None:
    """Refuse to keep more for an account than it may have."""
    if rows.count() > most:
        raise Problem(409, f"An account has at most {most} {what}.")


def forwarded_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Take the client's address from a proxy that is trusted."""
    if not settings.TRUSTED_PROXIES:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        forwarded = request.headers.get("X-Forwarded-For", "")
        with suppress(ValueError):  # the last is no address
            address = ip_address(forwarded.rpartition(",")[2].strip())
            proxy = parse_address(request.META["REMOTE_ADDR"])
            if proxy in settings.TRUSTED_PROXIES:
                request.META["REMOTE_ADDR"] = str(address)
        return get_response(request)

    return middleware


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
        expect_turn()  # a refusal must cost less than a query does
        name, address = name_key(username), client_address(request)
        check_limit(name, address)
        user = super().authenticate(request, username, password)
        if user is None:
            count_failure(name, address)
            remote = request.META["REMOTE_ADDR"]
            log.warning("sign-in failed", extra={"address": remote})
        return user

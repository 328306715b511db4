"""Users and their passwords."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from app.errors import Problem
from app.models import User
from app.storage import timestamp

CORES = os.cpu_count() or 1
hashing, waiting = BoundedSemaphore(CORES), BoundedSemaphore(CORES)


@contextmanager
def turn_to_hash() -> Iterator[None]:
    """Wait for a moment for one of as many turns as there are cores."""
    if not waiting.acquire(blocking=False):
        raise busy()
    turn = hashing.acquire(timeout=0.1)  # seconds
    waiting.release()
    if not turn:
        raise busy()
    try:
        yield
    finally:
        hashing.release()


def expect_turn() -> None:
    """Refuse a request when too many wait to hash already."""
    if not waiting.acquire(blocking=False):
        raise busy()
    waiting.release()


def busy() -> Problem:
    """Make the problem of a password that cannot be checked now."""
    detail = "Too many passwords are being checked. Try again later."
    return Problem(503, detail, {"Retry-After": "1"})


def represent_user(user: User) -> dict[str, Any]:
    """Show a user, without secrets."""
    return {
        "id": user.pk,
        "username": user.username,
        "admin": user.admin,
        "created_at": timestamp(user.created_at),
    }


def lock_user(user: User) -> User | None:
    """Lock the user's row until commit."""
    # None if the password has changed: what was begun with it ends.
    users = User.objects.select_for_update()
    return users.filter(pk=user.pk, password=user.password).first()


def lock_session(request: HttpRequest) -> bool:
    """Lock the rows of user and session until commit, if both exist."""
    if not lock_user(request.user):  # first: prevents deadlocks
        return False
    sessions = Session.objects.select_for_update()
    return bool(sessions.filter(pk=request.session.session_key).first())


def wrong_sign_in() -> Problem:
    """Make the one problem for every sign-in that fails."""
    detail = "The username or password is wrong."
    return Problem(401, detail, {"WWW-Authenticate": "Bearer"})


class ScryptPasswordHasher(hashers.ScryptPasswordHasher):
    """Django's hasher at the cost that the settings ask for."""

    work_factor = 2**settings.PASSWORD_LOG_N
    maxmem = 2**28  # bytes; N=2**17, the highest cost, takes half of them

    def encode(self, *args: Any) -> str:
        """Hash a password, as soon as a core is free."""
        with turn_to_hash():
            return super().encode(*args)

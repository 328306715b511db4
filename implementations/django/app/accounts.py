"""Users and their passwords."""

from typing import Any

from django.conf import settings
from django.contrib.auth import hashers

from app.errors import Problem
from app.models import User
from app.storage import timestamp


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


def wrong_sign_in() -> Problem:
    """Make the one problem for every sign-in that fails."""
    detail = "The username or password is wrong."
    return Problem(401, detail, {"WWW-Authenticate": "Bearer"})


class ScryptPasswordHasher(hashers.ScryptPasswordHasher):
    """Django's hasher at the cost that the settings ask for."""

    work_factor = 2**settings.PASSWORD_LOG_N
    maxmem = 2**28  # bytes; N=2**17, the highest cost, takes half of them

"""Accounts and their passwords."""

from typing import Any

from django.conf import settings
from django.contrib.auth import (
    authenticate,
    hashers,
    password_validation,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest

from app.errors import Problem
from app.limits import check_limit, count_failure
from app.models import User
from app.storage import timestamp


def represent_user(user: User) -> dict[str, Any]:
    """Show an account, without its secrets."""
    return {
        "id": user.id,
        "username": user.username,
        "admin": user.admin,
        "created_at": timestamp(user.created_at),
    }


def insert_user(username: str, password: str, admin: bool = False) -> User:
    """Store a new account."""
    try:
        return User.objects.create(
            username=username, password=password, admin=admin
        )
    except IntegrityError as error:
        raise Problem(409, "This name is taken.") from error


def check_sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Return the account that has this name and this password."""
    address = request.META["REMOTE_ADDR"]
    check_limit(username, address)
    # An unknown name takes as long as a known one, and so stays unknown.
    user = authenticate(request, username=username, password=password)
    if not user:
        count_failure(username, address)
        raise wrong_sign_in()
    request.user_id = user.id
    return user


def confirm_password(user: User) -> None:
    """Refuse if the account or its password changed since it was read."""
    same = User.objects.filter(id=user.id, password=user.password)
    if not same.select_for_update(no_key=True).exists():
        raise wrong_sign_in()


def wrong_sign_in() -> Problem:
    """Make the one problem for every sign-in that fails."""
    detail = "The name or the password is wrong."
    return Problem(401, detail, {"WWW-Authenticate": "Bearer"})


class ScryptPasswordHasher(hashers.ScryptPasswordHasher):
    """Django's hasher at the cost that the settings ask for."""

    work_factor = 2**settings.PASSWORD_LOG_N
    maxmem = 2**28  # bytes; 2**17, the highest cost, takes half of them

    def must_update(self, encoded: str) -> bool:
        """Keep what is stored: to store it anew could undo a change."""
        return False


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's validator, by casefold; an account's name is common, too."""

    def validate(self, password: str, user: User) -> None:
        """Refuse a password that is among those that are tried first."""
        folded = password.casefold()
        if folded in self.passwords or folded == user.username:
            raise ValidationError(self.get_error_message(), code="common")

"""Users and their passwords."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from flask import abort, current_app, g
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import ServiceUnavailable, Unauthorized
from werkzeug.security import check_password_hash, generate_password_hash

from app.limits import check_limit, count_failure
from app.models import User
from app.storage import begin_writing, db, timestamp

COMMON = frozenset(
    Path(__file__).with_name("common-passwords.txt").read_text().split()
)
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


def busy() -> ServiceUnavailable:
    """Make the problem of a password that cannot be checked now."""
    detail = "Too many passwords are being checked. Try again later."
    return ServiceUnavailable(detail, retry_after=1)


def hash_password(password: str) -> str:
    """Hash a password with scrypt (RFC 7914) and a salt."""
    with turn_to_hash():
        return generate_password_hash(password, scrypt_method())


def verify_password(password: str, stored: str) -> bool:
    """Tell whether a password is the one of a stored hash."""
    with turn_to_hash():
        return check_password_hash(stored, password)


def scrypt_method() -> str:
    """Name the method with its cost: N, r and p."""
    return f"scrypt:{2 ** current_app.config['PASSWORD_LOG_N']}:8:5"


def is_common_password(password: str) -> bool:
    """Tell whether a password is among those that are tried first."""
    return password.casefold() in COMMON


def represent_user(user: User) -> dict[str, Any]:
    """Show a user, without secrets."""
    return {
        "id": user.id,
        "username": user.username,
        "admin": user.admin,
        "created_at": timestamp(user.created_at),
    }


def insert_user(username: str, password: str, admin: bool = False) -> User:
    """Store a new user."""
    user = User(
        username=username,
        password=password,
        admin=admin,
        created_at=datetime.now(UTC),
    )
    db.add(user)
    try:
        db.flush()
    except IntegrityError:
        abort(409, "This username is taken.")
    return user


def get_user(username: str) -> User | None:
    """Read the user who has this name."""
    return db.scalar(select(User).where(User.username == username))


def remove_user(user_id: int) -> bool:
    """Delete a user; the rows that refer to the user go as well."""
    query = delete(User).where(User.id == user_id)
    return bool(db.execute(query).rowcount)


def check_sign_in(username: str, password: str) -> User:
    """Return the user who has this name and this password."""
    expect_turn()  # a refusal must cost less than a query does
    check_limit(username)
    user = get_user(username)
    # An unknown name takes as long as a known one, and so stays unknown.
    stored = user.password if user else f"{scrypt_method()}$salt$"
    if not verify_password(password, stored) or not user:
        count_failure(username)
        raise wrong_sign_in()
    current = stored.startswith(f"{scrypt_method()}$")
    fresh = stored if current else hash_password(password)
    user = confirm_password(user.id, stored)
    user.password = fresh
    return user


def confirm_password(user_id: int, stored: str) -> User:
    """Refuse if the user or the password changed since it was read."""
    begin_writing()
    user = db.get(User, user_id, with_for_update=True)
    if not user or user.password != stored:
        raise wrong_sign_in()
    g.user_id = user.id
    return user


def wrong_sign_in() -> Unauthorized:
    """Make the one problem for every sign-in that fails."""
    detail = "The username or password is wrong."
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer"))

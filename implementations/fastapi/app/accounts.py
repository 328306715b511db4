"""Users and their passwords."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore

from fastapi import Depends, HTTPException, Request
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.limits import check_limit, count_failure
from app.models import User
from app.settings import settings
from app.storage import Timestamp

COMMON = frozenset(
    Path(__file__).with_name("common-passwords.txt").read_text().split()
)
password_hash = PasswordHash(
    [Argon2Hasher(memory_cost=2**settings.password_log_n, parallelism=1)]
)
# An unknown name takes as long as a known one, and so stays unknown.
DUMMY_HASH = password_hash.hash("nobody's password")
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


async def expect_turn() -> None:
    """Refuse a request when too many wait to hash already."""
    # On the event loop, where waiting takes no thread and no session.
    if not waiting.acquire(blocking=False):
        await asyncio.sleep(0.1)
        if not waiting.acquire(blocking=False):
            raise busy()
    waiting.release()


HashingTurn = Depends(expect_turn)


def busy() -> HTTPException:
    """Make the problem of a password that cannot be checked now."""
    detail = "Too many passwords are being checked. Try again later."
    return HTTPException(503, detail, {"Retry-After": "1"})


def get_password_hash(password: str) -> str:
    """Hash a password with Argon2 (RFC 9106) and a salt."""
    with turn_to_hash():
        return password_hash.hash(password)


def verify_password(password: str, stored: str) -> bool:
    """Tell whether a password is the one of a stored hash."""
    with turn_to_hash():
        return password_hash.verify(password, stored)


def is_common_password(password: str) -> bool:
    """Tell whether a password is among those that are tried first."""
    return password.casefold() in COMMON


class UserDocument(BaseModel):
    """A user, without secrets."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    admin: bool
    created_at: Timestamp


def insert_user(
    session: Session, username: str, password: str, admin: bool = False
) -> User:
    """Store a new user."""
    user = User(
        username=username,
        password=password,
        admin=admin,
        created_at=datetime.now(UTC),
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise HTTPException(409, "This username is taken.") from error
    return user


def get_user(session: Session, username: str) -> User | None:
    """Read the user who has this name."""
    return session.scalar(select(User).where(User.username == username))


def remove_user(session: Session, user_id: int) -> bool:
    """Delete a user; the rows that refer to the user go as well."""
    query = delete(User).where(User.id == user_id)
    return bool(session.execute(query).rowcount)


def check_sign_in(
    request: Request, session: Session, username: str, password: str
) -> User:
    """Return the user who has this name and this password."""
    check_limit(request, session, username)
    user = get_user(session, username)
    stored = user.password if user else DUMMY_HASH
    session.commit()  # so that others write while the password is hashed
    with turn_to_hash():
        right, fresh = password_hash.verify_and_update(password, stored)
    if not right or not user:
        count_failure(request, session, username)
        raise wrong_sign_in()
    user = confirm_password(session, user.id, stored)
    user.password = fresh or stored  # with the cost of today
    return user


def confirm_password(session: Session, user_id: int, stored: str) -> User:
    """Refuse if the user or the password changed since it was read."""
    user = session.get(
        User, user_id, with_for_update=True, populate_existing=True
    )
    if not user or user.password != stored:
        raise wrong_sign_in()
    return user


def wrong_sign_in() -> HTTPException:
    """Make the one problem for every sign-in that fails."""
    detail = "The username or password is wrong."
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})

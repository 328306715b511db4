"""Accounts and their passwords."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import abort, g
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.security import check_password_hash, generate_password_hash

from app.limits import check_limit, count_failure
from app.models import User
from app.settings import settings
from app.storage import reading, timestamp

COMMON = frozenset(
    Path(__file__).with_name("common-passwords.txt").read_text().split()
)


def hash_password(password: str) -> str:
    """Hash a password with scrypt (RFC 7914) and a salt of its own."""
    return generate_password_hash(password, scrypt_method())


def scrypt_method() -> str:
    """Name the method with its cost: N, r and p."""
    return f"scrypt:{2**settings.password_log_n}:8:5"


def is_common_password(password: str) -> bool:
    """Tell whether a password is among those that are tried first."""
    return password.casefold() in COMMON


def represent_user(user: User) -> dict[str, Any]:
    """Show an account, without its secrets."""
    return {
        "id": user.id,
        "username": user.username,
        "admin": user.admin,
        "created_at": timestamp(user.created_at),
    }


def insert_user(
    db: Session, username: str, password: str, admin: bool = False
) -> User:
    """Store a new account."""
    now = datetime.now(UTC)
    user = User(
        username=username, password=password, admin=admin, created_at=now
    )
    db.add(user)
    try:
        db.flush()
    except IntegrityError:
        abort(409, "This name is taken.")
    return user


def get_user(db: Session, username: str) -> User | None:
    """Read the account that has this name."""
    return db.scalar(select(User).where(User.username == username))


def delete_account(db: Session, user_id: int) -> bool:
    """Delete an account; what refers to it goes with it."""
    return bool(db.execute(delete(User).where(User.id == user_id)).rowcount)


def check_sign_in(username: str, password: str) -> User:
    """Return the account that has this name and this password."""
    with reading() as db:
        check_limit(db, username)
        user = get_user(db, username)
    # An unknown name takes as long as a known one, and so stays unknown.
    stored = user.password if user else f"{scrypt_method()}$salt$"
    if not check_password_hash(stored, password) or not user:
        count_failure(username)
        raise wrong_sign_in()
    g.user_id = user.id
    return user


def confirm_password(db: Session, user: User) -> User:
    """Refuse if the account or its password changed since it was read."""
    current = db.get(User, user.id, with_for_update=True)
    if not current or current.password != user.password:
        raise wrong_sign_in()
    return current


def wrong_sign_in() -> Unauthorized:
    """Make the one problem for every sign-in that fails."""
    detail = "The name or the password is wrong."
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer"))

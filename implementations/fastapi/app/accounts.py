"""Accounts and their passwords."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from pathlib import Path

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.limits import check_limit, count_failure
from app.models import User
from app.settings import settings
from app.storage import Timestamp, reading

COMMON = frozenset(
    Path(__file__).with_name("common-passwords.txt").read_text().split()
)


def hash_password(password: str) -> str:
    """Hash a password with scrypt (RFC 7914) and a salt of its own."""
    return scrypt(password, 2**settings.password_log_n, secrets.token_hex(16))


def verify_password(password: str, stored: str) -> bool:
    """Tell whether a password is the one of a stored hash."""
    method, salt, _ = stored.split("$")
    again = scrypt(password, int(method.split(":")[1]), salt)
    return hmac.compare_digest(again, stored)


def scrypt(password: str, n: int, salt: str) -> str:
    """Write a hash together with what it takes to make it again."""
    r, p = 8, 5
    digest = hashlib.scrypt(
        password.encode(),
        salt=salt.encode(),
        n=n,
        r=r,
        p=p,
        maxmem=128 * r * (n + p + 2),
    )
    return f"scrypt:{n}:{r}:{p}${salt}${digest.hex()}"


def is_common_password(password: str) -> bool:
    """Tell whether a password is among those that are tried first."""
    return password.casefold() in COMMON


class UserDocument(BaseModel):
    """Show an account, without its secrets."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    admin: bool
    created_at: Timestamp


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
    except IntegrityError as error:
        raise HTTPException(409, "This name is taken.") from error
    return user


def get_user(db: Session, username: str) -> User | None:
    """Read the account that has this name."""
    return db.scalar(select(User).where(User.username == username))


def delete_account(db: Session, user_id: int) -> bool:
    """Delete an account; what refers to it goes with it."""
    return bool(db.execute(delete(User).where(User.id == user_id)).rowcount)


def check_sign_in(request: Request, username: str, password: str) -> User:
    """Return the account that has this name and this password."""
    with reading() as db:
        check_limit(db, username, request.client.host)
        user = get_user(db, username)
    # An unknown name takes as long as a known one, and so stays unknown.
    stored = user.password if user else unknown_password()
    if not verify_password(password, stored) or not user:
        count_failure(username, request.client.host)
        raise wrong_sign_in()
    request.state.user_id = user.id
    return user


def unknown_password() -> str:
    """Return a hash that no password has and that costs the same."""
    return f"scrypt:{2**settings.password_log_n}:8:5$salt$"


def confirm_password(db: Session, user: User) -> User:
    """Refuse if the account or its password changed since it was read."""
    current = db.get(User, user.id, with_for_update=True)
    if not current or current.password != user.password:
        raise wrong_sign_in()
    return current


def wrong_sign_in() -> HTTPException:
    """Make the one problem for every sign-in that fails."""
    detail = "The name or the password is wrong."
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})

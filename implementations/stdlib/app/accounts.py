"""Users and their passwords."""

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from app.framework.errors import Problem
from app.framework.messages import Request
from app.limits import check_limit, count_failure
from app.pagination import Page, paginate
from app.settings import settings
from app.storage import reading, timestamp, writing

COMMON = frozenset(
    Path(__file__).with_name("common-passwords.txt").read_text().split()
)
METHOD = f"scrypt:{2**settings.password_log_n}:8:5"  # N, r, p of RFC 7914
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


def busy() -> Problem:
    """Make the problem of a password that cannot be checked now."""
    detail = "Too many passwords are being checked. Try again later."
    return Problem(503, detail, {"Retry-After": "1"})


def hash_password(password: str) -> str:
    """Hash a password with scrypt (RFC 7914) and a salt."""
    return scrypt(password, secrets.token_hex(16), METHOD)


def verify_password(password: str, stored: str) -> bool:
    """Tell whether a password is the one of a stored hash."""
    method, salt, _ = stored.split("$")
    return hmac.compare_digest(scrypt(password, salt, method), stored)


def scrypt(password: str, salt: str, method: str) -> str:
    """Write a hash together with what it takes to make it again."""
    n, r, p = map(int, method.split(":")[1:])
    with turn_to_hash():
        digest = hashlib.scrypt(
            password.encode(),
            salt=salt.encode(),
            n=n,
            r=r,
            p=p,
            maxmem=128 * r * (n + p + 2),
        )
    return f"{method}${salt}${digest.hex()}"


def is_common_password(password: str) -> bool:
    """Tell whether a password is among those that are tried first."""
    return password.casefold() in COMMON


def represent_user(user: sqlite3.Row) -> dict[str, Any]:
    """Show a user, without secrets."""
    return {
        "id": user["id"],
        "username": user["username"],
        "admin": bool(user["admin"]),
        "created_at": user["created_at"],
    }


def insert_user(
    db: sqlite3.Connection, username: str, password: str, admin: bool = False
) -> sqlite3.Row:
    """Store a new user."""
    now = timestamp(datetime.now(UTC))
    cursor = db.execute(
        """INSERT INTO users (username, password, admin, created_at)
        VALUES (?, ?, ?, ?) ON CONFLICT (username) DO NOTHING""",
        [username, password, admin, now],
    )
    if not cursor.rowcount:
        raise Problem(409, "This username is taken.")
    return get_user(db, username)


def get_user(db: sqlite3.Connection, username: str) -> sqlite3.Row | None:
    """Read the user who has this name."""
    return db.execute(
        "SELECT * FROM users WHERE username = ?", [username]
    ).fetchone()


def page_of_users(db: sqlite3.Connection, query: dict[str, Any]) -> Page:
    """Read one page of all users."""
    return paginate(db, "*", "users", [], "id", query)


def replace_password(
    db: sqlite3.Connection, user_id: int, password: str
) -> None:
    """Store another hash for a user."""
    db.execute(
        "UPDATE users SET password = ? WHERE id = ?", [password, user_id]
    )


def remove_user(db: sqlite3.Connection, user_id: int) -> bool:
    """Delete a user; the rows that refer to the user go as well."""
    return bool(
        db.execute("DELETE FROM users WHERE id = ?", [user_id]).rowcount
    )


def check_sign_in(
    request: Request, username: str, password: str
) -> sqlite3.Row:
    """Return the user who has this name and this password."""
    with reading() as db:
        check_limit(request, db, username)
        user = get_user(db, username)
    # An unknown name takes as long as a known one, and so stays unknown.
    stored = user["password"] if user else f"{METHOD}$salt$"
    if not verify_password(password, stored) or not user:
        count_failure(request, username)
        raise wrong_sign_in()
    if not stored.startswith(f"{METHOD}$"):
        user = renew_hash(user, hash_password(password))
    request.user = user
    return user


def renew_hash(user: sqlite3.Row, password: str) -> sqlite3.Row:
    """Store a hash of today's cost for the same password."""
    with writing() as db:
        confirm_password(db, user)
        replace_password(db, user["id"], password)
        return get_user(db, user["username"])


def confirm_password(db: sqlite3.Connection, user: sqlite3.Row) -> None:
    """Refuse if the user or the password changed since it was read."""
    row = db.execute(
        "SELECT 1 FROM users WHERE id = ? AND password = ?",
        [user["id"], user["password"]],
    )
    if not row.fetchone():
        raise wrong_sign_in()


def wrong_sign_in() -> Problem:
    """Make the one problem for every sign-in that fails."""
    detail = "The username or password is wrong."
    return Problem(401, detail, {"WWW-Authenticate": "Bearer"})

"""Bearer tokens (RFC 6750)."""

import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from app.settings import settings
from app.storage import timestamp


def issue_token(db: sqlite3.Connection, user_id: int) -> dict[str, str]:
    """Make a token for a user; only its digest is stored."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = timestamp(now + timedelta(seconds=settings.token_ttl))
    db.execute(
        "DELETE FROM tokens WHERE user_id = ? AND expires_at <= ?",
        [user_id, timestamp(now)],
    )
    db.execute(
        "INSERT INTO tokens (digest, user_id, expires_at) VALUES (?, ?, ?)",
        [digest(token), user_id, expires_at],
    )
    return {"token": token, "token_type": "Bearer", "expires_at": expires_at}


def find_token(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    """Find a valid token with its user."""
    return db.execute(
        """SELECT users.*, digest FROM tokens
        JOIN users ON users.id = user_id
        WHERE digest = ? AND expires_at > ?""",
        [digest(token), timestamp(datetime.now(UTC))],
    ).fetchone()


def end_token(db: sqlite3.Connection, token_digest: str) -> None:
    """Revoke a token."""
    db.execute("DELETE FROM tokens WHERE digest = ?", [token_digest])


def end_other_tokens(
    db: sqlite3.Connection, user_id: int, token_digest: str
) -> None:
    """Revoke all tokens of a user but one."""
    db.execute(
        "DELETE FROM tokens WHERE user_id = ? AND digest <> ?",
        [user_id, token_digest],
    )


def digest(token: str) -> str:
    """Digest a token; it is random, so one round is enough."""
    return sha256(token.encode()).hexdigest()

"""Bearer tokens (RFC 6750)."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import contains_eager

from app.models import Token, User
from app.storage import db, timestamp


def issue_token(user_id: int) -> dict[str, str]:
    """Make a token for a user; only its digest is stored."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = now + timedelta(seconds=current_app.config["TOKEN_TTL"])
    db.execute(
        delete(Token).where(Token.user_id == user_id, Token.expires_at <= now)
    )
    db.add(Token(digest=digest(token), user_id=user_id, expires_at=expires_at))
    return {
        "token": token,
        "token_type": "Bearer",
        "expires_at": timestamp(expires_at),
    }


def find_token(token: str, lock: bool = False) -> Token | None:
    """Find a valid token with its user."""
    query = (
        select(Token)
        .join(Token.user)
        .options(contains_eager(Token.user))
        .where(Token.digest == digest(token))
        .where(Token.expires_at > datetime.now(UTC))
    )
    if lock:  # the user's row first, as in a deletion: prevents deadlocks
        query = query.with_for_update(of=[User, Token])
    return db.scalar(query)


def end_other_tokens(user_id: int, token_digest: str) -> None:
    """Revoke all tokens of a user but one."""
    db.execute(
        delete(Token).where(
            Token.user_id == user_id, Token.digest != token_digest
        )
    )


def digest(token: str) -> str:
    """Digest a token; it is random, so one round is enough."""
    return sha256(token.encode()).hexdigest()

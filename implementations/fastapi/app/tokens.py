"""Bearer tokens (RFC 6750)."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, contains_eager

from app.models import Token, User
from app.settings import settings
from app.storage import Timestamp


class TokenDocument(BaseModel):
    """A token, shown this once to the user who signs in."""

    token: str
    token_type: str
    expires_at: Timestamp


def issue_token(session: Session, user_id: int) -> TokenDocument:
    """Make a token for a user; only its digest is stored."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = now + timedelta(seconds=settings.token_ttl)
    session.execute(
        delete(Token).where(Token.user_id == user_id, Token.expires_at <= now)
    )
    session.add(
        Token(digest=digest(token), user_id=user_id, expires_at=expires_at)
    )
    return TokenDocument(
        token=token, token_type="Bearer", expires_at=expires_at
    )


def find_token(
    session: Session, token: str, lock: bool = False
) -> Token | None:
    """Find a valid token with its user."""
    query = (
        select(Token)
        .join(Token.user)
        .options(contains_eager(Token.user))
        .where(Token.digest == digest(token))
        .where(Token.expires_at > datetime.now(UTC))
        .execution_options(populate_existing=True)
    )
    if lock:  # the user's row first, as in a deletion: prevents deadlocks
        query = query.with_for_update(of=[User, Token])
    return session.scalar(query)


def end_other_tokens(
    session: Session, user_id: int, token_digest: str
) -> None:
    """Revoke all tokens of a user but one."""
    session.execute(
        delete(Token).where(
            Token.user_id == user_id, Token.digest != token_digest
        )
    )


def digest(token: str) -> str:
    """Digest a token; it is random, so one round is enough."""
    return sha256(token.encode()).hexdigest()

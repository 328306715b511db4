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
    """Show a token, this once, to the one who signs in."""

    token: str
    token_type: str
    expires_at: Timestamp


def issue_token(db: Session, user_id: int) -> TokenDocument:
    """Make a token for an account; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(seconds=settings.token_ttl)
    db.add(Token(digest=digest(token), user_id=user_id, expires_at=expires_at))
    return TokenDocument(
        token=token, token_type="Bearer", expires_at=expires_at
    )


def find_token(db: Session, token: str) -> Token | None:
    """Find a token that is valid now, with its account."""
    query = (
        select(Token)
        .join(Token.user)
        .options(contains_eager(Token.user))
        .where(Token.digest == digest(token))
        .where(Token.expires_at > datetime.now(UTC))
    )
    if db.info.get("writing"):
        # PostgreSQL lets several write: keep the account until the end.
        query = query.with_for_update(of=User)
    return db.scalar(query)


def end_tokens(db: Session, user_id: int, but: str = "") -> None:
    """End the tokens of an account, but for one."""
    db.execute(
        delete(Token).where(Token.user_id == user_id, Token.digest != but)
    )


def digest(token: str) -> str:
    """Digest a token; it is random, so that one round is enough."""
    return sha256(token.encode()).hexdigest()

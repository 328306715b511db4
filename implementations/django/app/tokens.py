"""Bearer tokens (RFC 6750)."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone

from app.models import Token, User
from app.storage import timestamp


def issue_token(user: User) -> dict[str, str]:
    """Make a token for a user; only its digest is stored."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    expires_at = now + timedelta(seconds=settings.TOKEN_TTL)
    user.tokens.filter(expires_at__lte=now).delete()
    user.tokens.create(digest=digest(token), expires_at=expires_at)
    return {
        "token": token,
        "token_type": "Bearer",
        "expires_at": timestamp(expires_at),
    }


def find_token(token: str, lock: bool = False) -> Token:
    """Find a valid token with its user."""
    tokens = Token.objects.select_related("user")
    if lock:  # the user's row first, as in a deletion: prevents deadlocks
        tokens = tokens.select_for_update(of=["user", "self"])
    return tokens.get(digest=digest(token), expires_at__gt=timezone.now())


def digest(token: str) -> str:
    """Digest a token; it is random, so one round is enough."""
    return sha256(token.encode()).hexdigest()

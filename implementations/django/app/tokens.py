"""Bearer tokens (RFC 6750)."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.timezone import now

from app.models import User
from app.storage import timestamp


def issue_token(user: User) -> dict[str, str]:
    """Make a token for an account; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(seconds=settings.TOKEN_TTL)
    user.tokens.create(digest=digest(token), expires_at=expires_at)
    return {
        "token": token,
        "token_type": "Bearer",
        "expires_at": timestamp(expires_at),
    }


def find_token(token: str) -> User | None:
    """Find a token that is valid now, with its account."""
    users = User.objects.filter(
        tokens__digest=digest(token), tokens__expires_at__gt=now()
    ).annotate(digest=F("tokens__digest"))
    if connection.in_atomic_block:
        # A write keeps others from deleting its account; in SQLite, being
        # the one writer does.
        users = users.select_for_update(of=("self",), no_key=True)
    return users.first()


def end_tokens(user: User, but: str = "") -> None:
    """End the tokens of an account, but for one."""
    user.tokens.exclude(digest=but).delete()


def digest(token: str) -> str:
    """Digest a token; it is random, so that one round is enough."""
    return sha256(token.encode()).hexdigest()

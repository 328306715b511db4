"""Tokens in forms, which other sites cannot know (CSRF)."""

import hmac
import secrets

from app.errors import Problem
from app.messages import Request
from app.sessions import session_id
from app.settings import settings

NONCE_LENGTH = 32


def csrf_token(session: str) -> str:
    """Make a token for the forms of a session."""
    # No two are alike, so that the length of a compressed page tells
    # nothing about them (BREACH, see spec/compression.md).
    return sign(session, secrets.token_hex(NONCE_LENGTH // 2))


def check_csrf(request: Request, form: dict[str, str]) -> None:
    """Refuse a form that this service has not given to this browser."""
    session, token = session_id(request), form.get("csrf", "")
    expected = sign(session or "", token[:NONCE_LENGTH])
    if (
        session is None
        or not hmac.compare_digest(expected.encode(), token.encode())
        or not is_own_origin(request)
    ):
        raise expired_form()


def sign(session: str, nonce: str) -> str:
    """Bind a nonce to a session, as only who has the key can."""
    message = f"csrf:{session}:{nonce}".encode()
    key = settings.secret_key.encode()
    return nonce + hmac.new(key, message, "sha256").hexdigest()


def is_own_origin(request: Request) -> bool:
    """Tell whether the page that posts is ours, if the browser says it."""
    origin = request.header("Origin")
    if origin is None:
        return True
    # Behind a proxy the scheme is not known here, so that it is not asked.
    _, _, host = origin.lower().partition("://")
    return host == (request.header("Host") or "").lower()


def expired_form() -> Problem:
    """Make the problem of a form that is not ours, or no longer."""
    return Problem(403, "This form has expired; go back and try again.")

"""Tokens in forms, which other sites cannot know (CSRF)."""

import hmac
import secrets

from app.framework.bodies import read_form
from app.framework.errors import Problem
from app.framework.messages import Request
from app.sessions import session_id
from app.settings import settings

NONCE_LENGTH = 32


def csrf_token(id: str) -> str:
    """Make a token for the forms of a session."""
    # No two are alike, so that the length of a compressed page tells
    # nothing about them (BREACH).
    return sign(id, secrets.token_hex(NONCE_LENGTH // 2))


def check_csrf(request: Request, form: dict[str, str]) -> None:
    """Refuse a form that was not made for this browser's session."""
    id, token = session_id(request), form.get("csrf_token", "")
    expected = sign(id or "", token[:NONCE_LENGTH])
    if (
        id is None
        or not hmac.compare_digest(expected.encode(), token.encode())
        or not is_same_origin(request)
    ):
        raise expired_form()


def read_checked_form(request: Request) -> dict[str, str]:
    """Read a form that was made for this browser's session."""
    form = read_form(request)
    check_csrf(request, form)
    return form


def sign(id: str, nonce: str) -> str:
    """Bind a nonce to a session with the secret key."""
    message = f"csrf:{id}:{nonce}".encode()
    key = settings.secret_key.encode()
    return nonce + hmac.new(key, message, "sha256").hexdigest()


def is_same_origin(request: Request) -> bool:
    """Tell whether the page that posts is of this host, if it is known."""
    origin = request.header("Origin")
    if origin is None:
        return True
    # The scheme of the request is known to a proxy in front only.
    scheme, _, host = origin.lower().partition("://")
    port = {"http": ":80", "https": ":443"}.get(scheme, "")
    own = (request.header("Host") or "").lower()
    return host.removesuffix(port) == own.removesuffix(port)


def expired_form() -> Problem:
    """Make the problem of a form without a valid token."""
    return Problem(403, "This form has expired. Go back and try again.")

"""Tokens in forms, which other sites cannot know (CSRF)."""

import secrets
from typing import Annotated

from fastapi import Form, HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.settings import settings

# The time in it makes each token differ, so that the length of a compressed
# page tells nothing about them (BREACH).
serializer = URLSafeTimedSerializer(settings.secret_key, salt="csrf")


def csrf_token(request: Request) -> str:
    """Make a token for the forms of a session."""
    return serializer.dumps(csrf_key(request))


def csrf_key(request: Request) -> str:
    """Return what the tokens of a session hold, making it on first use."""
    return request.session.setdefault("csrf", secrets.token_urlsafe(16))


async def check_csrf(
    request: Request, csrf_token: Annotated[str, Form()] = ""
) -> None:
    """Refuse a form that was not made for this browser's session."""
    try:
        key = serializer.loads(csrf_token)
    except (BadData, UnicodeError):  # some codecs make what is no Unicode
        key = None
    if key is None or key != request.session.get("csrf"):
        raise expired_form()


def expired_form() -> HTTPException:
    """Make the problem of a form without a valid token."""
    detail = "This form has expired. Go back and try again."
    return HTTPException(403, detail)

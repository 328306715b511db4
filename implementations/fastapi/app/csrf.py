"""Tokens in forms, which other sites cannot know (CSRF)."""

import hmac
import secrets
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData

from app.bodies import read_files, read_whole_form

NONCE_LENGTH = 32


def csrf_token(request: Request) -> str:
    """Make a token for the forms of a session."""
    key = csrf_key(request)
    # No two are alike, so that the length of a compressed page tells
    # nothing about them (BREACH, see spec/compression.md).
    return sign(key, secrets.token_hex(NONCE_LENGTH // 2))


def csrf_key(request: Request) -> str:
    """Return the key of a session's tokens, making it on first use."""
    return request.session.setdefault("csrf", secrets.token_urlsafe(32))


def check_csrf(request: Request, form: FormData) -> None:
    """Refuse a form that this service has not given to this browser."""
    key, token = request.session.get("csrf"), str(form.get("csrf_token"))
    expected = sign(key or "", token[:NONCE_LENGTH])
    if (
        key is None
        or not hmac.compare_digest(expected.encode(), token.encode())
        or not is_own_origin(request)
    ):
        raise expired_form()


def sign(key: str, nonce: str) -> str:
    """Bind a nonce to a session, as only who has the key can."""
    return nonce + hmac.new(key.encode(), nonce.encode(), "sha256").hexdigest()


def is_own_origin(request: Request) -> bool:
    """Tell whether the page that posts is ours, if the browser says it."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    # Behind a proxy the scheme is not known here, so that it is not asked.
    _, _, host = origin.lower().partition("://")
    return host == request.headers["Host"].lower()


def expired_form() -> HTTPException:
    """Make the problem of a form that is not ours, or no longer."""
    detail = "This form has expired; go back and try again."
    return HTTPException(403, detail)


async def read_own_form(request: Request) -> dict[str, str]:
    """Read the fields of a form that is ours."""
    form = await read_whole_form(request)
    check_csrf(request, form)
    return {name: text for name, text in form.items() if type(text) is str}


OwnForm = Annotated[dict[str, str], Depends(read_own_form)]


async def read_own_upload(request: Request) -> list[bytes] | HTTPException:
    """Read the files of a form that is ours, or why they are refused."""
    try:
        form, files = await read_files(request)
    except HTTPException as refusal:
        if refusal.status_code == 413:  # the form says it, not another page
            return refusal
        raise expired_form() from refusal
    check_csrf(request, form)
    return files


OwnUpload = Annotated[list[bytes] | HTTPException, Depends(read_own_upload)]

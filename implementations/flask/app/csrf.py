"""Tokens in forms, which other sites cannot know (CSRF)."""

from flask import request
from flask_wtf.csrf import CSRFProtect

from app.errors import expired_form

csrf = CSRFProtect()


def check_csrf() -> None:
    """Refuse a form that this service has not given to this browser."""
    # CSRFProtect stumbles over a part that has no name.
    if not is_own_origin() or None in request.form:
        raise expired_form()
    csrf.protect()


def is_own_origin() -> bool:
    """Tell whether the page that posts is ours, if the browser says it."""
    if request.origin is None:
        return True
    # Behind a proxy the scheme is not known here, so that it is not asked.
    _, _, host = request.origin.lower().partition("://")
    return host == request.headers["Host"].lower()

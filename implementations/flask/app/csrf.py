"""Tokens in forms, which other sites cannot know (CSRF)."""

from flask import request
from flask_wtf.csrf import CSRFError


def refuse_nameless_fields() -> None:
    """Refuse a form that CSRFProtect cannot look through."""
    # It calls str.endswith on each name; a part without a name has None.
    is_form = request.method == "POST" and request.blueprint == "pages"
    if is_form and None in request.form:
        raise CSRFError

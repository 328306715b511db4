"""Which host names this service answers to."""

import re

from flask import abort, request

from app.settings import settings

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{0,5})?")


def check_host() -> None:
    """Refuse a request for a host that is not ours (RFC 9110 §7.2)."""
    match = HOST.fullmatch(request.headers.get("Host", "").lower())
    if not match or not is_allowed(match[1]):
        abort(400, "This is not a host that is served here.")


def is_allowed(name: str) -> bool:
    """Tell whether a host name is among those allowed."""
    return "*" in settings.allowed_hosts or name in settings.allowed_hosts

"""Which host names are served."""

import re

from app.framework.errors import Problem
from app.framework.messages import Request

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{0,5})?")


def check_host(request: Request, allowed: list[str]) -> None:
    """Refuse a request for another host (RFC 9110 §7.2)."""
    match = HOST.fullmatch((request.header("Host") or "").lower())
    names = [name.lower() for name in allowed]
    if not match or not ("*" in names or match[1] in names):
        raise Problem(400, "This host is not served here.")

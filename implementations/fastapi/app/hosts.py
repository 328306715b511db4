"""Which host names this service answers to."""

import re

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import problem_response
from app.settings import settings

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{0,5})?")


class Hosts:
    """Refuse a request for a host that is not ours (RFC 9110 §7.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Hand on what comes for one host that is ours."""
        if scope["type"] == "http" and not is_served(Request(scope)):
            detail = "This is not a host that is served here."
            response = problem_response(Request(scope), 400, detail)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)


def is_served(request: Request) -> bool:
    """Tell whether a request names exactly one host, and one of ours."""
    hosts = ", ".join(request.headers.getlist("Host"))
    match = HOST.fullmatch(hosts.lower())
    return bool(match) and is_allowed(match[1])


def is_allowed(name: str) -> bool:
    """Tell whether a host name is among those allowed."""
    return "*" in settings.allowed_hosts or name in settings.allowed_hosts

"""The methods of each path, those included that FastAPI leaves out."""

from fastapi import Response
from fastapi.routing import iter_route_contexts
from starlette.convertors import Convertor
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send


class IdConvertor(Convertor[int]):
    """Take ASCII digits as an id; what can be nobody's id becomes 0."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """Keep to what a 64-bit integer holds."""
        return int(value) if len(value) <= 18 else 0

    def to_string(self, value: int) -> str:
        """Write an id as part of a path."""
        return str(value)


class Methods:
    """Answer HEAD wherever GET is, and OPTIONS (RFC 9110 §9.3)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer OPTIONS, and hand HEAD on as GET; the server cuts it."""
        if scope["type"] == "http":
            # "$" in Starlette's patterns also matches before a line break.
            if scope["path"].endswith("\n"):
                scope = {**scope, "path": scope["path"] + "\n"}
            # Few operations know HEAD themselves.
            if scope["method"] == "HEAD" and "HEAD" not in own_methods(scope):
                scope = {**scope, "method": "GET"}
            if scope["method"] == "OPTIONS":
                allow = ", ".join(allowed_methods(scope))
                if allow:
                    response = Response(None, 204, {"Allow": allow})
                    return await response(scope, receive, send)
        return await self.app(scope, receive, send)


def allowed_methods(scope: Scope) -> set[str]:
    """List the methods of a path: GET brings HEAD, and OPTIONS is free."""
    methods = own_methods(scope)
    if "GET" in methods:
        methods.add("HEAD")
    return methods | {"OPTIONS"} if methods else methods


def own_methods(scope: Scope) -> set[str]:
    """List the methods of a path that FastAPI knows; a folder has GET."""
    # Within a folder the path would be taken as one of that folder.
    scope = {**scope, "root_path": scope.get("app_root_path", "")}
    return {
        method
        for route in iter_route_contexts(scope["app"].routes)
        if route.matches(scope)[0] != Match.NONE
        for method in route.methods or ["GET"]
    }

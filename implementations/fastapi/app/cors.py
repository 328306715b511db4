"""Which other sites' scripts may read the API (Fetch Standard §3.3)."""

from fastapi import Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import is_api_path
from app.settings import settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED = ("Authorization", "Content-Type", "If-Match", "If-None-Match")
EXPOSED = ("ETag", "Link", "Location", "Retry-After", "X-Request-ID")


class CORS(CORSMiddleware):
    """Let the scripts of some sites read what the API answers."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        super().__init__(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=ASKED,
            expose_headers=EXPOSED,
        )

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request; pages allow nothing."""
        if scope["type"] != "http" or not is_api_path(scope["path"]):
            return await self.app(scope, receive, send)
        headers = MutableHeaders(raw=list(scope["headers"]))
        # Starlette tells any origin what it may send and read.
        if headers.get("Origin") not in self.allow_origins:
            del headers["Origin"]
            scope = {**scope, "headers": headers.raw}
        return await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say what is allowed, and leave it to the browser to compare."""
        allowed = {"Access-Control-Allow-Origin": request_headers["Origin"]}
        return Response(None, 204, self.preflight_headers | allowed)

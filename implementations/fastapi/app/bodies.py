"""Reading the body of a request as JSON."""

from collections.abc import AsyncIterator, Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json

from app.settings import settings


class JSONRequest(Request):
    """A request whose body, where it is wanted, is JSON and nothing else."""

    async def json(self) -> Any:
        """Return the JSON document in the body of a request."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            detail = "The body is not a JSON document in UTF-8."
            raise HTTPException(400, detail) from error

    async def body(self) -> bytes:
        """Return the body of a request, unless it is too large."""
        check_type(self)
        # FastAPI takes an empty body for a missing one and asks no further.
        return await super().body() or b" "

    async def stream(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece, counting what has come."""
        size = int(self.headers.get("Content-Length", 0))
        if size > settings.max_body_bytes:
            raise too_large()
        size = 0
        async for piece in super().stream():
            size += len(piece)
            if size > settings.max_body_bytes:
                raise too_large()
            yield piece


class JSONRoute(APIRoute):
    """A route whose requests are read as above."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler that FastAPI makes."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(JSONRequest(request.scope, request.receive))

        return handle_json


def check_type(request: Request) -> None:
    """Refuse a body that does not say that it is plain JSON in UTF-8."""
    content = Message()
    content["Content-Type"] = request.headers.get("Content-Type", "")
    charset = content.get_content_charset("utf-8")
    if (
        content.get_content_type() != "application/json"
        or charset != "utf-8"
        or request.headers.get("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise HTTPException(415, detail, {"Accept": "application/json"})


def too_large() -> HTTPException:
    """Make the problem of a body over the limit."""
    detail = "The body is larger than the server accepts."
    return HTTPException(413, detail)

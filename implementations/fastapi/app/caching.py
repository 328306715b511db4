"""What clients may keep, and changes under a condition (RFC 9110 §13)."""

import re
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Request, Response

from app.bodies import JSONRoute
from app.bookmarks import bookmark_etag
from app.models import Bookmark

TAG = re.compile(r'(W/)?("[^"]*")')


async def read_if_match(
    fields: Annotated[list[str] | None, Header(alias="If-Match")] = None,
) -> str | None:
    """Read the condition of a change; several lines are one list."""
    return None if fields is None else ", ".join(fields)


IfMatch = Annotated[str | None, Depends(read_if_match)]


def check_if_match(condition: str | None, bookmark: Bookmark) -> None:
    """Refuse to change what is no longer as the client saw it."""
    if condition is None or condition.strip() == "*":
        return
    if ("", bookmark_etag(bookmark)) not in TAG.findall(condition):
        raise HTTPException(412, "The bookmark has changed since.")


async def read_if_none_match(
    request: Request,
    fields: Annotated[list[str] | None, Header(alias="If-None-Match")] = None,
) -> None:
    """Read which answers the client has; several lines are one list."""
    request.state.known = ", ".join(fields or [])


REVALIDATED = Depends(read_if_none_match)


class CachedRoute(JSONRoute):
    """A route that answers 304 where the client has the answer already."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler that FastAPI makes."""
        handle = super().get_route_handler()

        async def handle_condition(request: Request) -> Response:
            response = await handle(request)
            if hasattr(request.state, "known"):
                return revalidate(request.state.known, response)
            return response

        return handle_condition


def revalidate(known: str, response: Response) -> Response:
    """Send an answer with its entity tag, or nothing but the tag."""
    etag = response.headers.setdefault("ETag", weak_etag(response.body))
    tags = [tag for _, tag in TAG.findall(known)]
    if etag.removeprefix("W/") not in tags and known.strip() != "*":
        return response
    kept = ("ETag", "Cache-Control", "Vary")
    headers = {name: response.headers[name] for name in kept}
    return Response(None, 304, headers)


def weak_etag(body: bytes) -> str:
    """Make an entity tag of the content (RFC 9110 §8.8.1)."""
    return f'W/"{sha256(body).hexdigest()[:32]}"'

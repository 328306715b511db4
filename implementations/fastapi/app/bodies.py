"""A check before a body is read."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.routing import APIRoute


class GuardedRoute(APIRoute):
    """A route with a check that comes before the body is read."""

    async def check(self, request: Request) -> None:
        """Refuse a request, or let it pass."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        """Make the function that answers a request."""
        handle = super().get_route_handler()

        async def check_and_handle(request: Request) -> Response:
            await self.check(request)
            return await handle(request)

        return check_and_handle

"""Tokens in forms, which other sites cannot know (CSRF)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware

from app.errors import Problem, respond_to_error, unwritten_response


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's, but the scheme of an Origin is not compared."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        """Tell whether the page that posts is ours."""
        # Behind a proxy the scheme is not known here: Django would ask for a
        # header that anybody can send, or for a list of all our addresses.
        try:
            origin = urlsplit(request.headers["Origin"]).netloc
        except ValueError:
            return False
        return origin.lower() == request.get_host().lower()

    def process_view(
        self, request: HttpRequest, *view: Any
    ) -> HttpResponse | None:
        """Check the form of a page, or say why it cannot be read."""
        # Django's process_exception is told of what a view raises, not of
        # this: the form of an admin's page is read here.
        try:
            return super().process_view(request, *view)
        except Exception as error:
            response = respond_to_error(error)
            if response is None:
                raise
            return response


def csrf_protect(
    page: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Refuse a form that this service has not given to this browser."""
    protected = decorator_from_middleware(CsrfMiddleware)(page)

    @wraps(page)
    def reading(request: HttpRequest, **ids: Any) -> HttpResponse:
        request.POST  # noqa: B018  a form that is too large is said to be so
        return protected(request, **ids)

    return reading


def refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say why a form is refused, in our words."""
    detail = "This form has expired; go back and try again."
    return unwritten_response(Problem(403, detail))

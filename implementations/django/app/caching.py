"""What clients may keep, and changes under a condition (RFC 9110 §13)."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers

from app.errors import Problem


def check_if_match(request: HttpRequest, etag: str) -> None:
    """Refuse to change what is no longer as the client saw it."""
    condition = request.headers.get("If-Match", "*")
    # Weak tags never match here (RFC 9110 §13.1.1).
    if condition.strip() != "*" and etag not in parse_etags(condition):
        raise Problem(412, "The bookmark has changed since.")


def revalidated(
    operation: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let a client keep an answer, and ask whether it still holds."""

    @cache_control(private=True, no_cache=True)
    @vary_on_headers("Authorization")
    @wraps(operation)
    def conditional(request: HttpRequest, **ids: Any) -> HttpResponse:
        response = operation(request, **ids)
        if "ETag" not in response:  # all but a single bookmark
            digest = sha256(response.content).hexdigest()
            response.headers["ETag"] = f'W/"{digest}"'
            patch_vary_headers(response, ["Accept-Encoding"])
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag, response=response)

    return conditional

"""Which host names this service answers to."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse


def check_host(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a request for a host that is not ours (RFC 9110 §7.2)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # CommonMiddleware compares the name with ALLOWED_HOSTS; where there
        # is none, Django takes the server's own.
        if "Host" not in request.headers:
            raise DisallowedHost("There is no Host header.")
        return get_response(request)

    return middleware

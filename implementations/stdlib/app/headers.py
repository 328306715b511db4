"""Security headers, which tell browsers what to forbid."""

from app.errors import is_api_path
from app.framework.messages import Request, Response

HEADERS = {"X-Content-Type-Options": "nosniff"}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # Not no-referrer: forms would then be sent with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def add_headers(request: Request, response: Response) -> None:
    """Add the headers that every answer has, and those of pages."""
    response.headers.update(HEADERS)
    if not is_api_path(request.path):
        response.headers.update(PAGE_HEADERS)

"""What browsers are told to forbid."""

from app.logs import request_id
from app.messages import Request, Response, is_api_path

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
    response.headers["X-Request-ID"] = request_id.get()
    response.headers.update(HEADERS)
    if not is_api_path(request.path):
        response.headers.update(PAGE_HEADERS)

"""Security headers, which tell browsers what to forbid."""

from flask import Response, request

from app.errors import is_api_path

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def add_headers(response: Response) -> Response:
    """Add the headers that every answer has, and those of pages."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not is_api_path(request.path):
        for name, value in PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def vary_by_origin(response: Response) -> Response:
    """Keep caches from showing one site what another may read."""
    # Flask-Cors does so only where it allows several origins.
    if is_api_path(request.path):
        response.vary.add("Origin")
    return response

"""Which other sites' scripts may read the API (Fetch Standard §3.3)."""

from flask import Response, request

from app.errors import is_api_path
from app.settings import settings

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
HEADERS = ["Authorization", "Content-Type", "If-Match", "If-None-Match"]
EXPOSED = ["ETag", "Link", "Location", "Retry-After", "X-Request-ID"]


def allow_origin(response: Response) -> Response:
    """Let the scripts of other sites read the API, if they are listed."""
    if not settings.cors_origins or not is_api_path(request.path):
        return response
    response.vary.add("Origin")  # or a cache would show one site's to another
    if request.origin in settings.cors_origins:
        response.access_control_allow_origin = request.origin
        response.access_control_expose_headers = EXPOSED
        if is_preflight():
            response.access_control_allow_methods = METHODS
            response.access_control_allow_headers = HEADERS
    return response


def is_preflight() -> bool:
    """Tell whether a browser asks before it lets a script ask."""
    wanted = request.access_control_request_method
    return request.method == "OPTIONS" and wanted is not None

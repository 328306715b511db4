"""Which other sites' scripts may read the API (Fetch Standard §3.3)."""

from app.errors import is_api_path
from app.framework.messages import Request, Response
from app.settings import settings

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, "
    "If-Match, If-None-Match",
}
EXPOSED = "ETag, Link, Location, Retry-After, X-Request-ID"


def allow_origin(request: Request, response: Response) -> None:
    """Let the scripts of other sites read the API, if they are listed."""
    if not settings.cors_origins or not is_api_path(request.path):
        return
    response.vary("Origin")  # or a cache would show one site's to another
    origin = request.header("Origin")
    if origin in settings.cors_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT_HEADERS)

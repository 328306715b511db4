"""What Flask's routing leaves open."""

from flask import Response, abort, request
from werkzeug.routing import BaseConverter


class IdConverter(BaseConverter):
    """Take ASCII digits as an id; what can be nobody's id becomes 0."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Keep to what a 64-bit integer holds."""
        return int(value) if len(value) <= 18 else 0


def check_path() -> None:
    """Refuse a slash more at either end, which Werkzeug would drop."""
    path = request.environ["PATH_INFO"]
    if path.startswith("//") or path.endswith("/") and path != "/":
        abort(404)


def empty_options(response: Response) -> Response:
    """Answer OPTIONS by its headers alone."""
    if request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204
    return response

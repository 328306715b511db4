"""Changes under a condition (RFC 9110 §13)."""

from django.http import HttpRequest
from django.utils.http import parse_etags

from app.errors import Problem


def check_if_match(request: HttpRequest, etag: str) -> None:
    """Refuse to change what the client has not seen."""
    condition = request.headers.get("If-Match", "*").strip()
    # Weak tags never match here (RFC 9110 §13.1.1).
    if condition != "*" and etag not in parse_etags(condition):
        raise Problem(412, "The bookmark has changed since you read it.")

"""Caching and conditional requests."""

import re

from django.http import HttpRequest
from django.utils.http import parse_etags

from app.errors import Problem

ETAGS = re.compile(r'[\s,]*(?:(?:W/)?"[!#-~\x80-\xff]*"\s*(?:,[\s,]*|\Z))+')


def check_if_match(request: HttpRequest, etag: str) -> None:
    """Refuse to change what the client has not seen."""
    condition = request.headers.get("If-Match", "*").strip()
    if condition == "*":
        return
    # Weak tags never match here (RFC 9110 §13.1.1).
    if not ETAGS.fullmatch(condition) or etag not in parse_etags(condition):
        raise Problem(412, "The bookmark has changed since you read it.")

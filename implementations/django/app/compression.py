"""Compressing responses, where it pays (RFC 9110 §8.4)."""

import re

from django.http import HttpRequest, HttpResponse
from django.middleware import gzip


class GZipMiddleware(gzip.GZipMiddleware):
    """Django's, but it reads weights and leaves strong entity tags alone."""

    def process_request(self, request: HttpRequest) -> None:
        """Leave of Accept-Encoding what Django understands."""
        accepted = request.headers.get("Accept-Encoding", "")
        request.META["HTTP_ACCEPT_ENCODING"] = (
            "gzip" if accepts_gzip(accepted) else ""
        )

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        """Compress a whole one, unless its tag promises these very bytes."""
        strong = response.get("ETag", "").startswith('"')
        if strong or response.status_code == 206:
            return response
        return super().process_response(request, response)


def accepts_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip (RFC 9110 §12.5.3)."""
    for item in accepted.lower().split(","):
        name, _, weight = item.replace(" ", "").partition(";q=")
        if name.strip() == "gzip":
            return not re.fullmatch(r"0(\.0*)?", weight)
    return False

"""Caching and conditional requests."""

import logging
import re
from typing import Any

from flask import Response, abort, g, request

log = logging.getLogger(__name__)
# RFC 9110 §13.1.1; Werkzeug passes over what it cannot read.
ETAGS = re.compile(r'\s*\*\s*|(\s*((W/)?"[!#-~\x80-\xff]*"\s*)?(,|\Z))*')


class ConditionalResponse(Response):
    """A response that ignores dates that Python cannot represent."""

    def make_conditional(self, *args: Any, **kwargs: Any) -> Response:
        """Answer 304 or a range, if that is what the request asks for."""
        try:
            return super().make_conditional(*args, **kwargs)
        except OverflowError:  # of parse_date; RFC 9110 §13.1.3
            log.warning("date out of range", exc_info=True)
            return self


def check_if_match(etag: str) -> None:
    """Refuse to change what the client has not seen."""
    condition = request.headers.get("If-Match")  # with or without a tag in it
    if condition is not None and not (
        ETAGS.fullmatch(condition) and request.if_match.contains(etag)
    ):
        abort(412, "The bookmark has changed since you read it.")


def revalidated(response: Response) -> Response:
    """Answer 304 to a client that has this very response already."""
    response.add_etag()  # unless it has one
    return response.make_conditional(request)


def allow_caching(response: Response) -> Response:
    """Let clients keep what is theirs, if they ask before they use it."""
    if "user_id" in g and not response.cache_control:
        response.headers["Cache-Control"] = "private, no-cache"
    return response

"""The log: one line of JSON for each request."""

import logging
import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from time import perf_counter

from django.db import Error
from django.http import HttpRequest, HttpResponse

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
log = logging.getLogger(__name__)


class RequestIDFilter(logging.Filter):
    """Puts the id of the request into each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id to a record."""
        record.request_id = REQUEST_ID.get()
        return True


def request_log(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, and log what became of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = choose_id(request.headers.get("X-Request-ID", ""))
        REQUEST_ID.set(request_id)
        start = perf_counter()
        response = get_response(request)
        seconds = perf_counter() - start
        line = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 3),
            "address": request.META["REMOTE_ADDR"],
            "user_id": find_user_id(request),
        }
        log.info("request", extra=line)
        response.headers["X-Request-ID"] = request_id
        return response

    return middleware


def choose_id(text: str) -> str:
    """Keep the id that a proxy has given to a request, or make one."""
    if re.fullmatch("[A-Za-z0-9-]{8,64}", text):
        return text
    return str(uuid.uuid4())


def find_user_id(request: HttpRequest) -> int | None:
    """Find who asked, unless the database is away."""
    with suppress(Error):
        return getattr(getattr(request, "user", None), "pk", None)
    return None

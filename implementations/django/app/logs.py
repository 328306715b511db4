"""Log lines: one JSON object each, on standard error."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from time import perf_counter
from uuid import uuid4

from django.db import Error
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIDFilter(logging.Filter):
    """Name the request that a log record belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, with the id of its request."""
        record.request_id = request_id.get()
        return True


def request_log(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, and log what became of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id.set(choose_id(request.headers.get("X-Request-ID", "")))
        start = perf_counter()
        response = get_response(request)
        line = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round((perf_counter() - start) * 1000, 3),
            "address": request.META["REMOTE_ADDR"],
            "user_id": find_user_id(request),
        }
        log.info("request", extra=line)
        response.headers["X-Request-ID"] = request_id.get()
        return response

    return middleware


def choose_id(sent: str) -> str:
    """Keep the id that a proxy has given to a request, or make one."""
    kept = re.fullmatch("[A-Za-z0-9-]{8,64}", sent)
    return sent if kept else str(uuid4())


def find_user_id(request: HttpRequest) -> int | None:
    """Find who asked, unless the database is away."""
    with suppress(Error):
        return getattr(getattr(request, "user", None), "pk", None)
    return None

"""Log lines: one JSON object each, on standard error."""

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from app.storage import timestamp

FIELDS = (
    "method",
    "path",
    "status",
    "milliseconds",
    "user_id",
    "statements",
)
REQUEST_ID = ContextVar("request_id", default=None)
log = logging.getLogger(__name__)


class JSONFormatter(logging.Formatter):
    """Write a log record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if REQUEST_ID.get():
            line["request_id"] = REQUEST_ID.get()
        line |= {
            name: getattr(record, name)
            for name in FIELDS
            if hasattr(record, name)
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class UnreadFilter(logging.Filter):
    """Keeps requests that gunicorn cannot read out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, but not what it quotes."""
        message = str(record.msg)
        if message.startswith("Invalid request from"):
            record.msg = ": ".join(message.split(": ")[:2])
        return True


class RequestLog:
    """Gives each request an id, and logs what became of it."""

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse]
    ) -> None:
        """Keep what answers the requests."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request under its id."""
        request_id = choose_id(request.headers.get("X-Request-ID", ""))
        token, start = REQUEST_ID.set(request_id), perf_counter()
        counter = StatementCounter()
        try:
            with count_statements(counter):
                response = self.get_response(request)
            seconds = perf_counter() - start
            log_request(request, response, seconds, counter)
        finally:
            REQUEST_ID.reset(token)
        response.headers["X-Request-ID"] = request_id
        return response


class StatementCounter:
    """Counts the SQL statements of a request."""

    statements = 0

    def __call__(self, execute: Callable, *arguments: Any) -> Any:
        """Count a statement on its way to the database."""
        self.statements += 1
        return execute(*arguments)


def count_statements(counter: StatementCounter) -> AbstractContextManager:
    """Count the statements of this connection, if anybody wants to know."""
    if not log.isEnabledFor(logging.DEBUG):
        return nullcontext()
    return connection.execute_wrapper(counter)


def log_request(
    request: HttpRequest,
    response: HttpResponse,
    seconds: float,
    counter: StatementCounter,
) -> None:
    """Log one request and what became of it."""
    line = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 3),
        "user_id": getattr(request, "user_id", None),
    }
    if log.isEnabledFor(logging.DEBUG):
        line["statements"] = counter.statements
    log.info("request", extra=line)


def choose_id(text: str) -> str:
    """Keep the id that a proxy has given to a request, or make one."""
    if re.fullmatch("[A-Za-z0-9-]{8,64}", text):
        return text
    return str(uuid.uuid4())

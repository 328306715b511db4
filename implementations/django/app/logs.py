"""Log lines: one JSON object each, on standard error."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse

from app.storage import timestamp

FIELDS = ("method", "path", "status", "statements")
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
        line |= {
            name: getattr(record, name)
            for name in FIELDS
            if hasattr(record, name)
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class RequestLog:
    """Logs each request with the number of its SQL statements."""

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse]
    ) -> None:
        """Step aside if nobody will read the lines."""
        if not log.isEnabledFor(logging.DEBUG):
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Log one request and what became of it."""
        statements = 0

        def count_statement(execute: Callable, *arguments: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(*arguments)

        with connection.execute_wrapper(count_statement):
            response = self.get_response(request)
        log.debug(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "statements": statements,
            },
        )
        return response

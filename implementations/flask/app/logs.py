"""Log lines: one JSON object each, on standard error."""

import json
import logging
import re
import uuid
from datetime import UTC, datetime
from logging.config import dictConfig
from time import perf_counter

from flask import Response, g, request

from app.settings import settings
from app.storage import timestamp

FIELDS = (
    "request_id",
    "method",
    "path",
    "status",
    "milliseconds",
    "user_id",
    "statements",
)
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


class UnreadFilter(logging.Filter):
    """Keeps requests that gunicorn cannot read out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, but not what it quotes."""
        message = str(record.msg)
        if message.startswith("Invalid request from"):
            record.msg = ": ".join(message.split(": ")[:2])
        return True


class RequestFilter(logging.Filter):
    """Name the request that a log record belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, with the id of its request."""
        if g and "request_id" in g:
            record.request_id = g.request_id
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JSONFormatter}},
    "filters": {
        "request": {"()": RequestFilter},
        "unread": {"()": UnreadFilter},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["request"],
        }
    },
    "root": {"level": settings.log_level.upper(), "handlers": ["stderr"]},
    "loggers": {
        "alembic": {"level": "WARNING"},
        "gunicorn.error": {"propagate": True, "filters": ["unread"]},
    },
}


def configure_logging() -> None:
    """Send every log record of this process to standard error."""
    dictConfig(LOGGING)


def begin_request() -> None:
    """Note when a request came, and the id that it goes by."""
    g.began = perf_counter()
    given = request.headers.get("X-Request-ID", "")
    known = re.fullmatch("[A-Za-z0-9-]{8,64}", given)
    g.request_id = given if known else str(uuid.uuid4())


def log_request(response: Response) -> Response:
    """Log one request and what became of it."""
    response.headers["X-Request-ID"] = g.request_id
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round((perf_counter() - g.began) * 1000, 3),
        "user_id": g.get("user_id"),
    }
    if log.isEnabledFor(logging.DEBUG):
        fields["statements"] = g.get("statements", 0)
    log.info("request", extra=fields)
    return response

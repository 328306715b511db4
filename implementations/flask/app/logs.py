"""Log lines: one JSON object each, on standard error."""

import json
import logging
from datetime import UTC, datetime
from logging.config import dictConfig

from flask import Response, g, request

from app.settings import settings
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


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JSONFormatter}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"}
    },
    "root": {"level": settings.log_level.upper(), "handlers": ["stderr"]},
    "loggers": {
        "alembic": {"level": "WARNING"},
        "gunicorn.error": {"propagate": True},
    },
}


def configure_logging() -> None:
    """Send every log record of this process to standard error."""
    dictConfig(LOGGING)


def log_request(response: Response) -> Response:
    """Log one request and what became of it."""
    log.debug(
        "request",
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "statements": g.get("statements", 0),
        },
    )
    return response

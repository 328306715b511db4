"""Log lines: one JSON object each, on standard error."""

import logging
import re
from logging.config import dictConfig
from time import perf_counter
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, request

log = logging.getLogger(__name__)


class RequestIDFilter(logging.Filter):
    """Name the request that a log record belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, with the id of its request."""
        if g and "request_id" in g:
            record.request_id = g.request_id
        return True


def logging_config(level: str) -> dict[str, Any]:
    """Send every log record of a process to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": ["levelname", "message"],
                "rename_fields": {"levelname": "level"},
                "timestamp": "time",
            }
        },
        "filters": {"request_id": {"()": RequestIDFilter}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["request_id"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "alembic": {"level": "WARNING"},
            # Its warnings quote requests that it cannot parse, tokens
            # included. Its lines at info, such as "Listening at", go too.
            "gunicorn.error": {"level": "ERROR", "propagate": True},
        },
    }


def init_app(app: Flask) -> None:
    """Log every request to an application."""
    dictConfig(logging_config(app.config["LOG_LEVEL"]))
    app.before_request(begin_request)
    app.after_request(log_request)


def begin_request() -> None:
    """Take over the request's id, or make one."""
    g.started = perf_counter()
    sent = request.headers.get("X-Request-ID", "")
    kept = re.fullmatch("[A-Za-z0-9-]{8,64}", sent)
    g.request_id = sent if kept else str(uuid4())


def log_request(response: Response) -> Response:
    """Log one request and its status, and tell the client its id."""
    response.headers["X-Request-ID"] = g.request_id
    line = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round((perf_counter() - g.started) * 1000, 3),
        "address": request.remote_addr,
        "user_id": g.get("user_id"),
    }
    log.info("request", extra=line)
    return response

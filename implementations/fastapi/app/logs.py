"""Log lines: one JSON object each, on standard error."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import settings
from app.storage import statements, timestamp

FIELDS = (
    "method",
    "path",
    "status",
    "milliseconds",
    "user_id",
    "statements",
)
log = logging.getLogger(__name__)
request_id: ContextVar[str] = ContextVar("request_id")


class JSONFormatter(logging.Formatter):
    """Write a log record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if request_id.get(None):
            line["request_id"] = request_id.get()
        line |= {
            name: getattr(record, name)
            for name in FIELDS
            if hasattr(record, name)
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging() -> None:
    """Send every log record of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter())
    logging.basicConfig(
        level=settings.log_level.upper(), handlers=[handler], force=True
    )
    logging.getLogger("alembic").setLevel("WARNING")
    logging.getLogger("uvicorn.error").addFilter(is_news)


def is_news(record: logging.LogRecord) -> bool:
    """Tell what uvicorn says from what errors.py has said already."""
    return record.msg != "Exception in ASGI application\n"


class RequestLog:
    """Give each request an id, and log what became of it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request, which is logged before its answer leaves."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope.setdefault("state", {})  # which servers may leave out
        start = perf_counter()
        statements.set([])
        request_id.set(choose_id(Headers(scope=scope)))

        async def log_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id.get()
                milliseconds = (perf_counter() - start) * 1000
                log_request(scope, message["status"], milliseconds)
            await send(message)

        return await self.app(scope, receive, log_and_send)


def log_request(scope: Scope, status: int, milliseconds: float) -> None:
    """Log one request and what became of it."""
    line = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(milliseconds, 3),
        "user_id": scope["state"].get("user_id"),
    }
    if settings.log_level == "debug":
        line["statements"] = len(statements.get())
    log.info("request", extra=line)


def choose_id(headers: Headers) -> str:
    """Keep the id that a proxy has given to a request, or make one."""
    given = ", ".join(headers.getlist("X-Request-ID"))
    return given if re.fullmatch("[A-Za-z0-9-]{8,64}", given) else str(uuid4())

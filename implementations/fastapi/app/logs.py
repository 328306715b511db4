"""Log lines: one JSON object each, on standard error."""

import json
import logging
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import settings
from app.storage import statements, timestamp

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
    """Log each request with what it took."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request, which is logged before its answer leaves."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        counted: list[str] = []
        statements.set(counted)

        async def log_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                log_request(scope, message["status"], len(counted))
            await send(message)

        try:
            return await self.app(scope, receive, log_and_send)
        except Exception:
            log_request(scope, 500, len(counted))
            raise


def log_request(scope: Scope, status: int, count: int) -> None:
    """Log one request and what became of it."""
    log.debug(
        "request",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "statements": count,
        },
    )

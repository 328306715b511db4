"""Log lines: one JSON object each, on standard error."""

import logging
import re
from contextvars import ContextVar
from time import perf_counter
from uuid import uuid4

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import settings

log = logging.getLogger(__name__)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def configure_logging() -> None:
    """Send every log record of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonFormatter(
            ["levelname", "message"],
            rename_fields={"levelname": "level"},
            timestamp="time",
        )
    )
    handler.addFilter(add_request_id)
    logging.basicConfig(
        level=settings.log_level.upper(), handlers=[handler], force=True
    )
    logging.getLogger("alembic").setLevel("WARNING")


def add_request_id(record: logging.LogRecord) -> bool:
    """Name the request that a log record belongs to."""
    record.request_id = request_id.get()
    return True


class RequestLog:
    """Give each request an id, and log what became of it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request, and log it when its answer begins."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, status = perf_counter(), None
        sent = Headers(scope=scope).get("X-Request-ID", "")
        request_id.set(choose_id(sent))
        scope.setdefault("state", {})

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                log_response(scope, status, start)
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id.get()
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            if status is None:  # an exception, which Starlette answers
                log_response(scope, 500, start)


def log_response(scope: Scope, status: int, start: float) -> None:
    """Log a request, and how long its answer took to begin."""
    line = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round((perf_counter() - start) * 1000, 3),
        "address": scope["client"][0],
        "user_id": scope["state"].get("user_id"),
    }
    log.info("request", extra=line)


def choose_id(sent: str) -> str:
    """Keep the id that a proxy has given to a request, or make one."""
    kept = re.fullmatch("[A-Za-z0-9-]{8,64}", sent)
    return sent if kept else str(uuid4())

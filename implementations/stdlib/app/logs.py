"""Log lines: one JSON object each, on standard error."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

from app.framework.messages import Request, Response
from app.settings import settings
from app.storage import timestamp

# Of the request that this thread answers, so that every line can name it.
request_id: ContextVar[str] = ContextVar("request_id")
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
        if request_id.get(None):
            line["request_id"] = request_id.get()
        line |= getattr(record, "request", {})
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


def begin_request(request: Request) -> None:
    """Take over the request's id, or make one."""
    sent = request.header("X-Request-ID") or ""
    kept = re.fullmatch("[A-Za-z0-9-]{8,64}", sent)
    request_id.set(sent if kept else str(uuid4()))


def log_request(request: Request, response: Response) -> None:
    """Log one request and its status, and tell the client its id."""
    response.headers["X-Request-ID"] = request_id.get()
    milliseconds = (perf_counter() - request.started) * 1000
    line = {
        "method": request.method,
        "path": request.path,
        "status": response.status,
        "milliseconds": round(milliseconds, 3),
        "address": request.address,
        "user_id": request.user["id"] if request.user else None,
    }
    log.info("request", extra={"request": line})

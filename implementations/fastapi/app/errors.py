"""Every error becomes a response here."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from app.rendering import render
from app.validation import list_faults

log = logging.getLogger(__name__)


async def respond_to_error(request: Request, error: HTTPException) -> Response:
    """Turn an exception into a response."""
    return problem_response(
        request, error.status_code, error.detail, error.headers
    )


async def respond_to_invalid_input(
    request: Request, error: RequestValidationError
) -> Response:
    """List all faults by field and code."""
    errors = list_faults(error.errors(), skip=1)
    detail = "Some fields are not valid."
    return problem_response(request, 422, detail, errors=errors)


async def respond_to_database_error(
    request: Request, error: DBAPIError
) -> Response:
    """Tell the client to come back when the database does."""
    if isinstance(error, IntegrityError):
        raise error  # the database works; it is the program that is wrong
    log.error("database unavailable", exc_info=error)
    return await respond_to_error(request, unavailable())


async def respond_to_exception(request: Request, error: Exception) -> Response:
    """Tell the client nothing; the server logs the exception."""
    detail = "The server met an unexpected error."
    return problem_response(request, 500, detail)


def unavailable() -> HTTPException:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return HTTPException(503, detail, {"Retry-After": "1"})


def problem_response(
    request: Request,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> Response:
    """Write a problem document, or a page outside of the API."""
    title = HTTPStatus(status).phrase
    if not is_api_path(request.url.path):
        context = {"heading": f"{status} {title}", "detail": detail}
        return render(request, "error.html", status, headers, **context)
    document = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        **members,
    }
    return JSONResponse(document, status, headers, "application/problem+json")


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")


handlers = {
    HTTPException: respond_to_error,
    RequestValidationError: respond_to_invalid_input,
    DBAPIError: respond_to_database_error,
    Exception: respond_to_exception,
}

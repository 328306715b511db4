"""Every error becomes a response here."""

import logging
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    TimeoutError,
)
from starlette.exceptions import HTTPException

from app.routing import allowed_methods
from app.sessions import login_path
from app.templating import templates
from app.validation import list_faults

log = logging.getLogger(__name__)

TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110
# What FastAPI says by itself, in the words of this API.
DETAILS = {
    "Not Found": "There is nothing at this path.",
    "Method Not Allowed": "This path has no such method.",
}


async def respond_to_refusal(
    request: Request, error: HTTPException
) -> Response:
    """Tell the client what the API, or FastAPI itself, has refused."""
    if error.status_code == 401 and not is_api_path(request.scope["path"]):
        return RedirectResponse(login_path(request), 303)
    headers = dict(error.headers or {})
    if error.status_code == 405:  # FastAPI names those of one operation only
        headers["Allow"] = ", ".join(allowed_methods(request.scope))
    detail = DETAILS.get(error.detail, error.detail)
    return problem_response(request, error.status_code, detail, headers)


async def respond_to_faults(
    request: Request, error: RequestValidationError
) -> Response:
    """Tell the client which fields are not valid."""
    detail = "Some fields are not valid."
    # The first part of a place tells the body from the query.
    faults = [{**fault, "loc": fault["loc"][1:]} for fault in error.errors()]
    return problem_response(request, 422, detail, errors=list_faults(faults))


async def respond_to_database(
    request: Request, error: SQLAlchemyError
) -> Response:
    """Tell the client to come back when the database does."""
    if isinstance(error, IntegrityError):
        raise error  # the database works; it is the program that is wrong
    log.error("database unavailable", exc_info=error)
    return await respond_to_refusal(request, unavailable())


async def respond_to_exception(request: Request, error: Exception) -> Response:
    """Tell the client nothing and the log everything."""
    log.error("unexpected exception", exc_info=error)
    detail = "The server met an unexpected error."
    headers = {"Connection": "close"}  # which uvicorn then does
    return problem_response(request, 500, detail, headers)


def unavailable() -> HTTPException:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return HTTPException(503, detail, {"Retry-After": "1"})


def problem_response(
    request: Request,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """Write a problem document, or a page outside of the API."""
    title = TITLES.get(status, HTTPStatus(status).phrase)
    if not is_api_path(request.scope["path"]):
        context = {"status": status, "title": title, "detail": detail}
        return templates.TemplateResponse(
            request, "error.html", context, status, headers
        )
    document = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        document["errors"] = errors
    return JSONResponse(document, status, headers, "application/problem+json")


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")


handlers = {
    HTTPException: respond_to_refusal,
    RequestValidationError: respond_to_faults,
    DBAPIError: respond_to_database,
    TimeoutError: respond_to_database,
    Exception: respond_to_exception,
}

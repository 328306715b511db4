"""Every error becomes a response here."""

import logging
from http.client import responses

from django.db import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
)
from django.http import (
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

log = logging.getLogger(__name__)


class Problem(Exception):
    """An error that the client is told about (RFC 9457)."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        """Keep the parts of the problem document."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.errors = errors


class ProblemMiddleware(MiddlewareMixin):
    """Turns exceptions of the views into responses."""

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Turn an exception into a response, or leave it to Django."""
        if isinstance(error, Error):
            # Not the lines below, in which PostgreSQL quotes values.
            for one in filter(None, (error, error.__cause__)):
                one.args = (str(one).partition("\n")[0],)
        match error:
            case Problem():
                return problem_response(request, error)
            case UnreadablePostError() | DataError():
                return bad_request(request, error)
            case IntegrityError():
                return None
            case DatabaseError() | InterfaceError():
                log.exception("database unavailable")
                return problem_response(request, unavailable())
        return None


def unavailable() -> Problem:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return Problem(503, detail, {"Retry-After": "1"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refuses (handler400)."""
    detail = "The request is malformed or too large."
    return problem_response(request, Problem(400, detail))


def permission_denied(
    request: HttpRequest, exception: Exception
) -> HttpResponse:
    """Answer a user who may not do this (handler403)."""
    return problem_response(request, Problem(403, "You may not do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form that was not made for this browser's session."""
    detail = "This form has expired. Go back and try again."
    return problem_response(request, Problem(403, detail))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for what is not there (handler404)."""
    detail = "There is nothing at this address."
    return problem_response(request, Problem(404, detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after an unexpected exception, which is logged (handler500)."""
    detail = "The server met an unexpected error."
    return problem_response(request, Problem(500, detail))


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Write a problem document, or a page outside of the API."""
    title = responses[problem.status]
    if not is_api_path(request.path):
        heading = f"{problem.status} {title}"
        response = render(
            request,
            "error.html",
            {"heading": heading, "detail": problem.detail},
            status=problem.status,
        )
    else:
        document = {
            "type": "about:blank",
            "title": title,
            "status": problem.status,
            "detail": problem.detail,
        }
        if problem.errors is not None:
            document["errors"] = problem.errors
        response = JsonResponse(
            document,
            status=problem.status,
            content_type="application/problem+json",
        )
    add_never_cache_headers(response)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

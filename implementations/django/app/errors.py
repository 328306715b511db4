"""Every error becomes a response here."""

import json
from collections.abc import Callable
from http.client import responses

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DataError, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.log import log_response

from app.storage import is_unavailable

# RFC 9110 has other names for these than older versions of Python.
TITLES = {**responses, 413: "Content Too Large", 422: "Unprocessable Content"}
# What Django answers by itself, the text for our own errors aside.
DETAILS = {
    400: "This is no request to a host that is served here.",
    403: "This is for administrators.",
    404: "There is nothing at this path.",
    405: "This path has no such method.",
    412: "The condition of the request does not hold.",
    500: "The server met an unexpected error.",
}


class Problem(Exception):
    """An error that the client is told about."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        """Keep the parts of the problem document (RFC 9457 §3.1)."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.errors = errors


class ProblemMiddleware:
    """Gives one shape to our own errors and to those of Django."""

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse]
    ) -> None:
        """Keep what answers the requests."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        response = self.get_response(request)
        status = response.status_code
        if status in DETAILS and not hasattr(response, "problem"):
            response.problem = Problem(status, DETAILS[status])
        if hasattr(response, "problem"):
            write_problem(request, response, response.problem)
        return response

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Turn an exception of a view into the response that tells of it."""
        return respond_to_error(error)


def respond_to_error(error: Exception) -> HttpResponse | None:
    """Turn an exception into the response that tells of it."""
    match error:
        case Problem():
            problem = error
        case RequestDataTooBig():
            problem = too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case UnreadablePostError():
            problem = Problem(400, "The body could not be read.")
        case MultiPartParserError():
            problem = Problem(400, "The form is malformed.")
        case SuspiciousOperation() | BadRequest():
            problem = Problem(400, "The request is malformed.")
        case DataError():
            problem = Problem(400, "The database cannot hold this.")
        case _ if is_unavailable(error):
            problem = unavailable()
        case _:
            return None  # Django logs it and answers 500
    response = unwritten_response(problem)
    if is_unavailable(error):
        connection.close()  # what state it is in, nobody knows
        log_response(
            "database unavailable", response=response, exception=error
        )
    return response


def unwritten_response(problem: Problem) -> HttpResponse:
    """Make a response that is written where those of Django are, too."""
    response = HttpResponse(status=problem.status, headers=problem.headers)
    response.problem = problem
    return response


def too_large(limit: int) -> Problem:
    """Make the problem of a body over the limit."""
    return Problem(413, f"The body is larger than {limit} bytes.")


def unavailable() -> Problem:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return Problem(503, detail, {"Retry-After": "1"})


def write_problem(
    request: HttpRequest, response: HttpResponse, problem: Problem
) -> None:
    """Write a problem document, or a page outside of the API."""
    document = {
        "type": "about:blank",
        "title": TITLES[problem.status],
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors is not None:
        document["errors"] = problem.errors
    if is_api_path(request.path):
        content, kind = json.dumps(document), "application/problem+json"
    else:
        heading = f"{problem.status} {document['title']}"
        context = {"heading": heading, "detail": problem.detail}
        content = render_to_string("error.html", context)
        kind = "text/html; charset=utf-8"
    body = content.encode()
    # Into the response that Django may have logged: it would log another one.
    if response.streaming:  # WhiteNoise refuses a method so
        response.streaming_content = [body]
    else:
        response.content = body
    response.headers["Content-Type"] = kind
    response.headers["Content-Length"] = str(len(body))


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

"""Every error becomes a response here."""

import json
from collections.abc import Callable
from http.client import responses

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.html import escape
from django.utils.log import log_response

from app.storage import is_unavailable

# RFC 9110 has other names for these than older versions of Python.
TITLES = {**responses, 413: "Content Too Large", 422: "Unprocessable Content"}
# What Django answers by itself, the text for our own errors aside.
DETAILS = {
    400: "This is not a host that is served here.",
    403: "This is for administrators.",
    404: "There is nothing at this path.",
    405: "This path has no such method.",
    500: "The server met an unexpected error.",
}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{status} {title}</title>
<h1>{title}</h1>
<p>{detail}</p>
</html>
"""


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
        if status >= 400:
            detail = DETAILS.get(status, responses[status])
            problem = getattr(response, "problem", Problem(status, detail))
            write_problem(request, response, problem)
        return response

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Turn an exception into the response that tells of it."""
        match error:
            case Problem():
                problem = error
            case RequestDataTooBig():
                detail = "The body is larger than the server accepts."
                problem = Problem(413, detail)
            case UnreadablePostError():
                problem = Problem(400, "The body could not be read.")
            case _ if is_unavailable(error):
                problem = unavailable()
            case _:
                return None  # Django logs it and answers 500
        response = HttpResponse(status=problem.status, headers=problem.headers)
        response.problem = problem
        if is_unavailable(error):
            connection.close()  # what state it is in, nobody knows
            log_response(
                "database unavailable", response=response, exception=error
            )
        return response


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
        response.content = json.dumps(document)
        response.headers["Content-Type"] = "application/problem+json"
    else:
        response.content = PAGE.format(
            status=problem.status,
            title=escape(TITLES[problem.status]),
            detail=escape(problem.detail),
        )
        response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Length"] = str(len(response.content))


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

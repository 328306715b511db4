"""Every error becomes a response here."""

import logging

from app.messages import (
    Request,
    Response,
    html_response,
    is_api_path,
    json_response,
)
from app.storage import is_unavailable
from app.templating import render

log = logging.getLogger(__name__)

TITLES = {
    303: "See Other",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
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


def respond_to_error(request: Request, error: Exception) -> Response:
    """Turn an exception into the response that tells of it."""
    if isinstance(error, Problem):
        return problem_response(request, error)
    if is_unavailable(error):
        log.exception("database unavailable")
        return problem_response(request, unavailable())
    log.exception("unexpected exception")
    detail = "The server met an unexpected error."
    return problem_response(request, Problem(500, detail))


def unavailable() -> Problem:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return Problem(503, detail, {"Retry-After": "1"})


def problem_response(request: Request, problem: Problem) -> Response:
    """Write a problem document, or a page outside of the API."""
    title = TITLES[problem.status]
    if not is_api_path(request.path):
        heading = f"{problem.status} {title}"
        page = render("error.html", heading=heading, detail=problem.detail)
        return html_response(problem.status, page, problem.headers)
    document = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors is not None:
        document["errors"] = problem.errors
    headers = {"Content-Type": "application/problem+json", **problem.headers}
    return json_response(problem.status, document, headers)

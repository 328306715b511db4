"""Every error becomes a response here."""

import logging

from app.framework.errors import Problem, problem_response
from app.framework.messages import Request, Response, html_response
from app.rendering import templates
from app.storage import is_unavailable

log = logging.getLogger(__name__)


def respond_to_error(request: Request, error: Exception) -> Response:
    """Turn an exception into a response."""
    problem = problem_of(error)
    if is_api_path(request.path):
        return problem_response(problem)
    heading = f"{problem.status} {problem.title}"
    page = templates.render(
        "error.html", heading=heading, detail=problem.detail
    )
    headers = {"Cache-Control": "no-store", **problem.headers}
    return html_response(problem.status, page, headers)


def problem_of(error: Exception) -> Problem:
    """Map an exception to a problem; log unexpected ones."""
    if isinstance(error, Problem):
        return error
    if is_unavailable(error):
        log.exception("database unavailable")
        return unavailable()
    log.exception("unexpected exception")
    return Problem(500, "The server met an unexpected error.")


def unavailable() -> Problem:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return Problem(503, detail, {"Retry-After": "1"})


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

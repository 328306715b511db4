"""Errors that the client is told about."""

from http import HTTPStatus

from app.framework.messages import Response, json_response


class Problem(Exception):
    """An error that ends a request, with what the client is told."""

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
        self.title = HTTPStatus(status).phrase
        self.detail = detail
        self.headers = headers or {}
        self.errors = errors


def problem_response(problem: Problem) -> Response:
    """Answer with a problem document (RFC 9457)."""
    document = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors is not None:
        document["errors"] = problem.errors
    headers = {"Content-Type": "application/problem+json", **problem.headers}
    return json_response(problem.status, document, headers)

"""Every error becomes a response here."""

import json
import logging

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    ServiceUnavailable,
    UnprocessableEntity,
)

log = logging.getLogger(__name__)

TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110


class Invalid(UnprocessableEntity):
    """Input with faults, all of which the client is told about."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """Keep the faults."""
        super().__init__("Some fields are not valid.")
        self.errors = errors


def respond_to_error(error: HTTPException) -> Response:
    """Turn an exception into the response that tells of it."""
    response = error.get_response()
    document = {
        "type": "about:blank",
        "title": TITLES.get(error.code, error.name),
        "status": error.code,
        "detail": error.description,
    }
    if isinstance(error, Invalid):
        document["errors"] = error.errors
    if is_api_path(request.path):
        response.data = json.dumps(document)
        response.content_type = "application/problem+json"
    else:
        response.data = render_template("error.html", **document)
    return response


def respond_to_csrf_error(error: CSRFError) -> Response:
    """Refuse a form that is not ours, or no longer."""
    return respond_to_error(expired_form())


def respond_to_database(error: DBAPIError | TimeoutError) -> Response:
    """Tell the client to come back when the database does."""
    if isinstance(error, IntegrityError):
        raise error  # the database works; it is the program that is wrong
    log.exception("database unavailable")
    return respond_to_error(unavailable())


def unavailable() -> ServiceUnavailable:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return ServiceUnavailable(detail, retry_after=1)


def expired_form() -> Forbidden:
    """Make the problem of a form that is not ours, or no longer."""
    return Forbidden("This form has expired; go back and try again.")


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")


def handle_errors(app: Flask) -> None:
    """Tell Flask which exception becomes a response where."""
    app.register_error_handler(HTTPException, respond_to_error)
    app.register_error_handler(CSRFError, respond_to_csrf_error)
    app.register_error_handler(DBAPIError, respond_to_database)
    app.register_error_handler(TimeoutError, respond_to_database)

"""Every error becomes a response here."""

import json
import logging

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    SecurityError,
    ServiceUnavailable,
    UnprocessableEntity,
)

from app.validation import list_faults

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Handle the errors of an application."""
    app.register_error_handler(HTTPException, respond_to_error)
    app.register_error_handler(SecurityError, respond_to_bad_host)
    app.register_error_handler(CSRFError, respond_to_csrf_error)
    app.register_error_handler(ValidationError, respond_to_invalid_input)
    app.register_error_handler(DBAPIError, respond_to_database_error)


class Invalid(UnprocessableEntity):
    """Input with faults, all of which the client is told about."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """Keep the faults."""
        super().__init__("Some fields are not valid.")
        self.errors = errors


def respond_to_error(error: HTTPException) -> Response:
    """Turn an exception into a response."""
    response = error.get_response()
    if is_api_path(request.path):
        document = {
            "type": "about:blank",
            "title": error.name,
            "status": error.code,
            "detail": error.description,
        }
        if isinstance(error, Invalid):
            document["errors"] = error.errors
        response.data = json.dumps(document)
        response.content_type = "application/problem+json"
    else:
        heading = f"{error.code} {error.name}"
        response.data = render_template(
            "error.html", heading=heading, detail=error.description
        )
    return response


def respond_to_bad_host(error: SecurityError) -> SecurityError:
    """Refuse a host that is not ours; url_for does not work for it."""
    return error


def respond_to_csrf_error(error: CSRFError) -> Response:
    """Refuse a form that was not made for this browser's session."""
    detail = "This form has expired. Go back and try again."
    return respond_to_error(Forbidden(detail))


def respond_to_invalid_input(error: ValidationError) -> Response:
    """List all faults by field and code."""
    return respond_to_error(Invalid(list_faults(error)))


def respond_to_database_error(error: DBAPIError) -> Response:
    """Tell the client to come back when the database does."""
    if isinstance(error, IntegrityError):
        raise error  # the database works; it is the program that is wrong
    log.exception("database unavailable")
    return respond_to_error(unavailable())


def unavailable() -> ServiceUnavailable:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return ServiceUnavailable(detail, retry_after=1)


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

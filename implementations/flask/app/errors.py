"""Every error becomes a response here."""

import json
import logging

from flask import Blueprint, Response, render_template, request
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    SecurityError,
    ServiceUnavailable,
    UnprocessableEntity,
)

from app.validation import list_faults

log = logging.getLogger(__name__)
errors = Blueprint("errors", __name__)


class Invalid(UnprocessableEntity):
    """Input with faults, all of which the client is told about."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """Keep the faults."""
        super().__init__("Some fields are not valid.")
        self.errors = errors


@errors.app_errorhandler(HTTPException)
def respond_to_error(error: HTTPException) -> Response:
    """Turn an exception into the response that tells of it."""
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
        response.data = render_template("error.html", error=error)
    return response


@errors.app_errorhandler(SecurityError)
def respond_to_bad_host(error: SecurityError) -> SecurityError:
    """Refuse a host that is not ours, for which no page can be made."""
    return error


@errors.app_errorhandler(CSRFError)
def respond_to_csrf_error(error: CSRFError) -> Response:
    """Refuse a form that is not ours, or no longer."""
    detail = "This form has expired. Go back and try again."
    return respond_to_error(Forbidden(detail))


@errors.app_errorhandler(ValidationError)
def respond_to_invalid_input(error: ValidationError) -> Response:
    """List all faults by field and code."""
    return respond_to_error(Invalid(list_faults(error)))


@errors.app_errorhandler(RecursionError)
@errors.app_errorhandler(OverflowError)
def respond_to_odd_input(error: Exception) -> Response:
    """Refuse JSON nested too deeply for Python, and dates out of its range."""
    return respond_to_error(BadRequest())


@errors.app_errorhandler(DatabaseError)
def respond_to_database_error(error: DatabaseError) -> Response:
    """Tell the client to come back when the database does."""
    log.exception("database unavailable")
    return respond_to_error(unavailable())


def unavailable() -> ServiceUnavailable:
    """Make the problem of a database that cannot serve now."""
    detail = "The database is not available."
    return ServiceUnavailable(detail, retry_after=1)


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which answers in JSON."""
    return path in ("/api", "/healthz", "/readyz") or path.startswith("/api/")

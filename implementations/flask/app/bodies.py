"""Reading the body of a request."""

from flask import abort, request
from werkzeug.exceptions import HTTPException

from app.settings import settings


def read_json() -> bytes:
    """Return the JSON document in the body of a request."""
    check_type()
    return read_body(settings.max_body_bytes)


def check_type() -> None:
    """Refuse a body that does not say that it is plain JSON in UTF-8."""
    charset = request.mimetype_params.get("charset", "utf-8")
    if (
        request.mimetype != "application/json"
        or charset.lower() != "utf-8"
        or request.content_encoding
    ):
        abort(415, "The body must be application/json in UTF-8.")


def read_upload() -> None:
    """Read a form with a file, which Flask then takes apart."""
    if request.mimetype != "multipart/form-data" or request.content_encoding:
        abort(415, "The body must be multipart/form-data.")
    read_body(settings.max_import_bytes)


def read_body(limit: int) -> bytes:
    """Return the body of a request, unless it is too large."""
    length = request.content_length
    too_large = f"The body is larger than {limit} bytes."
    if length and length > limit:
        abort(413, too_large)
    # Werkzeug cuts a chunked body at its limit without a word.
    request.max_content_length = limit + 1
    try:
        body = request.get_data()
    except HTTPException:
        raise
    except Exception:  # each server has its own for chunks it cannot read
        abort(400, "The body could not be read.")
    if len(body) > limit:
        abort(413, too_large)
    if len(body) < (length or 0):  # RFC 9112 §8
        abort(400, "The body ended before its Content-Length.")
    return body

"""The WSGI application (PEP 3333), which any WSGI server can serve."""

import logging
from time import perf_counter
from wsgiref.types import StartResponse, WSGIEnvironment

from app.api import api
from app.errors import respond_to_error
from app.hosts import check_host
from app.messages import Request, Response, send
from app.storage import count_statements

log = logging.getLogger(__name__)


def application(
    environ: WSGIEnvironment, start_response: StartResponse
) -> list[bytes]:
    """Answer one request."""
    started = perf_counter()
    count_statements()
    request = Request(environ)
    response = respond(request)
    log.debug(
        "request",
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status,
            "milliseconds": round((perf_counter() - started) * 1000, 3),
            "statements": count_statements(),
        },
    )
    return send(response, request, start_response)


def respond(request: Request) -> Response:
    """Run the operation and turn whatever it raises into a response."""
    try:
        check_host(request)
        return api.dispatch(request)
    except Exception as error:
        return respond_to_error(request, error)

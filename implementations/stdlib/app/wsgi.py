"""The WSGI application (PEP 3333), which any WSGI server can serve."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from app.api import api
from app.caching import allow_keeping, answer_unchanged
from app.compression import compress
from app.cors import allow_origin
from app.errors import respond_to_error
from app.headers import add_headers
from app.hosts import check_host
from app.logs import begin_request, log_request
from app.messages import Request, Response, is_api_path, send
from app.pages import pages
from app.routing import Router
from app.static import static


def application(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer one request."""
    request = Request(environ)
    begin_request(request)
    response = respond(request)
    allow_keeping(request, response)
    answer_unchanged(request, response)
    allow_origin(request, response)
    add_headers(request, response)
    compress(request, response)
    log_request(request, response)
    return send(response, request, start_response)


def respond(request: Request) -> Response:
    """Run the operation and turn whatever it raises into a response."""
    try:
        check_host(request)
        return router_of(request.path).dispatch(request)
    except Exception as error:
        return respond_to_error(request, error)


def router_of(path: str) -> Router:
    """Choose the operations among which that of a path is found."""
    if is_api_path(path):
        return api
    return static if path.startswith("/static/") else pages

"""The WSGI application (PEP 3333), which any WSGI server can serve."""

from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from app.api import api
from app.caching import allow_caching
from app.cors import allow_origin
from app.errors import respond_to_error
from app.framework.caching import answer_unchanged
from app.framework.compression import compress
from app.framework.hosts import check_host
from app.framework.messages import Request, Response, send
from app.framework.routing import Router
from app.framework.static import static_files
from app.headers import add_headers
from app.logs import begin_request, log_request
from app.pages import pages
from app.settings import settings

static = static_files("/static/", Path(__file__).with_name("static"))
router = Router(api, pages, static)


def application(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer one request."""
    request = Request(
        environ, settings.max_body_bytes, settings.trusted_proxies
    )
    begin_request(request)
    response = respond(request)
    allow_caching(request, response)
    answer_unchanged(request, response)
    allow_origin(request, response)
    add_headers(request, response)
    compress(request, response)
    log_request(request, response)
    return send(response, request, start_response)


def respond(request: Request) -> Response:
    """Run the operation and turn whatever it raises into a response."""
    try:
        check_host(request, settings.allowed_hosts)
        return router.dispatch(request)
    except Exception as error:
        return respond_to_error(request, error)

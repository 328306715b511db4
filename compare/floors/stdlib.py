"""The floor of the standard library."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.bookmarks import (
    bookmark_etag,
    insert_bookmark,
    page_of_bookmarks,
    represent_bookmark,
)
from app.framework.bodies import read_json
from app.framework.caching import weak_etag
from app.framework.messages import Request, Response, json_response, send
from app.framework.routing import Router
from app.framework.validation import validate, validate_query
from app.logs import begin_request, configure_logging, log_request
from app.pagination import link_header
from app.permissions import authenticate, find_bookmark
from app.storage import reading, writing
from app.validation import BOOKMARK, BOOKMARK_QUERY
from app.wsgi import application

LARGEST = 65_536  # bytes of a body
PRIVATE = {"Cache-Control": "private, no-cache"}
router = Router()


def app(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer one request."""
    request = Request(environ, LARGEST)
    return send(router.dispatch(request), request, start_response)


def make_floor() -> WSGIApplication:
    """Add what every answer has: its line in the log, its id, a header."""
    configure_logging()
    return floor


def make_whole() -> WSGIApplication:
    """Return the implementation, with the log that `run serve` opens."""
    configure_logging()
    return application


def floor(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer one request, and log it."""
    request = Request(environ, LARGEST)
    begin_request(request)
    response = router.dispatch(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    log_request(request, response)
    return send(response, request, start_response)


@router.get("/healthz")
def hello(request: Request) -> Response:
    """Answer without looking at anything."""
    return json_response(200, {"status": "ok"})


@router.get("/checked/api/bookmarks/{id}")
def check_show_bookmark(request: Request, id: int) -> Response:
    """Route and validate, and stop there."""
    return hello(request)


@router.get("/checked/api/bookmarks")
def check_list_bookmarks(request: Request) -> Response:
    """Route and validate, and stop there."""
    validate_query(request.query, BOOKMARK_QUERY)
    return hello(request)


@router.post("/checked/api/bookmarks")
def check_create_bookmark(request: Request) -> Response:
    """Route and validate, and stop there."""
    validate(read_json(request), BOOKMARK)
    return hello(request)


@router.get("/api/bookmarks/{id}")
def show_bookmark(request: Request, id: int) -> Response:
    """Show one bookmark."""
    with reading() as db:
        bookmark = find_bookmark(db, authenticate(request, db), id)
    headers = {"ETag": bookmark_etag(bookmark), **PRIVATE}
    return json_response(200, represent_bookmark(bookmark), headers)


@router.get("/api/bookmarks")
def list_bookmarks(request: Request) -> Response:
    """List one page of the user's bookmarks."""
    query = validate_query(request.query, BOOKMARK_QUERY)
    with reading() as db:
        page = page_of_bookmarks(db, authenticate(request, db)["id"], query)
    content = {
        "items": [represent_bookmark(row) for row in page.rows],
        "page": page.number,
        "per_page": page.size,
        "total": page.total,
    }
    headers = {"Link": link_header(request, page), **PRIVATE}
    response = json_response(200, content, headers)
    response.headers["ETag"] = weak_etag(response.body)
    response.vary("Accept-Encoding")
    return response


@router.post("/api/bookmarks")
def create_bookmark(request: Request) -> Response:
    """Create a bookmark."""
    fields = validate(read_json(request), BOOKMARK)
    with writing() as db:
        user = authenticate(request, db)
        bookmark = insert_bookmark(db, user["id"], fields)
    headers = {
        "ETag": bookmark_etag(bookmark),
        "Location": f"/api/bookmarks/{bookmark['id']}",
    }
    return json_response(201, represent_bookmark(bookmark), headers)

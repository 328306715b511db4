"""The floor of the standard library."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from app.bookmarks import (
    insert_bookmark,
    page_of_bookmarks,
    represent_bookmark,
)
from app.framework.bodies import read_json
from app.framework.messages import Request, Response, json_response, send
from app.framework.routing import Router
from app.framework.validation import validate, validate_query
from app.permissions import authenticate, find_bookmark
from app.storage import reading, writing
from app.validation import BOOKMARK, BOOKMARK_QUERY

LARGEST = 65_536  # bytes of a body
router = Router()


def app(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer one request."""
    request = Request(environ, LARGEST)
    return send(router.dispatch(request), request, start_response)


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
    return json_response(200, represent_bookmark(bookmark))


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
    return json_response(200, content)


@router.post("/api/bookmarks")
def create_bookmark(request: Request) -> Response:
    """Create a bookmark."""
    fields = validate(read_json(request), BOOKMARK)
    with writing() as db:
        user = authenticate(request, db)
        bookmark = insert_bookmark(db, user["id"], fields)
    return json_response(201, represent_bookmark(bookmark))

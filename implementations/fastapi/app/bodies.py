"""Reading the body of a request."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from app.settings import settings


class LimitedRequest(Request):
    """A request whose body is refused when it is too large."""

    limit = settings.max_body_bytes

    async def stream(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece, counting what has come."""
        size = int(self.headers.get("Content-Length", 0))
        if size > self.limit:
            raise too_large(self.limit)
        size = 0
        async for piece in super().stream():
            size += len(piece)
            if size > self.limit:
                raise too_large(self.limit)
            yield piece


class JSONRequest(LimitedRequest):
    """A request whose body, where it is wanted, is JSON and nothing else."""

    async def json(self) -> Any:
        """Return the JSON document in the body of a request."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            detail = "The body is not a JSON document in UTF-8."
            raise HTTPException(400, detail) from error

    async def body(self) -> bytes:
        """Return the body of a request, unless it is too large."""
        check_type(self)
        # FastAPI takes an empty body for a missing one and asks no further.
        return await super().body() or b" "


class JSONRoute(APIRoute):
    """A route whose requests are read as above."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler that FastAPI makes."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(JSONRequest(request.scope, request.receive))

        return handle_json


def check_type(request: Request) -> None:
    """Refuse a body that does not say that it is plain JSON in UTF-8."""
    kind, parameters = content_type(request)
    if (
        kind != "application/json"
        or parameters.get("charset", "utf-8").lower() != "utf-8"
        or request.headers.get("Content-Encoding")
    ):
        detail = "The body must be application/json in UTF-8."
        raise HTTPException(415, detail, {"Accept": "application/json"})


def content_type(request: Request) -> tuple[str, dict[str, str]]:
    """Parse the type of a body and its parameters (RFC 9110 §8.3.1)."""
    kind, found = parse_options_header(request.headers.get("Content-Type"))
    parameters = {
        n.decode("latin-1"): v.decode("latin-1") for n, v in found.items()
    }
    return kind.decode("latin-1"), parameters


def too_large(limit: int) -> HTTPException:
    """Make the problem of a body over the limit."""
    return HTTPException(413, f"The body is larger than {limit} bytes.")


class WholeParser(MultiPartParser):
    """Know a form that is whole from one that was cut short."""

    whole = False

    def on_end(self) -> None:
        """Note that the closing boundary has come."""
        self.whole = True


async def read_whole_form(
    request: Request, limit: int = settings.max_body_bytes
) -> FormData:
    """Read a form, which may hold files."""
    request = LimitedRequest(request.scope, request.receive)
    request.limit = limit
    # Starlette would decode by any codec of Python's, of which some are slow.
    kind, parameters = content_type(request)
    if parameters.get("charset", "utf-8").lower() != "utf-8":
        raise HTTPException(415, "The form must be in UTF-8.")
    try:
        if kind != "multipart/form-data":
            return await request.form()
        parser = WholeParser(request.headers, request.stream())
        form = await parser.parse()
    except (MultiPartException, ClientDisconnect) as error:
        raise HTTPException(400, "The body is not a whole form.") from error
    if not parser.whole:
        raise HTTPException(400, "The body is not a whole form.")
    return form


async def read_files(request: Request) -> tuple[FormData, list[bytes]]:
    """Read a form, and the files in its field `file`."""
    kind, _ = content_type(request)
    coding = request.headers.get("Content-Encoding")
    if kind != "multipart/form-data" or coding:
        detail = "The body must be multipart/form-data."
        raise HTTPException(415, detail, {"Accept": "multipart/form-data"})
    form = await read_whole_form(request, settings.max_import_bytes)
    files = [file for file in form.getlist("file") if type(file) is not str]
    contents = [await file.read() for file in files]
    await form.close()
    return form, contents

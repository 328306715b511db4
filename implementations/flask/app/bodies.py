"""Reading the body of a request whole, or not at all."""

from typing import IO, Any

import flask
from flask import abort
from flask.json.provider import DefaultJSONProvider
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream


class Request(flask.Request):
    """A request whose body is as long as its Content-Length says."""

    def __init__(self, environ: dict[str, Any]) -> None:
        """Stay with HTTP; Werkzeug would look for a WebSocket's route."""
        environ.pop("HTTP_UPGRADE", None)  # RFC 9110 §7.8
        super().__init__(environ)

    @cached_property
    def stream(self) -> IO[bytes]:
        """Open the body; reading fails if it ends early (RFC 9112 §8)."""
        if "Transfer-Encoding" in self.headers:
            abort(411)  # Werkzeug would cut it at the limit, without an error
        return LimitedStream(super().stream, self.content_length or 0)


class JSONProvider(DefaultJSONProvider):
    """JSON, of which get_json refuses all that cannot be read."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON, unless it is nested too deeply for Python."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

"""Compressing responses, where it pays (RFC 9110 §8.4)."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Compression(GZipMiddleware):
    """Compress what is long enough, where that is accepted."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        super().__init__(app, minimum_size=1024)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request; a single bookmark is left as it is."""
        if scope["type"] != "http" or is_single_bookmark(scope):
            return await self.app(scope, receive, send)
        headers = MutableHeaders(raw=list(scope["headers"]))
        # Starlette looks for the word alone, and in lower case only.
        accepted = "gzip" if accepts_gzip(headers) else "identity"
        headers["Accept-Encoding"] = accepted
        scope = {**scope, "headers": headers.raw}

        async def send_with_vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Starlette adds it to what is long enough only, and so not
                # to a 304.
                if "Accept-Encoding" not in headers.get("Vary", ""):
                    headers.add_vary_header("Accept-Encoding")
            await send(message)

        return await super().__call__(scope, receive, send_with_vary)


def is_single_bookmark(scope: Scope) -> bool:
    """Tell whether the answer is a bookmark, with its strong entity tag."""
    path, method = scope["path"], scope["method"]
    created = method == "POST" and path == "/api/bookmarks"
    return created or path.startswith("/api/bookmarks/")


def accepts_gzip(headers: Headers) -> bool:
    """Tell whether a client takes gzip (RFC 9110 §12.5.3)."""
    for item in ",".join(headers.getlist("Accept-Encoding")).split(","):
        coding, _, weight = item.partition(";")
        if coding.strip().lower() == "gzip":
            return not re.fullmatch(r"\s*[Qq]\s*=\s*0(\.0*)?\s*", weight)
    return False

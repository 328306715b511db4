"""Compressing responses, where it pays (RFC 9110 §8.4)."""

import re
import zlib
from collections.abc import Iterator
from contextlib import closing

from app.framework.messages import Request, Response

SMALL = 1024  # bytes, which fit into one packet anyway
GZIP = 31  # zlib's number for the format of RFC 1952


def compress(request: Request, response: Response) -> None:
    """Send a response as gzip to a client that accepts it."""
    if response.status == 204 or has_strong_etag(response):
        return
    response.vary("Accept-Encoding")
    if not accepts_gzip(request):
        return
    if not isinstance(response.body, bytes):
        response.headers["Content-Encoding"] = "gzip"
        response.body = compress_pieces(response.body)
    elif len(response.body) >= SMALL:
        response.headers["Content-Encoding"] = "gzip"
        response.body = zlib.compress(response.body, wbits=GZIP)


def has_strong_etag(response: Response) -> bool:
    """Tell whether a tag promises these very bytes (RFC 9110 §8.8.1)."""
    return response.headers.get("ETag", "").startswith('"')


def accepts_gzip(request: Request) -> bool:
    """Tell whether a client accepts gzip (RFC 9110 §12.5.3)."""
    for item in (request.header("Accept-Encoding") or "").lower().split(","):
        coding, _, weight = item.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def compress_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Compress piece after piece."""
    packer = zlib.compressobj(wbits=GZIP)
    with closing(pieces):
        for piece in pieces:
            yield packer.compress(piece)
        yield packer.flush()

"""Compressing responses, where it pays (RFC 9110 §8.4)."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

SMALL = 1024  # bytes that fit into one packet anyway
GZIP = 31  # zlib's number for the format of RFC 1952


def compress(response: Response) -> Response:
    """Send a response as gzip to a client that takes it."""
    file = request.endpoint == "static" and response.status_code < 400
    if response.status_code == 204 or (has_strong_etag(response) and not file):
        return response
    response.vary.add("Accept-Encoding")
    whole = response.status_code not in (206, 304)
    if whole and request.accept_encodings["gzip"] > 0:
        if file:
            response.direct_passthrough = False
            response.make_sequence()
            response.set_etag(response.get_etag()[0], weak=True)
        if response.is_streamed and response.content_length is None:
            response.content_encoding = "gzip"
            response.call_on_close(response.response.close)
            response.response = compress_pieces(response.iter_encoded())
        elif len(response.data) >= SMALL:
            response.content_encoding = "gzip"
            response.data = gzip.compress(response.data, 6, mtime=0)
    return response


def has_strong_etag(response: Response) -> bool:
    """Tell whether a tag promises these very bytes (RFC 9110 §8.8.1)."""
    return response.get_etag()[1] is False


def compress_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Compress piece after piece."""
    packer = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()

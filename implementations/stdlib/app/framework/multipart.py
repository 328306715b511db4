"""Forms that hold files, multipart/form-data (RFC 7578)."""

import re
from dataclasses import dataclass

# RFC 2046 §5.1.1
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
PARAMETER = re.compile(r';[ \t]*([^\s;="]+)=(?:"([^"]*)"|([^\s;"]*))')
MAX_PARTS = 1000


@dataclass
class Part:
    """Hold one field of a form; a file's name is not kept."""

    name: str
    is_file: bool
    content: bytes


def parse_multipart(body: bytes, boundary: str) -> list[Part]:
    """Split a body into its parts; raise ValueError if it is cut short."""
    if not BOUNDARY.fullmatch(boundary):
        raise ValueError("no boundary")
    # The line break before a boundary belongs to it (RFC 2046 §5.1.1).
    delimiter = b"\r\n--" + boundary.encode()
    _, *pieces = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    parts = []
    for piece in pieces:
        if piece.startswith(b"--"):  # the last one; nothing follows
            return parts
        parts.append(parse_part(piece))
    raise ValueError("cut short, or too many parts")


def parse_part(piece: bytes) -> Part:
    """Parse what stands between two boundaries."""
    padding, _, rest = piece.partition(b"\r\n")
    head, blank_line, content = rest.partition(b"\r\n\r\n")
    if padding.strip(b" \t") or not blank_line:
        raise ValueError("a part without head")
    for line in head.decode("utf-8", "replace").split("\r\n"):
        field, _, value = line.partition(":")
        if field.lower() == "content-disposition":
            parameters = parse_parameters(value)
            is_file = not {"filename", "filename*"}.isdisjoint(parameters)
            return Part(parameters.get("name", ""), is_file, content)
    raise ValueError("a part without Content-Disposition")


def parse_parameters(value: str) -> dict[str, str]:
    """Parse the parameters of a field (RFC 7578 §4.2)."""
    return {
        name.lower(): quoted or plain
        for name, quoted, plain in PARAMETER.findall(value)
    }

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
    first = body.startswith(delimiter[2:])
    end = -2 if first else body.index(delimiter)
    parts: list[Part] = []
    while len(parts) <= MAX_PARTS:
        start = end + len(delimiter)
        if body.startswith(b"--", start):  # the last one; nothing follows
            return parts
        end = body.index(delimiter, start)
        parts.append(parse_part(body, start, end))
    raise ValueError("too many parts")


def parse_part(body: bytes, start: int, end: int) -> Part:
    """Parse what stands between two boundaries."""
    line_end = body.index(b"\r\n", start, end)
    head_end = body.index(b"\r\n\r\n", line_end, end)
    head = body[line_end + 2 : head_end].decode("utf-8", "replace")
    content = body[head_end + 4 : end]
    if body[start:line_end].strip(b" \t"):
        raise ValueError("a part without head")
    for line in head.split("\r\n"):
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

"""One request as data, in which names stand for what a server made up."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from tests.support import raw

NAME = re.compile(
    rb"<<((?:id|etag|list|token|user)\d|cookie\d?|fields|parts)>>"
)
PROBE = raw.message("GET", "/healthz")


@dataclass(frozen=True)
class Step:
    """Hold one request.

    `<<token0>>`, `<<cookie0>>` and `<<user0>>` belong to the first account,
    `<<id0>>` and `<<etag0>>` are the first that the server told. From `page`,
    which is got first, come the hidden fields of the form: `<<fields>>`, or
    `<<parts>>` for multipart. `left_open` says what the spec leaves open:
    "4xx", "refusal" (it may be refused) or "any", and by which rule.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    page: str = ""
    left_open: str = ""
    probed: bool = False  # another request follows on the connection
    raw: bytes = b""  # instead of method, path, headers and body

    def header(self, name: str) -> str:
        """Return the value of a header, or nothing."""
        return {n.lower(): v for n, v in self.headers}.get(name, "")

    def message(self, fill: Callable[[bytes], bytes] = bytes) -> bytes:
        """Write the request, its names filled in."""
        probe = PROBE if self.probed or self.raw else b""
        if self.raw:
            return fill(self.raw) + probe
        headers = [
            (name, fill(value.encode())) for name, value in self.headers
        ]
        host = None if self.header("host") else "localhost"
        path, body = fill(self.path.encode()), fill(self.body)
        return (
            raw.message(
                self.method, path, headers, body, host=host, close=not probe
            )
            + probe
        )

    @property
    def ambiguous(self) -> bool:
        """Tell whether a refusal may come for what was done all the same.

        One server may act on the head before another one, or the same one
        later, refuses what Transfer-Encoding says of the body; beside a
        Content-Length, RFC 9112 §6.3 leaves that choice to each.
        """
        return self.method != "GET" and b"transfer-encoding" in (
            self.raw.lower()
        )

    @property
    def kind(self) -> str:
        """Name what requests of one kind have in common."""
        path = re.sub(r"<<\w+>>|\d+", "{id}", self.path.partition("?")[0])
        what = "raw bytes" if self.raw else f"{self.method} {path}"
        return f"{what} ({self.left_open})" if self.left_open else what

    def curl(self) -> str:
        """Write the request for the shell, where $ID0 stands for <<id0>>."""
        if self.raw or self.probed:
            sent = quoted(self.message())
            return f'printf %s {sent} | python3 -m tests.send "${{URL#*//}}"'
        words = ["curl -si --path-as-is -X", shlex.quote(self.method)]
        for name, value in self.headers:
            words += ["-H", quoted(f"{name}: {value}".encode())]
        if self.body:
            words += ["--data-binary", quoted(self.body)]
        words.append('"$URL"' + quoted(self.path.encode()))
        return " ".join(words) + (f"  # form of {self.page}" * bool(self.page))


def quoted(text: bytes) -> str:
    """Quote bytes for bash, with variables for the names."""
    words = []
    for number, part in enumerate(NAME.split(text[:3000])):
        if number % 2:
            words.append(f'"${part.decode().upper()}"')
        elif part.isascii() and part.decode().isprintable():
            words.append(shlex.quote(part.decode()) if part else "")
        else:
            escaped = repr(b'"' + part)[3:-1]  # the quote makes repr take '
            words.append(f"$'{escaped}'")
    return "".join(words)

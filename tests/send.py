"""Send bytes as they are and print what comes back.

`python3 -m tests.send HOST:PORT [FILE]` takes them from a file or from its
input. `--close` closes the sending side after the last byte.
"""

import argparse
import socket
import sys
from urllib.parse import urlsplit

PATIENCE = 10  # seconds until the first byte
SILENCE = 1  # seconds after the last one


def exchange(address: str, data: bytes, close: bool = False) -> bytes:
    """Return all that is answered until it closes or falls silent."""
    parts = urlsplit(f"//{address}")
    server, answer = (parts.hostname, parts.port or 80), b""
    with socket.create_connection(server) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.sendall(data)
            if close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # it may hang up before all is sent
            pass
        try:
            while piece := connection.recv(65536):
                answer += piece
                connection.settimeout(SILENCE)
        except (ConnectionError, TimeoutError):
            pass
    return answer


def printable(text: str) -> str:
    """Write what would do something to a terminal as an escape."""
    return "".join(
        one if one.isprintable() or one == "\n" else escaped(one)
        for one in text
    )


def escaped(one: str) -> str:
    """Write one character as in a string of Python."""
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")


def main() -> None:
    """Read the command line, send, print."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.send")
    parser.add_argument("address", metavar="HOST:PORT", help="the server")
    parser.add_argument("file", nargs="?", type=argparse.FileType("rb"))
    parser.add_argument("--close", action="store_true")
    given = parser.parse_args()
    source = given.file or sys.stdin.buffer
    answer = exchange(given.address, source.read(), given.close)
    if sys.stdout.isatty():
        text = answer.decode("utf-8", "replace").replace("\r\n", "\n")
        print(printable(text) or "closed without an answer")
    else:
        sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()

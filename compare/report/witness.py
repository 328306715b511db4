"""Watch one request go through the standard-library version.

Run as a program, in the folder implementations/stdlib, with the URL of a
database that is yet to be made in DATABASE_URL. Prints a JSON object: what
each function of WATCHED had in hand when it returned, by its place.
"""

import json
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from pprint import pformat
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from app.accounts import hash_password, insert_user
from app.cli import application
from app.framework.server import Server
from app.migrating import migrate
from app.settings import settings
from app.storage import idle, writing
from app.tokens import issue_token

SECONDS = 10
BODY = '{"url": "https://example.com/", "title": " Example ", "tags": ["Web"]}'
HEAD = """POST /api/bookmarks HTTP/1.1
Host: localhost:{port}
Authorization: Bearer {token}
Content-Type: application/json
Content-Length: {length}

"""
Locals = dict[str, Any]
Hand = Callable[[Locals, Any], str]  # locals and the result, as text
statements: list[str] = []  # that SQLite ran, with their values in place


def show_bytes(variables: Locals, result: bytes) -> str:
    """Show bytes as lines, with their ends."""
    return result.decode("latin-1").replace("\r\n", "\\r\\n\n")


def show_environ(variables: Locals, result: None) -> str:
    """Show what the server hands to the application (PEP 3333)."""
    environ = dict(variables["environ"])
    body = environ["wsgi.input"].getvalue()
    told = {k: v for k, v in environ.items() if not k.startswith("wsgi.")}
    return pformat({**told, "wsgi.input": body}, sort_dicts=False)


def show_request(variables: Locals, result: None) -> str:
    """Show the attributes of a request."""
    known = dict(vars(variables["self"]))
    for name in ("environ", "started"):
        del known[name]
    return pformat(known, sort_dicts=False)


def show_match(variables: Locals, result: tuple) -> str:
    """Show the pattern that fits, and the operations of the path."""
    operations = {m: one.__name__ for m, one in result[0].items()}
    found = {"pattern": variables["pattern"].pattern, "operations": operations}
    return pformat({**found, "parameters": result[1]}, sort_dicts=False)


def show_user(variables: Locals, result: Any) -> str:
    """Show what was sent, and the row that it leads to."""
    sent = {"Authorization": variables["credentials"]}
    return pformat({**sent, "row": dict(result)}, sort_dicts=False)


def show_result(variables: Locals, result: Any) -> str:
    """Show a document."""
    return pformat(result, sort_dicts=False)


def show_statements(variables: Locals, result: None) -> str:
    """Show what SQLite ran."""
    lines = (" ".join(one.split()) + ";" for one in statements)
    return "\n".join(lines).replace("\x1f", "\\x1f")


def show_row(variables: Locals, result: Any) -> str:
    """Show a row, and the document that it becomes."""
    row = dict(variables["bookmark"])
    return pformat({"row": row, "document": result}, sort_dicts=False)


def show_response(variables: Locals, result: Any) -> str:
    """Show a response, before the server writes it."""
    response = variables["response"]
    fields = {"status": response.status, "headers": response.headers}
    return pformat(fields, sort_dicts=False)


WATCHED: dict[str, Hand] = {
    "app/framework/server.py::Connection.receive": show_bytes,
    "app/framework/server.py::Connection.read_request": show_environ,
    "app/framework/messages.py::Request.__init__": show_request,
    "app/framework/routing.py::Router.match": show_match,
    "app/framework/bodies.py::read_json": show_result,
    "app/permissions.py::authenticate": show_user,
    "app/framework/validation.py::validate": show_result,
    "app/bookmarks.py::represent_bookmark": show_row,
    "app/storage.py::transaction": show_statements,
    "app/wsgi.py::application": show_response,
    "app/framework/server.py::ResponseWriter.frame": show_bytes,
}
seen: dict[str, str] = {}


def watch(frame: FrameType, event: str, result: Any) -> None:
    """Note what a function has in hand when it returns for the first time."""
    if event != "return":
        return
    code = frame.f_code
    file = code.co_filename.rpartition("/app/")[2]
    place = f"app/{file}::{code.co_qualname}"
    if place.endswith("::transaction") and "COMMIT" not in statements:
        return  # a generator, which also returns where it yields
    if place in WATCHED and place not in seen:
        seen[place] = WATCHED[place](frame.f_locals, result)


def make_request(port: int) -> bytes:
    """Make an account with a token, and the request to send."""
    with writing() as db:
        user = insert_user(db, "ada", hash_password("correct horse battery"))
        token = issue_token(db, user["id"])["token"]
    head = HEAD.format(port=port, token=token, length=len(BODY))
    return (head.replace("\n", "\r\n") + BODY).encode()


def send(request: bytes, port: int) -> None:
    """Send the request, and wait for the answer to begin."""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=SECONDS) as client:
        client.sendall(request)
        client.recv(65536)


def main() -> None:
    """Serve one request and print what was seen."""
    migrate(settings.database_url)
    server = Server(application, "127.0.0.1", 0)
    request = make_request(server.port)
    for connection in idle:  # which the thread of the request will borrow
        connection.set_trace_callback(statements.append)
    threading.setprofile(watch)  # of the threads that start from here on
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        send(request, server.port)
    finally:
        server.stop()
    thread.join(SECONDS)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()

"""Serve any WSGI application (PEP 3333) over HTTP/1.1 (RFC 9112).

Each connection has a thread. For the application it needs one of the places,
which it gives up while it waits for its client. framing.py knows the bytes.
"""

import io
import logging
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from math import inf
from queue import SimpleQueue
from threading import Thread
from time import monotonic, sleep

from app.framework import framing

BUFFER = 65536  # bytes
log = logging.getLogger("server")


class Connection:
    """Hold a client's socket; converse() is what its thread does."""

    def __init__(self, server: "Server", sock: socket.socket, ip: str) -> None:
        """Begin before the first request."""
        self.server = server
        self.socket = sock
        self.ip = ip
        self.reader = framing.Reader(self.receive)
        self.stays = True  # open for another request
        self.idle = True  # while there is no request to answer
        self.placed = False  # while the application runs
        self.invites = False  # a 100 is due before the body is read
        self.read_by = self.sent_by = inf  # deadlines; watch() keeps them
        self.body: framing.Body | None = None  # the rest of a long one

    def converse(self) -> None:
        """Answer request after request, then close."""
        try:
            with suppress(OSError):  # the client may be gone
                while self.stays and self.wait_for_request():
                    self.serve_request()
                self.linger()
        finally:
            self.server.connections.discard(self)
            self.socket.close()

    def wait_for_request(self) -> bool:
        """Tell whether the client begins a request in time."""
        self.idle = True
        self.read_by = monotonic() + self.server.idle_seconds
        if not self.reader.held:
            self.reader.held += self.receive()
        return len(self.reader.held) > 0

    def serve_request(self) -> None:
        """Read a request and have it answered, or refuse it."""
        environ = {**self.server.environ, "REMOTE_ADDR": self.ip}
        try:
            self.read_request(environ)
            end = self.answer(environ)
        except framing.Refused as error:
            log.debug("refused %s: %s %s", self.ip, error.status, error)
            self.stays = False  # where another would begin is unknown
            if not self.server.running:  # perhaps it is what cut it short
                return
            end = ResponseWriter(self, environ).fail(error.status)
        self.send(end)

    def read_request(self, environ: dict) -> None:
        """Read the head and the body into the environ."""
        self.read_by = monotonic() + self.server.head_seconds
        framing.parse_head(self.reader.read_head(), environ)
        self.idle = False
        self.stays = framing.persists(environ)
        self.invites = framing.expects_continue(environ)
        length = framing.body_length(environ)
        self.read_by = monotonic() + self.server.body_seconds
        limit = self.server.max_buffered_bytes
        content, rest = framing.begin_body(self.reader, length, limit)
        if rest:
            self.stays = False  # some of it may remain unread
            self.body = framing.Body(content, rest)
            environ["wsgi.input"] = io.BufferedReader(self.body, BUFFER)
            self.read_by = monotonic() + self.server.long_body_seconds
            others = [one for one in list(self.server.connections) if one.body]
            if len(others) > self.server.max_long_bodies:
                raise framing.Refused(503, "too many long bodies")
        else:
            environ["wsgi.input"] = io.BytesIO(content)
            self.read_by = inf
            if length:
                environ["CONTENT_LENGTH"] = str(len(content))

    def answer(self, environ: dict) -> bytes:
        """Call the application; return what is left to send."""
        self.server.places.get()
        self.placed = True
        try:
            return ResponseWriter(self, environ).answer(environ)
        finally:
            self.placed = False
            self.server.places.put(None)

    def receive(self) -> bytes:
        """Wait for bytes until the deadline; none is the end."""
        if self.invites:  # RFC 9110 §10.1.1
            self.invites = False
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        data = self.wait(self.socket.recv, BUFFER)
        if monotonic() > self.read_by:
            raise framing.Refused(408, "too slow")
        return data

    def send(self, data: bytes) -> None:
        """Send all of the data, with a deadline for each piece."""
        for start in range(0, len(data), BUFFER):
            self.sent_by = monotonic() + self.server.write_seconds
            self.wait(self.socket.sendall, data[start : start + BUFFER])

    def wait(self, action: Callable, data: object) -> bytes | None:
        """Send or receive; meanwhile another may have the place."""
        if self.placed:
            self.server.places.put(None)
        try:
            return action(data)
        except OSError as error:
            raise framing.Refused(408, "gone") from error
        finally:
            self.sent_by = inf  # waiting for a place is not its fault
            if self.placed:
                self.server.places.get()

    def watch(self) -> None:
        """Wake the thread if it has waited for too long."""
        now = monotonic()
        with suppress(OSError):  # the client may be gone
            if now > self.sent_by:
                self.socket.shutdown(socket.SHUT_RDWR)
            elif now > self.read_by or (self.idle and not self.server.running):
                self.socket.shutdown(socket.SHUT_RD)

    def linger(self) -> None:
        """Let the client read the answer before all is closed (§9.6)."""
        self.read_by = monotonic() + 1
        self.socket.shutdown(socket.SHUT_WR)
        while self.receive():
            pass


class ResponseWriter:
    """Write the answer to one request."""

    def __init__(self, connection: Connection, environ: dict) -> None:
        """Keep of the environ what the application could change."""
        self.connection = connection
        self.head_only = environ.get("REQUEST_METHOD") == "HEAD"
        self.old = environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
        self.status = ""  # until start_response is called
        self.begun = self.chunked = False
        self.left: int | None = None  # bytes of content to come, if known
        self.end = b""  # what is sent when the application is done

    def answer(self, environ: dict) -> bytes:
        """Call the application; whatever it does, the thread survives."""
        try:
            result = self.connection.server.application(environ, self.start)
            try:
                self.send(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
        except framing.Refused as error:
            self.fail(error.status)
        except BaseException as error:
            log.error("the application failed", exc_info=error)
            self.fail(500)
        return self.end

    def fail(self, status: int) -> bytes:
        """Answer an error, or cut off an answer that has begun."""
        if status != 500 or (self.begun and self.left != 0):
            self.connection.stays = False
        if not self.begun:
            self.status, self.connection.body = "", None  # begin anew
            line = f"{status} {HTTPStatus(status).phrase}"
            self.start(line, [("Content-Type", "text/plain")])
            self.send([f"{line}\n".encode()])
        return self.end

    def start(self, status: str, fields: list, error: tuple = ()) -> Callable:
        """Be start_response: keep the head until there is a first byte."""
        if error and self.begun:
            raise error[1].with_traceback(error[2])
        if self.status and not error:
            raise RuntimeError("start_response was called twice")
        if self.connection.body and self.connection.body.refused:
            raise self.connection.body.refused  # no answer to half a body
        self.lines, self.length = framing.begin_head(status, fields)
        self.status = status
        return lambda data: self.connection.send(self.frame(data))

    def send(self, result: Iterable[bytes]) -> None:
        """Send the content; if all of it is at hand, keep it for the end."""
        if isinstance(result, list | tuple) and not self.begun:
            content = b"".join(result)
            self.end = self.frame(content, len(content))
        else:
            for data in filter(None, result):
                self.connection.send(self.frame(data))
            self.end = b"" if self.begun else self.frame(b"", 0)
            if self.chunked:
                self.end = b"0\r\n\r\n"
            elif self.left:
                raise ValueError("content is shorter than its Content-Length")
        self.left = 0

    def frame(self, data: bytes, size: int | None = None) -> bytes:
        """Write a piece as it is sent, with the head before the first."""
        head = b"" if self.begun else self.make_head(size)
        self.begun = True
        self.connection.invites = False  # a 100 comes before, or never
        if self.chunked and data:  # an empty chunk would be the end
            return head + b"%x\r\n%b\r\n" % (len(data), data)
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        return head + data

    def make_head(self, size: int | None) -> bytes:
        """Write the head of an answer whose content has that size."""
        if not self.status:
            raise RuntimeError("start_response was not called")
        code, lines = self.status[:3], self.lines
        # RFC 9110 §8.6, §15.3.6
        length = {"204": None, "205": 0}.get(code, self.length)
        empty = self.head_only or code in ("204", "205", "304")
        if not empty:
            length = size if length is None else length
            if size not in (None, length):
                raise ValueError("content is not of its Content-Length")
        self.left = 0 if empty else length
        self.chunked = self.left is None and not self.old
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif length is not None:
            lines.append(f"Content-Length: {length}")
        ends = self.left is None and self.old  # by closing
        if ends or not self.connection.server.running:
            self.connection.stays = False
        if not self.connection.stays:
            lines.append("Connection: close")
        elif self.old:
            lines.append("Connection: keep-alive")
        return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


class Server:
    """Hold the listener and the places; run() serves until stop()."""

    max_connections = 1000
    max_long_bodies = 32
    max_buffered_bytes = 65536  # of a body, before the application is called
    idle_seconds = 5
    head_seconds = 10
    body_seconds = 30
    long_body_seconds = 60  # for the rest of it to come
    write_seconds = 10  # for a client to take one piece of an answer
    grace_seconds = 8  # whoever asks to stop waits ten

    def __init__(
        self, application: Callable, host: str, port: int, threads: int = 8
    ) -> None:
        """Listen; nobody is answered before run()."""
        self.application = application
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server(
            (host, port), family=family, backlog=1024
        )
        self.listener.settimeout(0.1)  # to notice stop()
        # Connections inherit this one.
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.listener.getsockname()[1]
        self.environ = framing.base_environ(host, self.port)
        self.running = True
        self.end = inf  # of the time to finish what runs
        self.connections: set[Connection] = set()
        self.places = SimpleQueue()  # a semaphore, but in C
        for _ in range(threads):
            self.places.put(None)

    def run(self) -> None:
        """Serve until stop() is called, then finish what runs."""
        while self.running or self.connections and monotonic() < self.end:
            self.accept()
            for connection in list(self.connections):
                connection.watch()

    def stop(self) -> None:
        """Stop soon; a signal handler or another thread may call this."""
        self.running = False
        self.end = min(self.end, monotonic() + self.grace_seconds)
        self.listener.close()

    def accept(self) -> None:
        """Take a new client, if there is room for one."""
        if len(self.connections) >= self.max_connections:
            waited = monotonic() + self.idle_seconds - 1  # for a second
            for connection in list(self.connections):
                if connection.idle and connection.read_by < waited:
                    connection.read_by = 0
            sleep(0.01)
            return
        try:
            sock, peer = self.listener.accept()
        except TimeoutError:  # nobody came
            return
        except OSError:  # stopped, or no descriptor is left; others will end
            sleep(0.01)
            return
        connection = Connection(self, sock, peer[0])
        self.connections.add(connection)
        try:
            Thread(target=connection.converse, daemon=True).start()
        except RuntimeError:  # no thread for it
            self.connections.discard(connection)
            sock.close()

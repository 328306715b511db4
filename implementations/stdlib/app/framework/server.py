"""Serve any WSGI application (PEP 3333) over HTTP/1.1 (RFC 9112).

Each connection has a thread that reads its requests; the threads of the pool
call the application and write its answers. framing.py knows what bytes mean.
"""

import io
import logging
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from math import inf
from queue import SimpleQueue
from threading import Semaphore, Thread
from time import monotonic, sleep

from app.framework import framing

BUFFER = 65536  # bytes
log = logging.getLogger("server")


class Connection(io.RawIOBase):
    """Hold a client's socket; converse() is what its thread does."""

    def __init__(self, server: "Server", sock: socket.socket, ip: str) -> None:
        """Begin before the first request."""
        self.server = server
        self.socket = sock
        self.ip = ip
        self.reader = io.BufferedReader(self, BUFFER)
        self.answered = SimpleQueue()  # gets a None from the pool
        self.stays = True  # open for another request
        self.idle = True  # while there is no request to answer
        self.invites = False  # a body, by a 100, as soon as it is read
        self.deadline = inf  # for what is to be received next
        self.environ: dict = {}  # of the request that is being served
        self.body: framing.Body | None = None  # the rest of a long one

    def converse(self) -> None:
        """Answer request after request, then close."""
        self.server.connections.add(self)
        with suppress(OSError):  # the client may be gone
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self.stays and self.wait_for_request():
                self.serve_request()
            self.linger()
        self.socket.close()
        self.server.connections.discard(self)

    def wait_for_request(self) -> bool:
        """Tell whether the client begins a request in time."""
        self.deadline = monotonic() + self.server.idle_seconds
        self.idle = True
        return self.reader.peek(1) != b""

    def serve_request(self) -> None:
        """Read a request and have it answered, or refuse it."""
        self.environ = {**self.server.environ, "REMOTE_ADDR": self.ip}
        self.body = None
        try:
            self.read_request()
        except framing.Refused as error:
            self.stays = False  # where another would begin is unknown
            if self.server.end == inf:  # or it is stop() that cut it short
                ResponseWriter(self).fail(error.status)
            return
        self.idle = False
        if self.body:  # its sender may be slow, so the pool stays free
            self.serve_long_body()
        else:
            self.server.jobs.put(self)
            self.answered.get()

    def serve_long_body(self) -> None:
        """Have the request answered here, while its body comes."""
        places = self.server.long_bodies
        if not places.acquire(timeout=self.server.place_seconds):
            ResponseWriter(self).fail(503)
            return
        try:
            self.deadline = monotonic() + self.server.long_body_seconds
            ResponseWriter(self).answer(self.server.application)
        finally:
            places.release()

    def read_request(self) -> None:
        """Read the head and the body into the environ."""
        self.deadline = monotonic() + self.server.head_seconds
        framing.parse_head(framing.read_head(self.reader), self.environ)
        self.stays = framing.persists(self.environ)
        self.invites = framing.expects_continue(self.environ)
        length = framing.body_length(self.environ)
        self.deadline = monotonic() + self.server.body_seconds
        limit = self.server.max_buffered_bytes
        content, rest = framing.begin_body(self.reader, length, limit)
        if rest:
            self.stays = False  # some of it may remain unread
            self.body = framing.Body(content, rest)
            self.environ["wsgi.input"] = io.BufferedReader(self.body, BUFFER)
        else:
            self.environ["wsgi.input"] = io.BytesIO(content)
            if length:
                self.environ["CONTENT_LENGTH"] = str(len(content))

    def readable(self) -> bool:
        """Tell io that this can be read."""
        return True

    def readinto(self, target: memoryview) -> int:
        """Wait for bytes until the deadline; 0 is the end."""
        if self.invites:  # RFC 9110 §10.1.1
            self.invites = False
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self.wait(self.socket.recv_into, target, self.deadline)

    def send(self, data: bytes) -> None:
        """Send all of the data, with a deadline for each piece."""
        for start in range(0, len(data), BUFFER):
            piece = data[start : start + BUFFER]
            deadline = monotonic() + self.server.write_seconds
            self.wait(self.socket.sendall, piece, deadline)

    def wait(
        self, action: Callable, data: object, deadline: float
    ) -> bytes | int | None:
        """Send or receive before the deadline."""
        try:
            left = deadline - monotonic()
            if left <= 0:  # though there may be bytes at hand
                raise TimeoutError
            self.socket.settimeout(left)
            return action(data)
        except OSError as error:
            self.stays = False
            raise framing.Refused(408, "client gone or too slow") from error

    def close_if_idle(self) -> None:
        """Wake a thread that waits for a request: none will be served."""
        if self.idle:
            with suppress(OSError):  # the client may be gone
                self.socket.shutdown(socket.SHUT_RD)

    def linger(self) -> None:
        """Let the client read the answer before all is closed (§9.6)."""
        deadline = monotonic() + 1
        self.socket.shutdown(socket.SHUT_WR)
        while self.wait(self.socket.recv, BUFFER, deadline):
            pass


class ResponseWriter:
    """Write the answer to one request."""

    def __init__(self, connection: Connection) -> None:
        """Begin before the head is sent."""
        self.connection = connection
        self.environ = connection.environ
        self.status = ""  # until start_response is called
        self.begun = self.chunked = False
        self.left = inf  # bytes of content that are to come

    def answer(self, application: Callable) -> None:
        """Call the application; whatever it does, the thread survives."""
        try:
            # A copy, for the application may change what it gets (PEP 3333).
            result = application(dict(self.environ), self.start)
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

    def fail(self, status: int) -> None:
        """Answer an error, or cut off an answer that has begun."""
        if status != 500 or (self.begun and self.left):
            self.connection.stays = False
        if not self.begun:
            self.status = f"{status} {HTTPStatus(status).phrase}"
            self.fields = [("Content-Type", "text/plain")]
            with suppress(framing.Refused):  # the client may be gone
                self.send([f"{self.status}\n".encode()])

    def start(self, status: str, fields: list, error: tuple = ()) -> Callable:
        """Be start_response: keep the head until there is a first byte."""
        if error and self.begun:
            raise error[1].with_traceback(error[2])
        if self.status and not error:
            raise RuntimeError("start_response was called twice")
        if self.connection.body and self.connection.body.refused:
            raise self.connection.body.refused  # no answer to half a body
        framing.check_response(status, fields)
        self.status = status
        self.fields = list(fields)
        return self.write

    def send(self, result: Iterable[bytes]) -> None:
        """Send the content, in one write if all of it is at hand."""
        size = None
        if isinstance(result, list | tuple):
            result = [b"".join(result)]
            size = len(result[0])
        for data in filter(None, result):
            self.write(data, size)
        if not self.begun:
            self.write(b"", 0)
        if self.chunked:
            self.connection.send(b"0\r\n\r\n")
        elif 0 < self.left < inf:
            raise ValueError("content is shorter than its Content-Length")
        self.left = 0

    def write(self, data: bytes, size: int | None = None) -> None:
        """Send a piece of the content, with the head before the first."""
        head = b"" if self.begun else self.make_head(size)
        self.begun = True
        self.connection.invites = False  # a 100 comes before, or never
        data = data[: min(self.left, len(data))]
        self.left -= len(data)
        if self.chunked and data:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self.connection.send(head + data)

    def make_head(self, size: int | None) -> bytes:
        """Write the head of an answer whose content has that size."""
        environ, status, fields = self.environ, self.status, self.fields
        self.left = framing.content_length(environ, status, fields, size)
        old = environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
        self.chunked = self.left == inf and not old
        if self.connection.server.end < inf or (self.left == inf and old):
            self.connection.stays = False
        stays = self.connection.stays
        return framing.write_head(environ, status, fields, self.left, stays)


class Server:
    """Hold the listener and the pool; run() serves until stop()."""

    max_connections = 1000
    max_buffered_bytes = 65536  # of a body, before the application is called
    idle_seconds = 5
    head_seconds = 10
    body_seconds = 30
    place_seconds = 5  # for a long body to wait until others are done
    long_body_seconds = 60  # for the rest of it to come
    write_seconds = 10  # for a client to take one piece of an answer
    grace_seconds = 8  # whoever asks to stop waits ten

    def __init__(
        self,
        application: Callable,
        host: str,
        port: int,
        threads: int = 8,
        workers: int = 1,
    ) -> None:
        """Listen; nobody is answered before run()."""
        self.application = application
        self.threads = threads
        self.workers = workers
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server(
            (host, port), family=family, backlog=1024
        )
        self.listener.settimeout(0.1)  # to notice stop()
        self.port = self.listener.getsockname()[1]
        self.environ = framing.base_environ(host, self.port, workers)
        self.end = inf
        self.connections: set[Connection] = set()
        self.jobs = SimpleQueue()
        self.long_bodies = Semaphore(max(threads // 2, 1))

    def run(self) -> None:
        """Serve until stop() is called, then finish what runs."""
        for _ in range(self.threads):
            Thread(target=self.work, daemon=True).start()
        while self.end == inf:
            self.accept()
        while self.connections and monotonic() < self.end:
            for connection in list(self.connections):
                connection.close_if_idle()
            sleep(0.05)

    def stop(self) -> None:
        """Stop soon; a signal handler or another thread may call this."""
        self.end = min(self.end, monotonic() + self.grace_seconds)
        self.listener.close()

    def accept(self) -> None:
        """Take a new client, if there is room for one."""
        try:
            sock, peer = self.listener.accept()
        except TimeoutError:  # nobody came
            return
        except OSError:  # no descriptor is left for it; others will end
            sleep(0.01)
            return
        connection = Connection(self, sock, peer[0])
        with suppress(RuntimeError):  # no thread for it
            if len(self.connections) < self.max_connections:
                Thread(target=connection.converse, daemon=True).start()
                return
        sock.close()

    def work(self) -> None:
        """Answer one request after the other."""
        while True:
            connection = self.jobs.get()
            ResponseWriter(connection).answer(self.application)
            connection.answered.put(None)

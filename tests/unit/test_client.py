"""The client: what it sends again, and what it does not."""

import socket
import threading
import time

import pytest
import yaml

from tests.support import report
from tests.support.client import ALL_OPERATIONS, Client

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Listener:
    """Answer as many requests of each connection as is said, then close."""

    def __init__(self, *counts: int, reads_on: bool = True) -> None:
        """Begin to listen."""
        self.counts, self.reads_on, self.seen = counts, reads_on, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Take one connection after the other."""
        for count in self.counts:
            connection, _ = self.socket.accept()
            with connection:
                for _ in range(count):
                    self.seen.append(connection.recv(65536)[:4])
                    connection.sendall(OK)
                if self.reads_on:
                    self.seen.append(connection.recv(65536)[:4])


def get(client: Client) -> None:
    """Send one request that may be repeated."""
    answer = client.request("GET", "/static/x", expect=200)
    assert answer.content == b"{}"


def test_a_fresh_connection_is_tried_once() -> None:
    """A server that closes without an answer is seen."""
    listener = Listener(0, 1)
    client = Client(listener.url)
    with pytest.raises(AssertionError, match="no answer"):
        get(client)
    assert listener.seen == [b"GET "]


def test_a_kept_connection_may_have_been_closed() -> None:
    """What an idle connection did not take is sent once more, and counted."""
    listener = Listener(1, 1)
    client = Client(listener.url)
    report.log.clear()
    get(client)
    get(client)
    assert [one.dropped for one in report.log.exchanges] == [False, True]
    assert listener.seen == [b"GET ", b"GET ", b"GET "]
    client.close()


def test_a_connection_that_was_dropped_is_counted() -> None:
    """The client opens a new one by itself, even for a write."""
    listener = Listener(1, 1, reads_on=False)
    client = Client(listener.url)
    report.log.clear()
    get(client)
    (kept,) = filter(None, client.connections.pool.queue)
    while kept.is_connected:
        time.sleep(0.01)
    client.request("POST", "/static/x", expect=200)
    assert [one.dropped for one in report.log.exchanges] == [False, True]
    client.close()


def test_a_write_is_sent_once() -> None:
    """A POST might be done twice."""
    listener = Listener(1, 1)
    client = Client(listener.url)
    get(client)
    with pytest.raises(AssertionError, match="no answer"):
        client.request("POST", "/static/x", expect=200)
    assert listener.seen == [b"GET ", b"POST"]


def test_all_operations_have_a_name() -> None:
    """The table of the client has all operations of the spec, as they are."""
    paths = yaml.safe_load((report.SPEC / "openapi.yaml").read_text("utf-8"))[
        "paths"
    ]
    wanted = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "operationId" in operation
    }
    assert wanted == ALL_OPERATIONS

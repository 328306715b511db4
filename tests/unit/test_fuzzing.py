"""The differential fuzzer: that it finds, and what it takes as allowed."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.fuzzing.__main__ import Fuzzer
from tests.fuzzing.judge import Finding, explain
from tests.fuzzing.step import Step, quoted

NOW = "2026-01-01T00:00:00.000000Z"
CREATE = Step(
    "POST",
    "/api/bookmarks",
    (("Authorization", "Bearer <<token0>>"),),
    b'{"url": "http://a", "title": "A", "notes": "N"}',
)
UNCHANGED = Step("GET", "/api/bookmarks", (("If-None-Match", "<<list0>>"),))
SHOW = Step("GET", "/api/bookmarks/<<id0>>")
DELETE = Step("DELETE", "/api/bookmarks/<<id0>>")


class Handler(BaseHTTPRequestHandler):
    """A service that knows three paths."""

    protocol_version = "HTTP/1.1"
    first, planted = 1, ""

    def answer(self) -> None:
        """Do what the method says."""
        length = int(self.headers.get("Content-Length", 0))
        sent = self.rfile.read(length)
        kept = self.server.kept
        known = {str(one["id"]): one for one in kept}.get(
            self.path.rpartition("/")[2]
        )
        asked = f"{self.command} {self.path}"
        if asked == "POST /api/tokens":
            self.send(201, {"token": "t" * 43})
        elif asked == "POST /api/bookmarks":
            one = {"notes": "", **json.loads(sent), "tags": []}
            one |= {"created_at": NOW, "updated_at": NOW}
            kept.append({**one, "id": self.first + len(kept)})
            if self.planted == "lost":
                kept[-1]["notes"] = ""
            self.send(201, one | {"id": kept[-1]["id"]})
        elif self.path.startswith("/api/bookmarks?"):
            self.send(200, {"items": kept})
        elif self.command == "DELETE" and self.planted == "500":
            self.send(500, {})
        elif "Host: a" in str(self.headers):
            if self.planted == "done":
                kept.remove(known)
            self.send(400, {})
        elif not known:
            self.send(404, {})
        elif self.command == "DELETE":
            kept.remove(known)
            self.send(200 if self.planted == "status" else 204, {})
        else:
            self.send(200, known)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815

    def send(self, status: int, value: dict) -> None:
        """Send JSON, or a problem document."""
        kind = (
            "application/json" if status < 400 else "application/problem+json"
        )
        if status >= 400:
            texts = {"type": "about:blank", "title": "No", "detail": "No."}
            value = {**texts, "status": status}
        body = b"" if status == 204 else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.planted == "second" and self.command == "DELETE":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def serving(**attributes: object) -> Iterator[str]:
    """Serve on a port of its own; give the URL."""
    handler = type("Planted", (Handler,), attributes)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.kept = []
        threading.Thread(
            target=server.serve_forever, args=(0.01,), daemon=True
        ).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def fuzzing(planted: str) -> Iterator[Fuzzer]:
    """Make a fuzzer of a good server and of one with a fault."""
    with ExitStack() as stack:
        good = stack.enter_context(serving())
        bad = stack.enter_context(serving(planted=planted, first=70))
        yield Fuzzer({"good": good, "bad": bad}, {})


def unexplained(fuzzer: Fuzzer) -> set[str]:
    """Return the signatures of what nothing explains."""
    return {one.signature for one in fuzzer.unexplained()}


def test_other_ids_are_no_difference() -> None:
    """Ids have names, and are filled in for each server."""
    with fuzzing("") as fuzzer:
        fuzzer.play([CREATE, CREATE, SHOW, DELETE, DELETE])
        assert not fuzzer.found


@pytest.mark.parametrize(
    ("planted", "signature"),
    [
        ("500", "DELETE /api/bookmarks/{id}: server_error (bad)"),
        ("500", "DELETE /api/bookmarks/{id}: status: good: 404; bad: 500"),
        ("lost", "GET /api/bookmarks/{id}: body: good; bad"),
        ("lost", "GET /api/bookmarks: body: good; bad"),
        ("status", "DELETE /api/bookmarks/{id}: status: good: 204; bad: 200"),
    ],
)
def test_planted_faults_are_found(planted: str, signature: str) -> None:
    """A 5xx, a value that is lost, a status, in an answer or the state."""
    with fuzzing(planted) as fuzzer:
        for steps in ([DELETE], [CREATE, SHOW], [CREATE, DELETE]):
            fuzzer.play(steps)
        assert signature in unexplained(fuzzer)


def test_a_second_answer_is_smuggled() -> None:
    """One request has one answer."""
    with fuzzing("second") as fuzzer:
        probed = Step("DELETE", "/api/bookmarks/1", probed=True)
        fuzzer.play([probed])
        assert f"{probed.kind}: smuggled (bad)" in unexplained(fuzzer)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("Content-Length: 2", ["GET /api/bookmarks: body: good; bad"]),
        ("Content-Length: 2\r\nTRANSFER-ENCODING: chunked", []),
    ],
)
def test_what_follows_an_ambiguous_write_is_not_compared(
    field: str, found: list[str]
) -> None:
    """A raw DELETE that both refuse, and that one of them has done."""
    head = b"DELETE /api/bookmarks/<<id0>> HTTP/1.1\r\nHost: a\r\n"
    write = Step("DELETE", "", raw=head + field.encode() + b"\r\n\r\n{}")
    with fuzzing("done") as fuzzer:
        fuzzer.play([CREATE, write])
        assert list(unexplained(fuzzer)) == found


def test_random_sequences_find_a_planted_500() -> None:
    """The same seed makes the same requests, and they reach the fault."""
    steps = []
    for _ in range(2):
        with fuzzing("500") as fuzzer:
            fuzzer.search("1", lambda: fuzzer.steps < 120)
            steps.append([one.steps for one in fuzzer.unexplained()])
            found = unexplained(fuzzer)
        assert "DELETE /api/bookmarks/{id}: server_error (bad)" in found
    assert steps[0] == steps[1]


def test_what_is_not_needed_is_left_out() -> None:
    """Neither steps nor headers that change nothing stay."""
    with fuzzing("500") as fuzzer:
        needless = Step("DELETE", DELETE.path, (("X", "needless"),))
        fuzzer.play([SHOW, CREATE, needless])
        (finding, *_) = fuzzer.unexplained()
        fuzzer.shrink(finding)
        assert finding.steps == [DELETE]


@pytest.mark.parametrize(
    ("step", "statuses", "rules"),
    [
        (CREATE, (422, 404), []),
        (CREATE, (412, 422), ["ERRORS Why"]),
        (CREATE, (401, 413), ["ERRORS Why"]),
        (CREATE, (201, 413), []),
        (Step("GET", "/bookmarks"), (405, 303), ["ROUTING-2"]),
        (Step("GET", "/api/tags"), (405, 303), []),
        (Step("GET", "/api/bookmarks"), (304, 200), []),
        (UNCHANGED, (304, 200), ["COMPRESSION-6"]),
        (Step("HEAD", "/api/me"), (200, 405), ["ROUTING-4"]),
        (Step("POST", "/x", left_open="4xx A-1"), (400, 422), ["A-1"]),
        (Step("POST", "/x", left_open="4xx A-1"), (400, 200), []),
        (Step("POST", "/x", left_open="refusal A-1"), (400, 200), ["A-1"]),
        (Step("POST", "/x", left_open="refusal A-1"), (201, 200), []),
        (Step("POST", "/x", left_open="any A-1"), (201, 400), ["A-1"]),
    ],
)
def test_what_explains_two_statuses(
    step: Step, statuses: tuple[int, int], rules: list[str]
) -> None:
    """A rule that is left open, or a declared deviation of the second."""
    said = dict(zip(("one", "two"), statuses, strict=True))
    assert explain(step, "status", said, {"two": {"ROUTING-4"}}) == rules


def test_only_who_declares_it_may_deviate() -> None:
    """The same difference of another server is unexplained."""
    said = {"one": 405, "two": 200}
    head = Step("HEAD", "/api/me")
    assert explain(head, "status", said, {"two": {"ROUTING-4"}})
    three = {"one": 405, "two": 200, "three": 404}
    assert not explain(head, "status", three, {"two": {"ROUTING-4"}})


def test_quoted_bytes_are_the_same_in_the_shell() -> None:
    """All that can be in a command comes out of bash as it was."""
    sent = bytes(range(1, 256)) + b"<<id0>>'\"\\"
    command = f"ID0=7; printf %s {quoted(sent)}"
    done = subprocess.run(["bash", "-c", command], capture_output=True)
    assert done.stdout == sent.replace(b"<<id0>>", b"7")


def test_a_finding_keeps_its_shortest_sequence() -> None:
    """A longer one only counts."""
    fuzzer = Fuzzer({"one": "http://x"}, {})
    for steps in ([SHOW, DELETE], [DELETE], [SHOW, DELETE]):
        fuzzer.keep(Finding("s", [], {}, steps))
    assert fuzzer.found["s"].steps == [DELETE]
    assert fuzzer.found["s"].count == 3

"""Call an application within one process, without any server.

Runs in the folder of an implementation, as `python -m
compare.bench.inprocess NAME whole BOOKMARKS TOKEN`, or another of PARTS
instead of `whole`, with the settings in its environment. Reads a JSON object
a line, {"operation", "calls", "seed", "checked"}, and answers one: {"cpu":
seconds of all calls, "fault": what was wrong with the first bad answer, or
null, "pid": who did it}.

With {"sent", "looked", "choices"} a fork does it: it sends so many of the
calls, looks at so many answers, and draws by another seed than the one that
makes what is created unique.
"""

import asyncio
import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any

from requests.structures import CaseInsensitiveDict

from compare.bench.calls import Call, find_fault
from compare.bench.workload import OPERATIONS, Data

PLACES = {
    "stdlib": "compare.floors.stdlib:make_whole",
    "flask": "app:create_app",
    "django": "app.wsgi:application",
    "fastapi": "app.main:app",
}
BARE = {
    "stdlib": "compare.floors.stdlib:app",
    "flask": "compare.floors.flask:app",
    "django": "django.core.wsgi:get_wsgi_application",
    "fastapi": "compare.floors.fastapi:app",
}
FLOORS = {
    "stdlib": "compare.floors.stdlib:make_floor",
    "flask": "compare.floors.flask:make_floor",
    "django": "django.core.wsgi:get_wsgi_application",
    "fastapi": "compare.floors.fastapi:make_floor",
}
ASYNCHRONOUS = {"fastapi": "compare.floors.asynchronous:app"}
PARTS = {
    "whole": PLACES,
    "bare": BARE,
    "floor": FLOORS,
    "asynchronous": ASYNCHRONOUS,
}
MAKERS = ("create_app", "get_wsgi_application", "make_floor", "make_whole")
Answer = tuple[int, CaseInsensitiveDict, bytes]
Request = tuple[str, str, bytes]


def load(name: str, part: str) -> Any:
    """Import an application, its floor, or what stands for it."""
    if part in ("bare", "floor"):
        settings = f"compare.floors.django_{part}"
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    place = PARTS[part][name]
    module, _, symbol = place.partition(":")
    found = getattr(import_module(module), symbol)
    return found() if symbol in MAKERS else found


def make_request(call: Call, prefix: str) -> Request:
    """Return method, target and body of a call."""
    body = json.dumps(call.body).encode() if call.body else b""
    return call.method, prefix + call.path, body


def make_environ(request: Request, token: str) -> dict[str, Any]:
    """Write a request as PEP 3333 has it."""
    method, target, body = request
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json" if body else "",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


def call_wsgi(
    app: Callable[..., Iterable[bytes]], environs: list[dict[str, Any]]
) -> tuple[float, list[Answer]]:
    """Return the CPU seconds of some requests, and the answers."""
    answers: list[Answer] = []
    started: list[tuple[int, CaseInsensitiveDict]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], *_: Any
    ) -> None:
        started.append((int(status[:3]), CaseInsensitiveDict(headers)))

    began = time.process_time()
    for environ in environs:
        chunks = app(environ, start_response)
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        answers.append((*started[-1], body))
    return time.process_time() - began, answers


def make_scope(request: Request, token: str) -> dict[str, Any]:
    """Write a request as the ASGI specification has it."""
    method, target, body = request
    path, _, query = target.partition("?")
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"authorization", f"Bearer {token}".encode()),
    ]
    if body:
        length = str(len(body)).encode()
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", length),
        ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "body": body,
    }


async def call_asgi(
    app: Callable[..., Any], scopes: list[dict[str, Any]]
) -> tuple[float, list[Answer]]:
    """Return the CPU seconds of some requests, and the answers."""
    answers: list[Answer] = []
    bodies = [scope.pop("body") for scope in scopes]
    async with app.router.lifespan_context(app):
        began = time.process_time()
        for scope, body in zip(scopes, bodies, strict=True):
            answers.append(await call_once(app, scope, body))
        return time.process_time() - began, answers


async def call_once(
    app: Callable[..., Any], scope: dict[str, Any], body: bytes
) -> Answer:
    """Send one request and collect its answer."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = CaseInsensitiveDict(
        (name.decode(), value.decode()) for name, value in sent[0]["headers"]
    )
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers, content


def run(
    app: Any, asgi: bool, job: dict[str, Any], data: Data, token: str
) -> dict[str, Any]:
    """Send the requests of one job, of which a fork may leave some out."""
    chance = random.Random(job.get("choices", job["seed"]))
    calls = [
        OPERATIONS[job["operation"]](data, chance, f"{job['seed']}-{number}")
        for number in range(job["calls"])
    ]
    prefix = "/checked" if job["checked"] else ""
    requests = [make_request(call, prefix) for call in calls]
    sent = job.get("sent", len(calls))
    if asgi:
        scopes = [make_scope(request, token) for request in requests]
        cpu, answers = asyncio.run(call_asgi(app, scopes[:sent]))
    else:
        environs = [make_environ(request, token) for request in requests]
        cpu, answers = call_wsgi(app, environs[:sent])
    looked = job.get("looked", sent)
    faults = (
        find_fault(expected(call, job), *answer)
        for call, answer in zip(calls[:looked], answers[:looked], strict=True)
    )
    fault = next(filter(None, faults), None)
    return {"cpu": cpu, "fault": fault, "pid": os.getpid()}


def expected(call: Call, job: dict[str, Any]) -> Call:
    """Return what must come back, also where a floor stops half-way."""
    if job["checked"]:
        return Call("", "", 200, {"status": "ok"}, frozenset({"status"}))
    return call


def main() -> None:
    """Do one job after another, until standard input ends."""
    name, part, bookmarks, token = sys.argv[1:]
    app = load(name, part)
    with open(bookmarks, encoding="utf-8") as file:
        data = Data(json.load(file))
    for line in sys.stdin:
        job = json.loads(line)
        if "sent" in job:
            if os.fork():
                os.wait()
                continue
            gc.collect()  # or one of two counts might pay for it by chance
        answer = run(app, name == "fastapi", job, data, token)
        print(json.dumps(answer), flush=True)
        if "sent" in job:
            os._exit(0)


if __name__ == "__main__":
    main()

"""Which applications run on which servers, and how that is done.

Every application is `served:application`, a module that is written into a
folder, so that all servers are told the same; no server reads the settings
that an implementation has for its own.
"""

from pathlib import Path

from compare.bench.arms import SETTINGS
from compare.ledger import grid
from compare.ledger.capabilities import folder_of
from tests.support.servers import Server

CONTENT = b"Hello, world!"
WSGI = f"""
def application(environ, start_response):
    fields = [("Content-Type", "text/plain"), ("Content-Length", "13")]
    start_response("200 OK", fields)
    return [{CONTENT}]
"""
ASGI = f"""
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    fields = [(b"content-type", b"text/plain"), (b"content-length", b"13")]
    start = {{"type": "http.response.start", "status": 200}}
    await send({{**start, "headers": fields}})
    await send({{"type": "http.response.body", "body": {CONTENT}}})
"""
# Kind, the server in production, and the module `served`.
APPLICATIONS = {
    "nothing": ("wsgi", "stdlib", WSGI),
    "stdlib": ("wsgi", "stdlib", "from app.wsgi import application"),
    "flask": (
        "wsgi",
        "gunicorn",
        "from app import create_app\napplication = create_app()",
    ),
    "django": ("wsgi", "gunicorn", "from app.wsgi import application"),
    "nothing, ASGI": ("asgi", "uvicorn h11", ASGI),
    "fastapi": (
        "asgi",
        "uvicorn h11",
        "from app.main import app as application",
    ),
}
TITLES = {name: name for name in APPLICATIONS} | grid.TITLES
# Two packages are called `app`; the server has what it needs of the first.
OWN = f"""
import os, sys
path = sys.path[:]
others = os.environ["PYTHONPATH"].split(":")
sys.path[:] = [p for p in path if p not in others]
sys.path.append({str(folder_of("stdlib"))!r})
from app.framework.server import Server
from app.framework.workers import serve
sys.path[:] = path
for name in [one for one in sys.modules if one.partition(".")[0] == "app"]:
    del sys.modules[name]
from served import application
serve(Server(application, "127.0.0.1", int(sys.argv[1]), int(sys.argv[2])))
"""
UVICORN = (
    *("-m", "uvicorn", "--port", "{port}", "--loop", "asyncio", "--ws"),
    *("none", "--no-access-log", "--log-level", "error", "--no-server-header"),
)
GRANIAN = ("-m", "granian", "--port", "{port}", "--no-log", "--interface")
TARGET = "served:application"
SERVERS = {
    "wsgi": {
        "stdlib": ("-c", OWN, "{port}", "{threads}"),
        "gunicorn": (
            *("-m", "gunicorn", "--worker-class", "gthread", "--threads"),
            *("{threads}", "--bind", "127.0.0.1:{port}", "--log-level"),
            *("error", "--no-control-socket", TARGET),
        ),
        "waitress": (
            *("-m", "waitress", "--threads", "{threads}"),
            *("--listen", "127.0.0.1:{port}", TARGET),
        ),
        "granian": (
            *GRANIAN,
            "wsgi",
            "--blocking-threads",
            "{threads}",
            TARGET,
        ),
    },
    "asgi": {
        "uvicorn h11": (*UVICORN, "--http", "h11", TARGET),
        "uvicorn httptools": (*UVICORN, "--http", "httptools", TARGET),
        "granian": (*GRANIAN, "asgi", TARGET),
    },
}
NEEDS = {
    "gunicorn": "gunicorn",
    "waitress": "waitress",
    "granian": "granian",
    "uvicorn httptools": "httptools",
}


def write_module(application: str, folder: str) -> None:
    """Write the module that all servers serve."""
    text = APPLICATIONS[application][2]
    Path(folder, "served.py").write_text(f"{text}\n", "utf-8")


def command(application: str, server: str, port: int) -> list[str]:
    """Return the arguments of Python that start a server."""
    parts = SERVERS[APPLICATIONS[application][0]][server]
    values = {"{port}": str(port), "{threads}": SETTINGS["THREADS"]}
    return [values.get(p, p.replace("{port}", str(port))) for p in parts]


def environment(application: str, folder: str) -> dict[str, str]:
    """Return the variables of a server: the settings of the benchmark."""
    implementation = application if application in grid.TITLES else "stdlib"
    server = Server(implementation, SETTINGS)
    found = server.environment(
        {"PYTHONPATH": f"{folder}:{folder_of(implementation)}"}
    )
    server.stop()
    return found

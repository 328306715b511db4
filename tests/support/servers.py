"""Start and stop one implementation, or stand for a server by its URL."""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import urllib3

from tests.support.tables import holds

ROOT = Path(__file__).resolve().parents[2]
IMPLEMENTATIONS = ROOT / "implementations"
SETTINGS = {
    "HOST",
    "PORT",
    "DATABASE_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "CORS_ORIGINS",
    "LOG_LEVEL",
    "MAX_BODY_BYTES",
    "MAX_IMPORT_BYTES",
    "MAX_IMPORT_ENTRIES",
    "MAX_BOOKMARKS",
    "MAX_TAGS",
    "TOKEN_TTL",
    "SESSION_TTL",
    "LOGIN_LIMIT",
    "TRUSTED_PROXIES",
    "SECURE_COOKIES",
    "WORKERS",
    "THREADS",
    "PASSWORD_LOG_N",
}
MEMORY = Path("/dev/shm")  # where a write need not wait for a disk
QUICK = MEMORY if MEMORY.is_dir() else None
HOME = "127.0.0.1"
ORIGINS = "https://app.example,http://localhost:3000"
SECONDS_TO_START = 20
SECONDS_TO_STOP = 12
PORTS_EACH = 250
MIGRATED: dict[str, bytes] = {}  # database files, by the command of each kind


class NotUpError(Exception):
    """Says why a server did not come up."""


@cache
def ports_of(process: int) -> Iterator[int]:
    """Give the ports that a process of the suite tries, again and again.

    Suites that run side by side look for ports in different places, where
    the system takes none for connections.
    """
    first = 10_000 + process % 80 * PORTS_EACH
    return cycle(range(first, first + PORTS_EACH))


def free_port() -> int:
    """Find a port that nobody listens on, at whatever address."""
    for port in islice(ports_of(os.getpid()), PORTS_EACH):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("", port))
            return port
    raise NotUpError(f"none of {PORTS_EACH} ports is free")


def run_file(implementation: str) -> Path:
    """Find the executable of an implementation, by its name or folder."""
    folder = IMPLEMENTATIONS / implementation
    if not folder.is_dir():
        folder = Path(implementation).resolve()
    return folder / "run"


def has_driver() -> bool:
    """Tell whether what is tested ships a driver of PostgreSQL."""
    name = os.environ.get("IMPL") or "stdlib"
    shipped = run_file(name).with_name("requirements.txt")
    return shipped.exists() and "psycopg" in shipped.read_text("utf-8")


def answers(url: str) -> bool:
    """Tell whether a server answers at all, with whatever status."""
    try:
        with urllib3.connection_from_url(url, retries=False) as connections:
            connections.request("GET", "/healthz", timeout=2, redirect=False)
    except urllib3.exceptions.HTTPError:
        return False
    return True


def listens(process: psutil.Process, port: int) -> bool:
    """Tell whether a process listens on a port."""
    return any(
        one.status == psutil.CONN_LISTEN and one.laddr.port == port
        for one in process.net_connections("tcp")
    )


class Remote:
    """Stand for a server that somebody else started."""

    managed = False

    def __init__(self, url: str) -> None:
        """Take the base URL apart."""
        self.url = url.rstrip("/")
        self.host = urlsplit(url).hostname
        self.port = urlsplit(url).port or 80
        self.implementation = "url"

    def start(self) -> "Remote":
        """Make sure that it answers."""
        if not answers(self.url):
            raise NotUpError(f"nothing answers at {self.url}/healthz")
        return self

    def stop(self) -> None:
        """Leave it alone."""

    def tail(self) -> str:
        """Say that its log is out of reach."""
        return ""


class Server:
    """Run one implementation with a database and a folder of its own."""

    managed = True

    def __init__(
        self,
        implementation: str = "stdlib",
        env: dict[str, str | None] | None = None,
        parent: Path | None = QUICK,
    ) -> None:
        """Choose port, folder and environment; start nothing."""
        self.implementation = implementation
        self.command = str(run_file(implementation))
        self.temporary = tempfile.TemporaryDirectory(
            prefix="shelf-", dir=parent
        )
        self.folder = Path(self.temporary.name)
        self.database = self.folder / "shelf.db"
        self.log = self.folder / "stderr.log"
        self.extra = dict(env or {})
        self.host = self.extra.get("HOST") or HOME
        self.port = free_port()
        self.secret_key = secrets.token_hex(32)
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    def environment(
        self, env: dict[str, str | None] | None = None
    ) -> dict[str, str]:
        """Return the variables of a child: no setting leaks in from here.

        A variable whose value is None is not set.
        """
        kept = {k: v for k, v in os.environ.items() if k not in SETTINGS}
        programs = str(Path(sys.executable).parent)
        variables = {
            **kept,
            "PATH": programs + os.pathsep + os.environ.get("PATH", ""),
            "HOST": self.host,
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "SECRET_KEY": self.secret_key,
            "LOG_LEVEL": "warning",
            "PASSWORD_LOG_N": "4",
            **self.extra,
            **(env or {}),
        }
        return {k: v for k, v in variables.items() if v is not None}

    def run(
        self,
        *verb: str,
        input: str | None = None,  # noqa: A002
        env: dict[str, str | None] | None = None,
        timeout: float = 30,
    ) -> subprocess.CompletedProcess:
        """Run one verb to its end and return what it printed."""
        try:
            return subprocess.run(
                [self.command, *verb],
                input=input or "",
                env=self.environment(env),
                cwd=self.folder,
                encoding="utf-8",
                errors="surrogateescape",
                capture_output=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            said = f"`run {' '.join(verb)}` has not ended after {timeout} s"
            raise AssertionError(said) from None

    def start(self, migrate: bool = True) -> "Server":
        """Migrate, serve, and wait until it answers."""
        if not os.access(self.command, os.X_OK):
            raise NotUpError(f"{self.command} is no executable file")
        if migrate:
            self.migrate()
        for _ in range(3):
            if self.serve():
                return self
            if "in use" not in self.tail() and not answers(self.url):
                break
            self.halt(signal.SIGKILL)
            self.port = free_port()
        reason = self.tail()
        self.stop()
        raise NotUpError(f"run serve does not answer /healthz\n{reason}")

    def migrate(self) -> None:
        """Migrate, or copy what an earlier server of its kind migrated."""
        usual = "DATABASE_URL" not in self.extra
        if usual and self.command in MIGRATED and not self.database.exists():
            self.database.write_bytes(MIGRATED[self.command])
            return
        done = self.run("migrate", timeout=60)
        if done.returncode != 0:
            raise NotUpError(
                f"run migrate: exit {done.returncode}\n"
                + (done.stderr or done.stdout)[-2000:]
            )
        if usual and self.command not in MIGRATED:
            self.checkpoint()
            MIGRATED[self.command] = self.database.read_bytes()

    def serve(
        self,
        env: dict[str, str | None] | None = None,
        command: Sequence[str] = (),
    ) -> bool:
        """Start `run serve`, or a command, and tell whether it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command or [self.command, "serve"],
                env=self.environment(env),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            if answers(self.url):
                return self.is_own()
            time.sleep(0.03)
        return False

    def is_own(self) -> bool:
        """Tell whether who answers is this process, or one of its group.

        Another program may have taken the port since it was free.
        """
        with suppress(psutil.Error):
            first = psutil.Process(self.process.pid)
            family = [first, *first.children(recursive=True)]
            return any(listens(one, self.port) for one in family)
        return self.process.poll() is None

    def send(self, number: int) -> None:
        """Send a signal to the server and all its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def halt(self, number: int = signal.SIGTERM) -> None:
        """End the process with a signal and keep its folder."""
        if self.process is None:
            return
        self.send(number)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_STOP)
        self.send(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End the server as a power cut would; its folder stays."""
        self.halt(signal.SIGKILL)

    def checkpoint(self) -> None:
        """Bring all that is stored into the database file itself."""
        with closing(sqlite3.connect(self.database)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def promote(self, username: str) -> None:
        """Make an account an administrator, in the database itself."""
        (table, _), *_ = holds(self.database, username)
        with closing(sqlite3.connect(self.database)) as db, db:
            db.execute(
                f'UPDATE "{table}" SET admin = 1 WHERE username = ?',
                [username],
            )

    def restart(self) -> "Server":
        """Serve again from the same folder, on the same port."""
        self.kill()
        return self.start(migrate=False)

    def stop(self) -> None:
        """End the server, without waiting, and remove its folder."""
        self.kill()
        self.temporary.cleanup()

    def log_text(self) -> str:
        """Return all that the server wrote so far."""
        return self.log.read_text("utf-8", "replace")

    def tail(self, lines: int = 15) -> str:
        """Return the last lines that the server wrote."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log_text().splitlines()[-lines:])

    def __enter__(self) -> "Server":
        """Start as the suite does by default."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop and clean up, whatever happened."""
        self.stop()


def from_environment() -> Remote | Server:
    """Make the server that URL or IMPL name; stdlib is the default."""
    url = os.environ.get("URL")
    if url:
        return Remote(url)
    return Server(os.environ.get("IMPL") or "stdlib")

"""One arm of the benchmark: a server, its seeded database, its token."""

import json
import random
import secrets
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests
from urllib3.exceptions import HTTPError

from compare import ROOT
from compare.bench.seeded import USERNAME, read_bookmarks, read_page
from compare.bench.usage import pin
from compare.bench.workload import (
    MEASURED,
    OPERATIONS,
    SEEDED,
    Data,
    find_fault,
)
from tests.seed import SeedError, seed
from tests.servers import Server, free_port

# The defaults, said aloud, so that no variable of the caller changes them.
SETTINGS = {
    "LOG_LEVEL": "info",
    "PASSWORD_LOG_N": "14",
    "WORKERS": "1",
    "THREADS": "8",
}
PLANTED = ROOT / "compare" / "bench" / "planted"
MIGRATE_SECONDS = 60
PORTS = 3  # to try: another program may take one meanwhile
FAILURES = (
    SeedError,
    HTTPError,
    requests.RequestException,
    sqlite3.Error,
    KeyError,
)
FOLDER = ROOT / "results"  # on a disk: a write has to wait for it


class Refused(Exception):
    """Says why a server is not measured."""


@dataclass
class Arm:
    """A server under measurement.

    `name` heads its column; `failed` says why it has no figure, or is "".
    """

    name: str
    implementation: str
    server: Server
    failed: str = ""
    token: str = ""
    data: Data | None = None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return self.server.url

    @property
    def pid(self) -> int:
        """Return the root of its processes, 0 when it does not run."""
        return self.server.process.pid if self.server.process else 0

    @property
    def pristine(self) -> Path:
        """Return the copy of the database as it was seeded."""
        return self.server.folder / "pristine.db"

    @property
    def bookmarks(self) -> Path:
        """Return the file with what the server holds."""
        return self.server.folder / "bookmarks.json"


def make_arm(name: str, implementation: str, planted: float = 0) -> Arm:
    """Choose port, folder and settings; start nothing.

    `planted` is the share of CPU time by which the server gets dearer.
    """
    FOLDER.mkdir(exist_ok=True)
    more = {"PLANTED": f"{planted}", "PYTHONPATH": str(PLANTED)}
    server = Server(
        implementation, SETTINGS | (more if planted else {}), FOLDER
    )
    return Arm(name, implementation, server)


def prepare(arm: Arm, core: int | None) -> None:
    """Seed an arm, keep a copy of its database, and test it.

    Raises Refused with the reason when it is not fit to be measured.
    """
    migrate(arm)
    start(arm, core)
    try:
        password = secrets.token_urlsafe(18)
        arm.token = seed(arm.url, USERNAME, password, SEEDED)
        keep_copy(arm)
        arm.data = read_bookmarks(arm.url, arm.token)
        arm.bookmarks.write_text(json.dumps(arm.data.bookmarks), "utf-8")
        smoke_test(arm)
    except FAILURES as error:
        raise Refused(f"not seeded: {error}") from error
    finally:
        arm.server.halt()


def migrate(arm: Arm) -> None:
    """Make the tables; Refused unless it exits with 0."""
    done = arm.server.run("migrate", timeout=MIGRATE_SECONDS)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Refused(f"run migrate: exit {done.returncode}: {last}")


def start(arm: Arm, core: int | None) -> None:
    """Start an arm in its production form, on one core if there is one."""
    for _ in range(PORTS):
        if arm.server.serve():
            break
        arm.server.halt(signal.SIGKILL)
        arm.server.port = free_port()
    else:
        raise Refused(f"does not start: {arm.server.tail(1)}")
    try:
        if core is not None:
            pin(arm.pid, core)
    except psutil.Error as error:
        raise Refused(f"ended at once: {error}") from error
    answer = requests.get(f"{arm.url}/readyz", timeout=10)
    if answer.status_code != 200:
        raise Refused(f"not ready: {answer.status_code} at /readyz")


def keep_copy(arm: Arm) -> None:
    """Copy the database of a running server, journal included."""
    with (
        closing(sqlite3.connect(arm.server.database)) as live,
        closing(sqlite3.connect(arm.pristine)) as copy,
    ):
        live.backup(copy)


def restore(arm: Arm) -> None:
    """Put the copy in place of the database; the server must be down."""
    for suffix in ("-wal", "-shm"):
        arm.server.database.with_name(f"shelf.db{suffix}").unlink(True)
    shutil.copyfile(arm.pristine, arm.server.database)


def smoke_test(arm: Arm) -> None:
    """Send every operation a few times and check it; Refused if wrong."""
    assert arm.data
    if len(arm.data.bookmarks) != SEEDED:
        raise Refused(f"{len(arm.data.bookmarks)} bookmarks after the seed")
    chance = random.Random(0)
    headers = {"Authorization": f"Bearer {arm.token}"}
    with requests.Session() as session:
        for name in (name for name in MEASURED for _ in range(3)):
            unique = f"smoke-{chance.getrandbits(48)}"
            call = OPERATIONS[name](arm.data, chance, unique)
            answer = session.request(
                call.method,
                arm.url + call.path,
                json=call.body,
                headers=headers,
                timeout=10,
            )
            fault = find_fault(
                call, answer.status_code, answer.headers, answer.content
            )
            if fault:
                raise Refused(f"{name}: {fault}")


def seeded_alike(arm: Arm, other: Arm) -> bool:
    """Say whether two arms hold the same bookmarks, ids aside."""
    return without_ids(arm) == without_ids(other)


def without_ids(arm: Arm) -> list[dict]:
    """Return what an arm holds, without the ids that it chose."""
    assert arm.data
    return [
        {k: v for k, v in bookmark.items() if k != "id"}
        for bookmark in arm.data.bookmarks
    ]


def audit(arm: Arm, created: int) -> str:
    """Say what is wrong with the number of bookmarks after a round, or ""."""
    try:
        total = read_page(arm.url, arm.token, 1, 1)["total"]
    except (requests.RequestException, KeyError) as error:
        return f"audit: {error}"
    if total == SEEDED + created:
        return ""
    return f"audit: {total} bookmarks, {SEEDED + created} were acknowledged"


def stop(arm: Arm) -> None:
    """End the server and remove its folder."""
    arm.server.halt(signal.SIGKILL)
    arm.server.stop()

"""One arm of the benchmark: a server, its seeded database, its accounts."""

import random
import secrets
import shutil
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
from urllib3.exceptions import HTTPError

from compare import ROOT
from compare.bench.audit import Kept
from compare.bench.calls import find_fault
from compare.bench.seeded import Account, make_account
from compare.bench.tasks import READER, WRITER
from compare.bench.usage import pin
from compare.bench.workload import OPERATIONS, SEEDED, WRITING, Data
from compare.trace import world
from tests.seed import SeedError
from tests.support.servers import Server, free_port

# The defaults, said aloud, so that no variable of the caller changes them;
# but an import that is repeated needs more room than an account has.
SETTINGS = {
    "MAX_BOOKMARKS": "1000000",
    "LOG_LEVEL": "info",
    "PASSWORD_LOG_N": "14",
    "WORKERS": "1",
    "THREADS": "8",
}
PLANTED = ROOT / "compare" / "bench" / "planted"
MIGRATE_SECONDS = 60
ACCOUNTS = {READER: SEEDED, WRITER: SEEDED}
PORTS = 3  # to try: another program may take one meanwhile
FAILURES = (
    SeedError,
    world.Refused,
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

    `name` heads its column; `failed` says why it has no figure, or is "";
    `planted` is the share by which it is made dearer.
    """

    name: str
    implementation: str
    server: Server
    planted: float = 0.0
    failed: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    kept: Kept | None = None

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
        """Return the file with what the reader has."""
        return Path(self.accounts[READER].path)

    @property
    def token(self) -> str:
        """Return the token of the reader."""
        return self.accounts[READER].token


def make_arm(name: str, implementation: str, planted: float = 0) -> Arm:
    """Choose port, folder and settings; start nothing.

    `planted` is the share of CPU time by which the server gets dearer.
    """
    FOLDER.mkdir(exist_ok=True)
    more = {"PLANTED": f"{planted}", "PYTHONPATH": str(PLANTED)}
    server = Server(
        implementation, SETTINGS | (more if planted else {}), FOLDER
    )
    return Arm(name, implementation, server, planted)


def prepare(
    arm: Arm, core: int | None, accounts: Mapping[str, int] = ACCOUNTS
) -> None:
    """Seed an arm, keep a copy of its database, and test it.

    `accounts` says how many bookmarks each has; the reader and the writer
    must be among them. Raises Refused when it is not fit to be measured.
    """
    migrate(arm)
    start(arm, core)
    try:
        for name, number in accounts.items():
            password = secrets.token_urlsafe(18)
            path = arm.server.folder / f"bookmarks-{name}.json"
            arm.accounts[name] = make_account(
                arm.url, name, password, number, path
            )
        keep_copy(arm)
        smoke_test(arm, accounts)
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
    arm.kept = Kept.of(arm.accounts[WRITER].read().bookmarks)


def smoke_test(arm: Arm, accounts: Mapping[str, int]) -> None:
    """Send every operation a few times and check it; Refused if wrong."""
    data = {name: arm.accounts[name].read() for name in accounts}
    for name, number in accounts.items():
        if len(data[name].bookmarks) != number:
            found = len(data[name].bookmarks)
            raise Refused(f"{found} of {number} bookmarks after the seed")
    with requests.Session() as session:
        for operation in OPERATIONS:
            name = WRITER if operation in WRITING else READER
            try_operation(arm, session, operation, name, data[name])


def try_operation(
    arm: Arm, session: requests.Session, operation: str, name: str, data: Data
) -> None:
    """Send an operation three times; Refused if an answer is wrong."""
    for number in range(3):
        unique = f"smoke-{number}"
        call = OPERATIONS[operation](data, random.Random(number), unique)
        answer = session.request(
            call.method,
            arm.url + call.path,
            headers=arm.accounts[name].headers(call),
            timeout=10,
            **({"json": call.body} if call.body else {"data": call.upload}),
        )
        fault = find_fault(
            call, answer.status_code, answer.headers, answer.content
        )
        if fault:
            raise Refused(f"{operation}: {fault}")


def seeded_alike(arm: Arm, other: Arm) -> bool:
    """Say whether two arms hold the same bookmarks, ids aside."""
    return all(
        without_ids(account.read()) == without_ids(other.accounts[name].read())
        for name, account in arm.accounts.items()
    )


def without_ids(data: Data) -> list[dict]:
    """Return what an account holds, without the ids that its arm chose."""
    return [
        {k: v for k, v in bookmark.items() if k != "id"}
        for bookmark in data.bookmarks
    ]


def stop(arm: Arm) -> None:
    """End the server and remove its folder."""
    arm.server.halt(signal.SIGKILL)
    arm.server.stop()

"""What is measured: a task is one window at each arm in each round."""

from dataclasses import dataclass

from compare.bench.workload import ENTRIES, PER_PAGE, WRITING

READER, WRITER = "reader", "writer"  # the accounts of every arm
SESSION = "session"


@dataclass(frozen=True)
class Task:
    """One operation, or a session of many, in one size.

    `name` is what the windows and figures are kept by. `account` is whose
    bookmarks are read; writes go to the writer. With `rate`, requests a
    second, the users send at times that are fixed beforehand; without it
    each waits for an answer before the next request.
    """

    name: str
    operation: str
    users: int = 4
    account: str = READER
    per_page: int = PER_PAGE
    entries: int = ENTRIES
    rate: float = 0.0


@dataclass(frozen=True)
class Plan:
    """How long to measure: times in seconds, `limit` for the whole.

    `tries` is how often a window may be measured if the host takes its time.
    """

    mode: str
    rounds: int
    warm_up: float
    window: float
    limit: float
    tries: int = 1


# Few wait for what takes long: else most requests of a window are cut at its
# ends, and a password is hashed for one at a time on one core.
FEW = {"create_token": 1, "import_bookmarks": 2, "export_bookmarks": 2}

# In order of the work they make.
MEASURED = tuple(
    Task(name, name, FEW.get(name, 4))
    for name in (
        "show_health",
        "show_bookmark",
        "list_bookmarks",
        "create_bookmark",
        "update_bookmark",
        "show_home",
        "create_token",
        "import_bookmarks",
        "export_bookmarks",
        SESSION,
    )
)

# These wait for the disk, which no load makes busier.
STORING = (*WRITING, "create_token", SESSION)

# Nearly all of these is the same in all four, whoever calls it.
APART = ("create_token",)

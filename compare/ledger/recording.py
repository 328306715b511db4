"""A pytest plugin: tell the servers of a run which test it is.

Used with `-p compare.ledger.recording`. The other side of the socket is
compare/ledger/hooks/sitecustomize.py, in each process of a server.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from compare import ROOT
from compare.ledger.executed import BETWEEN, COMMAND, START

Method = Callable[..., Any]
IMPLEMENTATIONS = ROOT / "implementations"
SECONDS_TO_ANSWER = 120  # on a machine that is busy with other things
HOOKS = Path(__file__).resolve().parent / "hooks"

# Tests that take seconds and enter nothing that no other test enters.
LONG = {
    "test_a_generated_client_reads_health",
    "test_a_generated_client_sends_conditions",
    "test_a_larger_page_of_accounts_takes_no_more_statements",
    "test_a_larger_page_takes_no_more_statements",
    "test_a_long_answer_is_sent_to_its_end",
    "test_a_slow_reader_costs_no_memory",
    "test_a_worker_that_is_killed_is_replaced",
    "test_a_write_waits_five_seconds_for_a_lock",
    "test_all_bookmarks",
    "test_an_export_is_a_stream",
    "test_an_unknown_name_takes_as_long_as_a_wrong_password",
    "test_folders_may_be_very_deep",
    "test_four_at_once_make_a_file_that_its_owner_alone_reads",
    "test_head_reads_no_bookmark",
    "test_many_random_bookmarks_are_shown_as_they_are",
    "test_no_line_holds_a_secret",
    "test_of_twenty_changes_under_one_tag_one_wins",
    "test_open_connections_do_not_keep_it",
    "test_passwords_are_stored_as_hashes",
    "test_readiness_follows_the_database",
    "test_slow_clients_keep_nobody_waiting",
    "test_ten_thousand_in_one_request",
    "test_the_largest_import",
    "test_the_usual_limit",
    "test_twenty_changes_to_one_url",
    "test_twenty_creations_of_one_url",
    "test_twenty_writers_make_ten_bookmarks_each",
    "test_twenty_writers_make_ten_changes_each",
    "test_under_load_nothing_is_lost",
    "test_what_runs_is_finished",
    "test_what_was_acknowledged_survives_a_kill",
}


class Desk:
    """Where the processes report, and are told what is tested now."""

    def __init__(self, folder: Path) -> None:
        """Listen at the socket that the processes connect to."""
        self.lines: list[Any] = []
        self.now, self.number = BETWEEN, 0
        self.one_at_a_time = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "socket"))
        self.listener.listen(100)
        self.listener.setblocking(False)

    def accept(self) -> None:
        """Take every process that has connected."""
        with suppress(BlockingIOError):
            while True:
                channel, _ = self.listener.accept()
                channel.settimeout(SECONDS_TO_ANSWER)
                self.lines.append(channel.makefile("rw", encoding="utf-8"))

    def tell(self, context: str) -> None:
        """Have all book what ran so far; all later is of this context."""
        with self.one_at_a_time:
            self.accept()
            self.now, self.number = context, self.number + 1
            asked = list(self.lines)
            for one in asked:
                with suppress(OSError):
                    one.write(f"{self.number} {context}\n")
                    one.flush()
            for one in asked:
                if not self.answered(one):
                    self.lines.remove(one)

    def book(self) -> None:
        """Have all book what ran so far, of what is going on."""
        self.tell(self.now)

    def answered(self, one: Any) -> bool:
        """Wait for an answer; False from a process that has ended."""
        try:
            return one.readline().strip() == str(self.number)
        except OSError:
            return False


def pytest_configure(config: pytest.Config) -> None:
    """Have the servers of the suite record; tell them of starts and ends."""
    import servers

    folder = Path(os.environ["PROOF_FOLDER"])
    desk = Desk(folder)
    config.pluginmanager.register(Chapters(desk, folder / "progress"))
    os.environ |= {
        "PYTHONPATH": str(HOOKS),
        "PROOF_OWN": str(IMPLEMENTATIONS),
        "PROOF_CONTEXT": START,
    }
    servers.SECONDS_TO_START *= 3
    server = servers.Server
    server.serve = before_and_after(server.serve, after=desk.book)
    server.send = before_and_after(server.send, before=desk.book)
    server.run = during(server.run, lambda: desk.now + COMMAND)
    server.migrate = during(server.migrate, lambda: BETWEEN)


def before_and_after(
    method: Method,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> Method:
    """Do more before and after a method."""

    @wraps(method)
    def wrapped(*args: Any, **named: Any) -> Any:
        before()
        result = method(*args, **named)
        after()
        return result

    return wrapped


def during(method: Method, context: Callable[[], str]) -> Method:
    """Have the processes that a method runs book under a name.

    Unless it has been given one by a method that calls this one.
    """

    @wraps(method)
    def wrapped(*args: Any, **named: Any) -> Any:
        if os.environ["PROOF_CONTEXT"] == START:
            os.environ["PROOF_CONTEXT"] = context()
        try:
            return method(*args, **named)
        finally:
            os.environ["PROOF_CONTEXT"] = START

    return wrapped


class Chapters:
    """Tell the processes which test begins and ends."""

    def __init__(self, desk: Desk, progress: Path) -> None:
        """Keep the desk, and the file that tells how far the run is."""
        self.desk, self.progress, self.done = desk, progress, 0

    def pytest_runtest_logfinish(self) -> None:
        """Tell how far the run is."""
        self.done += 1
        self.progress.write_text(f"{self.done} {self.total}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what is to run."""
        self.total = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Book what runs during the test itself under its name."""
        chapter = item.path.stem.removeprefix("test_")
        self.desk.tell(f"{chapter}::{item.originalname}")
        try:
            return (yield)
        finally:
            self.desk.tell(BETWEEN)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep what is enough to enter all code, and takes least."""
    kept = set(enough(items))
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = [item for item in items if item in kept]


def enough(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the first row of each test, but none that takes long.

    Of those that start servers themselves, the first test of each rule.
    """
    seen: set[str] = set()
    for item in items:
        rules = {r for mark in item.iter_markers("rule") for r in mark.args}
        name = f"{item.path.stem}::{item.originalname}"
        managed = item.get_closest_marker("managed")
        if name in seen or item.originalname in LONG:
            continue
        if not managed or not rules <= seen or not rules:
            seen |= {name, *rules}
            yield item

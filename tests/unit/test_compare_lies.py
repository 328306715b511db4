"""Lies in the ledger itself: a row of Flask, and a test of it that runs."""

from pathlib import Path

import pytest

from compare import ROOT
from compare.ledger.capabilities import folder_of, load
from compare.ledger.executed import Executed, read_records
from compare.ledger.proof import Judge, complaints
from compare.ledger.sources import named_places
from compare.ledger.suite import record

LEDGER = ROOT / "implementations" / "capabilities.toml"
TRUE = '{ builtin = "werkzeug.sansio.utils:host_is_trusted @ '
UNINVOLVED = '{ builtin = "werkzeug.sansio.utils:get_content_length @ '
EXPORT = "app/api.py::export_bookmarks"
TESTS = "tests/test_hosts.py::test_list_of_hosts"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """Record a test of hosts against Flask."""
    folder = tmp_path_factory.mktemp("proof")
    assert record("flask", [TESTS], folder, lambda done, total: None) == []
    return read_records(folder)


def told(text: str, ran: Executed, folder: Path) -> list[str]:
    """Return what the proof says against the row of a ledger."""
    file = folder / "capabilities.toml"
    file.write_text(text, "utf-8")
    found = load(file)
    judge = Judge("flask", folder_of("flask"), ran, named_places(found))
    evidence = judge.judge("hosts", found.rows["hosts"]["flask"])
    return list(complaints("hosts", "flask", evidence))


def test_the_ledger_is_proved(ran: Executed, tmp_path: Path) -> None:
    """As it stands, nothing is said against it."""
    assert told(LEDGER.read_text("utf-8"), ran, tmp_path) == []


def test_planted_lies_are_found(ran: Executed, tmp_path: Path) -> None:
    """A function that is not involved, and one that is another row's."""
    text = LEDGER.read_text("utf-8")
    assert text.count(TRUE) == 1
    text = text.replace(f'    "{EXPORT}",\n', "")
    text = text.replace(TRUE, f'"{EXPORT}",\n    {UNINVOLVED}')
    assert told(text, ran, tmp_path) == [
        f"hosts.flask: {EXPORT} was not entered while tests/test_hosts.py ran",
        "hosts.flask: werkzeug.sansio.utils:get_content_length did not run"
        " while tests/test_hosts.py ran",
    ]

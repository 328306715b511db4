"""The proof of the ledger: what is recorded, and what is judged."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from coverage.numbits import nums_to_numbits

from compare.ledger.capabilities import Cell, Code, Remark
from compare.ledger.executed import (
    BETWEEN,
    COMMAND,
    START,
    Executed,
    read_records,
)
from compare.ledger.members import members
from compare.ledger.proof import AT_START, DECLARES, Judge, complaints
from compare.ledger.recording import HOOKS, Desk

TOKENS = dedent('''\
    LIMIT = 1


    def issue():
        """Make a token."""
        return 1


    class Token(Base):
        name = 1

        def show(self):
            return 2


    class Fields(Base):
        url: str


    class Route:
        def check(self):
            """Refuse a request, or let it pass."""
            raise NotImplementedError
    ''')
FLASK = "def get():\n    return 1\n\n\ndef put():\n    return 2\n"
ISSUE, SHOW, GET = [6], [13], [2]
SOURCE = Remark("builtin", "flask:get @ app/tokens.py @ issue")
CELL = Cell((Code("app/tokens.py"), Code("app/t.html")), (SOURCE,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an implementation, and a framework."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "tokens.py").write_text(TOKENS)
    (tmp_path / "app" / "t.html").write_text("<p>\n")
    (tmp_path / "flask.py").write_text(FLASK)
    return tmp_path


def executed(folder: Path, *runs: tuple[str, str, list[int]]) -> Executed:
    """Make what ran: file, name of the test, and lines."""
    found = Executed()
    for file, context, lines in runs:
        found.add(str(folder / file), context, nums_to_numbits(lines))
    return found


def judged(
    folder: Path, *runs: tuple[str, str, list[int]], first: int = 1
) -> tuple[dict, list[str]]:
    """Return how the parts of a cell are proved, and the complaints."""
    place = {
        "file": "flask.py",
        "path": str(folder / "flask.py"),
        "line": first,
        "last": first + 1,
        "distribution": "Flask",
        "version": "3",
    }
    ran = executed(folder, *runs)
    judge = Judge("flask", folder, ran, {"flask:get": place})
    evidence = judge.judge("tokens", CELL)
    found = {**evidence.entered, "flask:get": evidence.sources["flask:get"]}
    return found, list(complaints("tokens", "flask", evidence))


RUN = "tokens::test_create_token"
ALL = [
    ("app/tokens.py", RUN, ISSUE),
    ("app/tokens.py", START, SHOW),
    ("flask.py", RUN, GET),
]


def test_a_cell_is_proved_by_what_its_tests_enter(folder: Path) -> None:
    """Or at the start; what cannot be entered only declares."""
    found, told = judged(folder, *ALL)
    assert found.pop("flask:get")["executed"] is True
    assert found == {
        "app/t.html": DECLARES,
        "app/tokens.py::issue": True,
        "app/tokens.py::Token.show": AT_START,
        "app/tokens.py::Fields": DECLARES,
        "app/tokens.py::Route": DECLARES,
    }
    assert told == []


def test_a_builtin_that_is_not_involved_is_found(folder: Path) -> None:
    """A lie: the framework's function that is named does nothing here."""
    found, told = judged(folder, *ALL, first=5)
    assert found["flask:get"]["executed"] is False
    assert told == [
        "tokens.flask: flask:get did not run while tests/test_tokens.py ran"
    ]


@pytest.mark.parametrize("context", ["search::test_x", BETWEEN])
def test_a_function_on_the_wrong_row_is_found(
    folder: Path, context: str
) -> None:
    """A lie: the tests of its capability do not enter it."""
    others = ("app/tokens.py", context, ISSUE)
    _, told = judged(folder, others, *ALL[1:])
    assert told == [
        "tokens.flask: app/tokens.py::issue was not entered while "
        "tests/test_tokens.py ran"
    ]


def test_a_function_that_others_enter_far_more_often_is_found(
    folder: Path,
) -> None:
    """One test of many touches it by chance: it belongs elsewhere."""
    rare = [("flask.py", f"tokens::test_{n}", GET) for n in range(30)]
    runs = [*ALL, *rare, ("app/tokens.py", "search::test_x", ISSUE)]
    _, told = judged(folder, *runs)
    assert told == [
        "tokens.flask: app/tokens.py::issue is entered by "
        "tests/test_search.py over 25 times as often as by "
        "tests/test_tokens.py"
    ]


def test_what_a_command_runs_while_it_starts_is_not_counted(
    folder: Path,
) -> None:
    """A command counts for its test, but not what each start runs."""
    runs = [
        ("flask.py", START, [1, 5]),
        ("flask.py", "cli::test_x" + COMMAND, [1, 2]),
        ("flask.py", "cli::test_y", [5]),
    ]
    ran = executed(folder, *runs)
    assert list(ran.lines_of("cli")) == [(str(folder / "flask.py"), 2)]
    assert ran.tests["cli"] == {"cli::test_x", "cli::test_y"}


def test_members_are_functions_classes_and_names(folder: Path) -> None:
    """A docstring is no line to run, nor is what is to be overridden."""
    found = {m.name: m for m in members(folder / "app" / "tokens.py")}
    assert {name: m.kind for name, m in found.items()} == {
        "LIMIT": "name",
        "issue": "function",
        "Token": "class",
        "Token.name": "name",
        "Token.show": "function",
        "Fields": "class",
        "Fields.url": "name",
        "Route": "class",
        "Route.check": "function",
    }
    assert (found["issue"].body, found["Route.check"].body) == ({6}, set())


PROGRAM = dedent("""\
    import os, sys, threading
    sys.path.insert(0, ".")
    from program import in_child, in_thread, on_exit
    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    print("joined", flush=True)
    input()
    if not os.fork():
        in_child()
        os._exit(0)
    os.wait()
    on_exit()
    """)
PARTS = dedent("""\
    def in_thread():
        return 1
    def in_child():
        return 2
    def on_exit():
        return 3
    """)


def test_threads_and_forks_are_recorded(tmp_path: Path) -> None:
    """A process books what ran when it is told, forks and at its end."""
    (tmp_path / "program.py").write_text(PARTS)
    desk = Desk(tmp_path)
    env = {
        **os.environ,
        "PYTHONPATH": str(HOOKS),
        "PROOF_FOLDER": str(tmp_path),
        "PROOF_OWN": str(tmp_path),
        "PROOF_CONTEXT": START,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"joined\n"
    desk.tell("tokens::test_x")
    process.communicate(b"\n", timeout=30)
    ran = read_records(tmp_path)
    path = str(tmp_path / "program.py")
    assert [ran.entered(path, [line]) for line in (2, 4, 6)] == [
        {START},
        {"tokens::test_x"},
        {"tokens::test_x"},
    ]

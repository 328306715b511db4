"""The proof of the ledger: what is recorded, and what is judged."""

import ast
import os
import socket
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from textwrap import dedent

import pytest
from coverage.numbits import nums_to_numbits

from compare import ROOT, Unknown
from compare.ledger import prove, recording
from compare.ledger.capabilities import Capabilities, Cell, Code, Remark
from compare.ledger.commands import run_proof
from compare.ledger.enough import LONG
from compare.ledger.executed import (
    BETWEEN,
    COMMAND,
    START,
    Executed,
    read_records,
)
from compare.ledger.members import members
from compare.ledger.proof import AT_START, DECLARES, Judge, complaints, parts
from compare.ledger.recording import HOOKS, Desk
from compare.ledger.suite import Red

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


@pytest.mark.parametrize(
    ("first", "executed", "said"),
    [
        (5, False, "did not run while tests/test_tokens.py ran"),
        (3, DECLARES, "has nothing to run: name who is called"),
    ],
)
def test_a_builtin_that_is_not_involved_is_found(
    folder: Path, first: int, executed: bool | str, said: str
) -> None:
    """A lie: what is named of the framework does nothing here."""
    found, told = judged(folder, *ALL, first=first)
    assert found["flask:get"]["executed"] == executed
    assert told == [f"tokens.flask: flask:get {said}"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("#!/usr/bin/env python3\nimport app\n\napp.main()\n", {2, 4}),
        ("#!/bin/sh\nexec python -m app\n", set()),
    ],
)
def test_a_program_without_a_suffix_is_to_be_run(
    folder: Path, text: str, lines: set[int]
) -> None:
    """By its first line; that of a shell only declares."""
    (folder / "run").write_text(text)
    found = list(parts(Cell((Code("run"),)), folder))
    assert found == [("run", folder / "run", lines)]


def test_a_run_that_records_nothing_proves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorder that never starts does not make the map true."""
    monkeypatch.setattr(prove, "record", lambda *arguments: [])
    found = Capabilities({"tokens": {"flask": CELL}})
    with pytest.raises(Red, match="flask: nothing was recorded of tokens"):
        prove.examine(found, "flask", ["tokens"], True, {}, print)


def test_a_chapter_that_does_not_exist_is_refused() -> None:
    """It would be proved by running nothing."""
    with pytest.raises(Unknown, match="CAP=tokenz: expected one of routing"):
        run_proof(Namespace(names=[], only=["tokenz"]))


def test_tests_that_are_left_out_exist() -> None:
    """A test that was renamed is no longer left out."""
    names = {
        node.name
        for path in (ROOT / "tests").glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert names >= LONG


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


OWN = ("app/tokens.py", ISSUE, "app/tokens.py::issue")
THEIRS = ("flask.py", GET, "flask:get")


@pytest.mark.parametrize(("usual", "rare"), [(OWN, THEIRS), (THEIRS, OWN)])
def test_a_function_that_others_enter_far_more_often_is_found(
    folder: Path,
    usual: tuple[str, list[int], str],
    rare: tuple[str, list[int], str],
) -> None:
    """One test of many touches it by chance: it belongs elsewhere.

    Even if it runs while a server starts, and whosever it is.
    """
    often = [(usual[0], f"tokens::test_{n}", usual[1]) for n in range(30)]
    others = [(rare[0], name, rare[1]) for name in ("search::test_x", START)]
    _, told = judged(folder, *ALL, *often, *others)
    assert told == [
        f"tokens.flask: {rare[2]} is entered by tests/test_search.py over 25 "
        "times as often as by tests/test_tokens.py"
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
    from program import before_another, in_child, in_thread, on_exit
    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    print("joined", flush=True)
    input()
    if not os.fork():
        in_child()
        os._exit(0)
    os.wait()
    if not os.fork():
        before_another()
        os.execv("/bin/true", ["true"])
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
    def before_another():
        return 4
    """)


def test_threads_and_forks_are_recorded(tmp_path: Path) -> None:
    """A process books what ran when it is told, forks and at its end."""
    (tmp_path / "program.py").write_text(PARTS)
    env = {
        **os.environ,
        "PYTHONPATH": str(HOOKS),
        "PROOF_FOLDER": str(tmp_path),
        "PROOF_OWN": str(tmp_path),
        "PROOF_CONTEXT": START,
    }
    with (
        Desk(tmp_path) as desk,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=tmp_path,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process,
    ):
        assert process.stdout.readline() == b"joined\n"
        desk.tell("tokens::test_x")
        process.communicate(b"\n", timeout=30)
    ran = read_records(tmp_path)
    path = str(tmp_path / "program.py")
    assert [ran.entered(path, [line]) for line in (2, 4, 6, 8)] == [
        {START},
        {"tokens::test_x"},
        {"tokens::test_x"},
        {"tokens::test_x"},
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [("", "no answer"), ("OSError('full')\n", r"OSError\('full'\)")],
)
def test_a_process_that_does_not_book_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, said: str
) -> None:
    """It would go on booking under the name of another test."""
    monkeypatch.setattr(recording, "SECONDS_TO_ANSWER", 0.01)
    with Desk(tmp_path) as desk, socket.socket(socket.AF_UNIX) as process:
        process.connect(str(tmp_path / "socket"))
        process.sendall(answer.encode())
        with pytest.raises(pytest.exit.Exception, match=said):
            desk.tell("tokens::test_x")


def test_a_process_that_has_ended_is_left_out(tmp_path: Path) -> None:
    """What ran in it is booked; the others go on."""
    with Desk(tmp_path) as desk:
        with socket.socket(socket.AF_UNIX) as process:
            process.connect(str(tmp_path / "socket"))
        desk.tell("tokens::test_x")
        assert desk.lines == []

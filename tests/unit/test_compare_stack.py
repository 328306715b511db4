"""The stack of a request: samples, whose code they show, and their sum."""

import os
import socket
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from compare.bench.calls import Call
from compare.bench.samples import Files, part_of, read_samples
from compare.bench.stack import SAMPLED, Cell
from compare.bench.wire import exchange, write_message
from compare.ledger.capabilities import folder_of

BURN = """
import time
def burn():
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass
"""
PACKAGES = "/x/lib/python3.11/site-packages"
PYTHON = ("/x/lib/python3.11/json/encoder.py", 200)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-%s: 2\r\nETag: a\r\n\r\n{}"


def sampled(tmp_path: Path, program: str) -> list:
    """Run a program with samples and return them."""
    environment = os.environ | {
        "PYTHONPATH": str(SAMPLED),
        "SAMPLES": str(tmp_path),
        "STEP": "0.01",
    }
    command = [sys.executable, "-c", program]
    subprocess.run(command, env=environment, check=True)
    return Files(tmp_path).read()


@pytest.mark.parametrize(
    "program",
    [
        f"{BURN}\nburn()",
        f"{BURN}\nimport os\nos.fork() and os.wait() or burn()",
        f"{BURN}\nfrom threading import Thread\nThread(target=burn).start()",
        f"import os, sys\nos.execv(sys.executable, "
        f"['python', '-c', {BURN + chr(10) + 'burn()'!r}])",
    ],
)
def test_a_process_is_sampled_where_it_works(
    program: str, tmp_path: Path
) -> None:
    """Also after a fork, in a thread, and as another program."""
    found = [one for one in sampled(tmp_path, program) if one]
    assert ("<string>", 5) in {frame for one in found for frame in one}


def test_files_are_read_on_from_where_they_were(tmp_path: Path) -> None:
    """What was read before is not read again."""
    files, path = Files(tmp_path), tmp_path / "1"
    text = 'Stack (most recent call first):\n  File "/a.py", line 3 in f\n'
    path.write_text(text)
    assert files.read() == [[("/a.py", 3)]]
    path.write_text(text + text.replace("3", "4"))
    assert files.read() == [[("/a.py", 4)]]


def test_each_sample_has_the_frames_of_its_own_stack() -> None:
    """A stack without frames is one, too."""
    text = (
        "Stack (most recent call first):\n  <no Python frame>\n"
        'Stack (most recent call first):\n  File "/b.py", line 1 in g\n'
        '  File "/c.py", line 2 in h\n'
    )
    assert read_samples(text) == [[], [("/b.py", 1), ("/c.py", 2)]]


@pytest.mark.parametrize(
    ("name", "files", "part"),
    [
        ("flask", ["gunicorn/workers/gthread.py"], "server"),
        ("flask", ["werkzeug/wsgi.py", "gunicorn/app.py"], "framework"),
        ("flask", ["pydantic/main.py", "flask/app.py"], "validation"),
        ("django", ["django/forms/forms.py"], "validation"),
        ("django", ["django/db/models/query.py"], "data"),
        ("fastapi", ["sqlalchemy/orm/query.py"], "data"),
        ("fastapi", ["starlette/routing.py"], "framework"),
        ("flask", [], "server"),
    ],
)
def test_a_sample_belongs_to_the_innermost_part(
    name: str, files: list[str], part: str
) -> None:
    """What Python's own modules do is their caller's."""
    sample = [PYTHON, *((f"{PACKAGES}/{file}", 1) for file in files)]
    assert part_of(sample, name) == part


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("app/api.py", "own"),
        ("app/validation.py", "validation"),
        ("app/storage.py", "data"),
        ("app/framework/routing.py", "framework"),
        ("app/framework/server.py", "server"),
    ],
)
def test_the_code_by_hand_is_parted_like_the_others(
    file: str, part: str
) -> None:
    """What stands for a framework or a server counts as one."""
    path = str(folder_of("stdlib") / file)
    assert part_of([PYTHON, (path, 1)], "stdlib") == part


def test_a_line_that_calls_the_driver_is_the_databases(
    tmp_path: Path,
) -> None:
    """But only when it is the innermost."""
    path = tmp_path / "data.py"
    path.write_text("rows = cursor.execute(sql)\nprint(rows)\n")
    api = (str(folder_of("flask") / "app" / "api.py"), 1)
    assert part_of([(str(path), 1), api], "flask") == "database"
    assert part_of([(str(path), 2), api], "flask") == "own"
    assert part_of([PYTHON, (str(path), 1), api], "flask") == "own"


@pytest.mark.parametrize(
    ("sampled", "number", "explained"),
    [(1.05, 105, True), (0.89, 89, False), (1.11, 111, False)],
)
def test_a_cell_is_explained_when_its_parts_add_up(
    sampled: float, number: int, explained: bool
) -> None:
    """A sum that is more than a tenth off explains nothing."""
    parts = Counter({"data": number - 10, "own": 10})
    cell = Cell("flask", "show_bookmark", 1000, 1.0, sampled, parts)
    assert sum(cell.stacked.values()) == pytest.approx(sampled / 1000)
    assert cell.stacked["own"] == pytest.approx(sampled / 100 / number)
    assert cell.deviation == pytest.approx(sampled - 1)
    assert cell.explained is explained


def answer_all(sock: socket.socket, answer: bytes) -> None:
    """Answer whatever comes, in two pieces, until the other end closes."""
    with suppress(ConnectionError):
        while sock.recv(65536):
            sock.sendall(answer[:-1])
            sock.sendall(answer[-1:])


def test_answers_come_in_the_order_of_the_messages() -> None:
    """Each has its status, headers of any case, and the whole body."""
    ours, theirs = socket.socketpair()
    Thread(
        target=answer_all, args=(theirs, ANSWER % b"LENGTH"), daemon=True
    ).start()
    message = write_message(Call("POST", "/a", 200, body={"b": 1}), "token")
    assert message.endswith(b'Content-Length: 8\r\n\r\n{"b": 1}')
    found = exchange([ours], [message, message])
    assert [(s, h["etag"], b) for s, h, b in found] == [(200, "a", b"{}")] * 2


def test_an_answer_without_a_length_is_refused() -> None:
    """Where its body ends cannot be known."""
    ours, theirs = socket.socketpair()
    Thread(
        target=answer_all, args=(theirs, ANSWER % b"Type"), daemon=True
    ).start()
    with pytest.raises(ValueError, match="without a length"):
        exchange([ours], [b"GET / HTTP/1.1\r\n\r\n"])

"""The grid of the README."""

from dataclasses import replace
from pathlib import Path

import pytest

from compare.ledger.capabilities import Capabilities, Cell, Code, Remark
from compare.ledger.grid import cell_text, contract_text, markdown, sum_lines

COMPANION = Remark("library", "flask_cors:CORS @ app/__init__.py")
SERVER = Remark("library", "gunicorn.config:Workers @ gunicorn.conf.py")
BUILTIN = Remark("builtin", "flask:Flask.get @ app/api.py")
PART = Remark("builtin", "werkzeug.http:http_date @ app/caching.py")
ABSENT = Remark("not_offered", "why", "others")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an implementation with a server and a contract line."""
    folder = tmp_path / "flask"
    (folder / "app" / "framework").mkdir(parents=True)
    (folder / "requirements.txt").write_text("Flask-Cors\ngunicorn\n")
    (folder / "app" / "api.py").write_text("import os\n\nA = 1\nB = 2\n")
    (folder / "app" / "bookmark_file.py").write_text("C = 3\n")
    text = "import socket\n\nD = 4\n"
    (folder / "app" / "framework" / "server.py").write_text(text)
    return folder


CODE = (Code("app/api.py"),)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(CODE), "by hand, 3 lines"),
        (Cell((Code("app/api.py", "A"),)), "by hand, 1 line"),
        (Cell(), "by hand, 0 lines"),
        (Cell(CODE, (BUILTIN,), by_hand=True), "by hand, 3 lines + Flask"),
        (Cell((), (BUILTIN,)), "automatic: Flask"),
        (Cell(CODE, (BUILTIN, PART)), "configured: Flask, 3 lines"),
        (Cell(CODE, (COMPANION,)), "library: Flask-Cors, 3 lines"),
        (Cell((), (SERVER, COMPANION)), "library: gunicorn + Flask-Cors"),
        (Cell((), (ABSENT,)), "not offered"),
    ],
)
def test_cell_text(folder: Path, cell: Cell, text: str) -> None:
    """A cell says its level, who does the main part, and what is left."""
    assert cell_text(cell, folder) == text


def test_a_file_of_the_spec_counts_where_it_is_served(folder: Path) -> None:
    """A description by hand is no less work for being elsewhere."""
    cell = Cell(CODE, (Remark("spec", "common-passwords.txt"),))
    text = cell_text(cell, folder)
    assert text == "by hand, 3 lines + 0 of common-passwords.txt"


def test_sums_keep_apart_what_is_the_same_and_the_server(
    folder: Path,
) -> None:
    """Own lines are all but these; the server's stand in the rows too."""
    server = Code("app/framework/server.py")
    found = Capabilities(
        {
            "tokens": {
                "flask": Cell(
                    (Code("app/api.py", "A"),),
                    contract=(Code("app/api.py", "B"),),
                )
            },
            "robustness": {"flask": Cell((replace(server, symbol="D"),))},
        },
        same=(Code("app/bookmark_file.py"),),
        server={"flask": Cell((server,))},
    )
    sums = sum_lines(found, "flask", folder)
    assert sums.same == {("app/bookmark_file.py", 1)}
    assert sums.server == {(server.file, 1), (server.file, 3)}
    assert sums.own == {("app/api.py", n) for n in (1, 3, 4)}
    assert sums.wiring == {("app/api.py", 1), (server.file, 1)}
    assert contract_text(sums) == "1 line (33.3%)"
    assert contract_text(replace(sums, contract=set())) == "0 lines"


def test_markdown_links_capabilities_and_not_sums() -> None:
    """A capability leads to its chapter, deviations to their list."""
    names = ("tokens", "own lines", "wiring", "deviations")
    lines = markdown([[name, "1", "2", "3", "4"] for name in names])
    assert lines.splitlines()[2:] == [
        "| [tokens](spec/tokens.md) | 1 | 2 | 3 | 4 |",
        "| **own lines** | **1** | **2** | **3** | **4** |",
        "| *wiring* | 1 | 2 | 3 | 4 |",
        "| [*deviations*](implementations/README.md#deviations)"
        " | 1 | 2 | 3 | 4 |",
    ]

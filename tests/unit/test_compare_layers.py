"""The layers: what they are made of, and the page that shows them."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rich.console import Console

from compare import IMPLEMENTATIONS, ROOT
from compare.bench import instructions, layers
from compare.bench.inprocess import PARTS
from compare.bench.seeded import Account, make_account
from compare.ledger.capabilities import folder_of, load
from compare.report import answers
from compare.report import layers as page
from compare.report.build import shared
from compare.report.material import Material
from compare.report.site import Site
from tests.support.servers import Server

# Written anew for each answer, or by the server and not by the application.
CHANGING = {"date", "server", "x-request-id", "connection", "keep-alive"}
ASK = """
import asyncio, json, sys
from compare.bench import inprocess
from compare.bench.calls import Call
name, part, token, *paths = sys.argv[1:]
app = inprocess.load(name, part)
for path in paths:
    request = inprocess.make_request(Call("GET", path, 200), "")
    if name == "fastapi":
        scopes = [inprocess.make_scope(request, token)]
        _, [answer] = asyncio.run(inprocess.call_asgi(app, scopes))
    else:
        environs = [inprocess.make_environ(request, token)]
        _, [answer] = inprocess.call_wsgi(app, environs)
    status, headers, body = answer
    print(json.dumps([status, dict(headers), json.loads(body)]))
"""
KEYS = [
    ("bare", "show_health", False),
    *(("bare", o, checked) for o in layers.OPERATIONS for checked in (1, 0)),
    *(("floor", o, False) for o in layers.OPERATIONS),
    *(("whole", o, False) for o in ("show_health", *layers.OPERATIONS)),
    *(("asynchronous", o, False) for o in layers.READS),
]
COST = {"bare": 0.9, "floor": 1.0, "whole": 1.2, "asynchronous": 1.8}


@pytest.fixture(params=IMPLEMENTATIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a server of each implementation."""
    with Server(request.param) as server:
        yield server


@pytest.fixture
def account(server: Server, tmp_path: Path) -> Account:
    """Give an account with two bookmarks."""
    path = tmp_path / "bookmarks.json"
    return make_account(server.url, "reader", "correct horse", 2, path)


def test_every_part_answers_like_the_implementation(
    server: Server, account: Account
) -> None:
    """It has the same documents and, if it is not bare, the same headers."""
    name = server.implementation
    [first, _] = account.read().bookmarks
    paths = [f"/api/bookmarks/{first['id']}", "/api/bookmarks?per_page=1"]
    headers = {
        "Accept-Encoding": "identity",
        "Authorization": f"Bearer {account.token}",
    }
    real = [
        requests.get(server.url + path, headers=headers, timeout=10)
        for path in paths
    ]
    for part in parts_of(name):
        found = in_process(server, part, account.token, paths)
        assert [status for status, _, _ in found] == [200, 200]
        assert [b for _, _, b in found] == [answer.json() for answer in real]
        assert part == "bare" or [
            lasting(headers) for _, headers, _ in found
        ] == [lasting(answer.headers) for answer in real]


def parts_of(name: str) -> list[str]:
    """Name the parts that an implementation has."""
    return [part for part, places in PARTS.items() if name in places]


def in_process(server: Server, part: str, *arguments: object) -> list:
    """Ask a part in a process of its own, with a server's database."""
    token, paths = arguments
    done = subprocess.run(
        [
            *(sys.executable, "-c", ASK, server.implementation, part),
            *(token, *paths),
        ],
        cwd=folder_of(server.implementation),
        env={**server.environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lasting(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers that are the same each time."""
    lower = {name.lower(): value for name, value in headers.items()}
    return {k: v for k, v in lower.items() if k not in CHANGING}


def test_the_asynchronous_part_is_left_out_where_its_driver_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is measured for two reads, and only where it can run."""
    parts = ["whole", "bare", "floor", "asynchronous"]
    assert layers.kinds("fastapi") == parts
    assert layers.stages("asynchronous", "create_bookmark") == ()
    assert layers.stages("floor", "create_bookmark") == (False,)
    assert layers.stages("bare", "create_bookmark") == (True, False)
    monkeypatch.setattr(layers, "find_spec", lambda module: None)
    assert layers.kinds("fastapi") == parts[:-1]


def test_a_table_has_the_ratio_to_the_floor() -> None:
    """Each whole is divided by its floor."""
    costs = {
        (name, part, operation, bool(checked)): [COST[part], 2 * COST[part]]
        for name in IMPLEMENTATIONS
        for part, operation, checked in KEYS
        if name in PARTS[part]
    }
    console = Console(width=180, file=io.StringIO())
    console.print(layers.draw(costs, "show_bookmark"))
    text = console.file.getvalue()
    assert text.count("×1.20 (1.20–1.20)") == len(IMPLEMENTATIONS)
    assert text.count("×1.80 (1.80–1.80)") == 1


def counts_of(name: str) -> instructions.Counts:
    """Make two counts of each stage."""
    return {
        (name, part, operation, bool(checked)): [1000, 1009]
        for part, operation, checked in KEYS
        if part != "asynchronous"
    }


def test_counts_that_differ_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two counts more than 1 % apart are no counts."""
    counts = counts_of("flask")
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    monkeypatch.setattr(instructions, "count_all", lambda only: counts)
    assert instructions.run(["flask"]) == 0
    counts["flask", "bare", "show_health", False] = [1000, 1011]
    assert instructions.run(["flask"]) == 1


def test_counts_of_others_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each implementation has its last counts, once."""
    monkeypatch.setattr(instructions, "FILE", tmp_path / "counts.json")
    for name in ("flask", "django", "flask"):
        instructions.keep(name, counts_of(name))
    names = [row["implementation"] for row in instructions.read()]
    each = len(counts_of("flask"))
    assert names == ["django"] * each + ["flask"] * each


def test_without_a_run_the_published_ratios_tell_who_is_fastest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no ratio is told; without a trace no reason is given."""
    figures = {
        **dict.fromkeys(("date", "python", "revision", "rounds"), "x"),
        "machine": {"cpu": "x", "cores": 2},
        "agree": [29, 30],
        "ratios": {"show_bookmark": {"flask": [11.0, 8.27, 14.6]}},
        "pairs": [["show_home", "django", "flask", 1.7, "dearer"]],
    }
    monkeypatch.setattr(answers, "read_figures", lambda: figures)
    material = Material(tmp_path, load())
    speed = answers.speed(material)
    material.latest, material.before = {"arms": {"stdlib": {}}}, None
    assert answers.speed(material) == speed
    _, flask, *_ = speed.rows
    assert flask[0] == "Flask"
    assert dict(zip(speed.columns, flask[1], strict=True)) == {
        "mixed session": "–",
        "show_bookmark": "×11.0 (8.27–14.6)",
        "list_bookmarks": "–",
        "create_bookmark": "–",
        "create_token (sign-in)": "–",
    }
    assert list(speed.short.values()) == [
        "Standard library in 1 of 1 operations.",
        "Sign-in apart, the frameworks need 11.0 times (show_bookmark) to "
        "11.0 times (show_bookmark) as much.",
        "Two runs agree in 29 of 30 ratios. How long a user waits is "
        "another question.",
    ]
    sure, pairs = speed.sure
    assert "29 of 30 ratios agree" in sure
    assert "`show_home` (Django needs 1.7 times Flask’s)" in pairs
    assert "none in `show_bookmark`" in pairs


def test_what_takes_the_time_is_told_dearest_first() -> None:
    """As shares of the whole; the many small ones are left out."""
    packages = {"a": 2.0, "b": 8.0, "c": 5.0, "d": 4.0, "e": 1.0}
    told = answers.dearest({"packages": packages})
    assert told == "b 40%, c 25%, d 20%"


def test_a_fork_is_counted_by_its_own_log(tmp_path: Path) -> None:
    """What valgrind prints at the end of a process is read."""
    log = tmp_path / "123"
    log.write_text("==123== Events    : Ir\n==123== Collected : 4567\n")
    assert instructions.read_count(log) == 4567


def stack(deviation: float, explained: bool) -> dict:
    """Make a cell as it is kept."""
    parts = ("server", "framework", "validation", "data", "database", "own")
    return {
        "implementation": "flask",
        "operation": "show_bookmark",
        "samples": 600,
        "seen": 0.98,
        "measured": 1e-3,
        "stacked": dict.fromkeys(parts, (1 + deviation) / 6e3),
        "deviation": deviation,
        "explained": explained,
    }


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Write the results of all tools."""
    found = {
        "layers": [
            {
                "implementation": name,
                "part": part,
                "operation": operation,
                "checked": bool(checked),
                "seconds": [COST[part] / 1000, COST[part] / 500],
            }
            for name in IMPLEMENTATIONS
            for part, operation, checked in KEYS
            if name in PARTS[part]
        ],
        "stack": [stack(0.05, True), stack(0.125, False)],
        "servers": [
            {
                "application": "flask",
                "server": "granian",
                "seconds": [1e-4],
                "own": False,
                "ratio": "×0.50",
                "bounds": "0.49–0.51",
            }
        ],
    }
    for name, rows in found.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    return tmp_path


def build(results: Path) -> str:
    """Write the page and return it."""
    material = Material(results, load())
    site = Site(results / "report", shared(material))
    page.write(site, material)
    return (results / "report" / "layers.html").read_text("utf-8")


def test_the_page_shows_what_was_measured(results: Path) -> None:
    """Ratios to the floor, stacks that are not explained, other servers."""
    text = build(results)
    assert text.count("×1.20 (1.20–1.20) &gt;") == 12
    assert text.count("×1.50 (1.50–1.50)") == len(layers.READS)
    assert text.count("+12.5%, 98% sampled: not explained") == 1
    assert text.count("+5.0%, 98% sampled;") == 1
    assert "×0.50 (0.49–0.51)" in text
    assert "python -m compare instructions" in text


def test_the_page_names_the_commands_that_are_missing(tmp_path: Path) -> None:
    """Without results there is a command for each part."""
    text = build(tmp_path)
    assert "<code>make layers</code>" in text
    for command in ("instructions", "stack", "servers"):
        line = f"<code>.venv/bin/python -m compare {command}</code>"
        assert line in text

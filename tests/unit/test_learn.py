"""The levels: in order, complete, and each needs nothing later."""

import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from http.server import (
    BaseHTTPRequestHandler,
    HTTPServer,
    ThreadingHTTPServer,
)
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.conftest import reason_of_setting
from tests.learn import quiet, show
from tests.learn.course import Outcome
from tests.learn.levels import read_ladder
from tests.learn.progress import note, read_progress
from tests.learn.watch import times, watch
from tests.support import report
from tests.support.failure import Failure
from tests.support.servers import ORIGINS
from tests.support.target import BadTarget, check_admin, check_target

LADDER = read_ladder()
RULES = report.load_rules()
ALL = Counter(rule for level in LADDER.levels for rule in level.rules)
MUST = Failure("test_x", "status: expected 404, got 200", ["ROUTING-1"])
SHOULD = Failure("test_y", "status: expected 405, got 200", ["ROUTING-3"])


def learn(*arguments: str) -> subprocess.CompletedProcess:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.learn", *arguments],
        cwd=report.ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def half_done() -> Iterator[str]:
    """Serve what knows no path but answers health in words of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            body = b'{"status": "up"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_each_rule_of_a_url_is_on_one_level() -> None:
    """What can be tried from outside is on exactly one level."""
    tried = {rule.id for rule in RULES.values() if not rule.managed}
    assert Counter(tried) == ALL


def test_each_managed_rule_waits_on_one_level() -> None:
    """What needs `run` is listed once, by its id."""
    waiting = Counter(
        rule
        for level in LADDER.levels
        for rule in LADDER.waiting(level, RULES)
    )
    managed = {rule.id for rule in RULES.values() if rule.managed}
    assert waiting == Counter(managed)


def test_levels_name_what_there_is() -> None:
    """Chapters, operations and exceptions are those of spec and suite."""
    read = {name for level in LADDER.levels for name in level.read}
    chapters = {path.stem for path in report.SPEC.glob("*.md")}
    assert read - chapters == set()
    names = {name.partition("[")[0] for name in LADDER.exceptions}
    suite = "".join(
        path.read_text("utf-8")
        for path in sorted((report.ROOT / "tests").glob("test_*.py"))
    )
    assert [one for one in names if one.strip("*") not in suite] == []


def test_a_level_needs_nothing_later() -> None:
    """Level 2 is whole on a server from which all later ones are cut."""
    done = learn("--prove", "--level", "2")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mistake_leads_to_its_rule(half_done: str, tmp_path: Path) -> None:
    """The first failure is that of the first rule, and all fits a screen."""
    done = learn(half_done, "--keep", str(tmp_path / "learn.json"))
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[-1] == "next: HEALTH-1, read spec/health.md"
    assert "First failure: tests/test_health.py::" in done.stdout
    assert len(lines) <= 40


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "which server"),
        ("127.0.0.1:8000", "begins with http://"),
        ("https://127.0.0.1", "without TLS"),
        ("http://127.0.0.1:1/shelf", "at the path /"),
        ("http://127.0.0.1:99999", "out of range"),
        ("http://127.0.0.1:1", "start your server"),
    ],
)
def test_bad_address_is_told_in_a_line(url: str, says: str) -> None:
    """An address that cannot be tried is refused in one line."""
    with pytest.raises(BadTarget, match=says) as caught:
        check_target(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 404])
def test_an_administrator_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Only a server that knows sign-ins can refuse one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            self.send_error(status)

        def log_message(self, *arguments: object) -> None:
            pass

    monkeypatch.setenv("ADMIN_USERNAME", "root_1")
    monkeypatch.setenv("ADMIN_PASSWORD", "wrong")
    wrong = pytest.raises(BadTarget, match="ADMIN_USERNAME=root_1 does not")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.handle_request, daemon=True)
        serving.start()
        with wrong if status == 401 else nullcontext():
            check_admin(f"http://127.0.0.1:{server.server_port}")
        serving.join()


@pytest.mark.parametrize("given", ["", "https://app.example", ORIGINS])
def test_origins_that_nobody_told_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """What CORS needs of a server that runs is said in a line."""
    monkeypatch.setenv("CORS_ORIGINS", given)
    reason = reason_of_setting(SimpleNamespace(fixturenames=["allowing"]))
    told = str(reason).startswith(f"needs CORS_ORIGINS={ORIGINS}")
    assert told == (given != ORIGINS)


def test_a_should_does_not_stop_a_level(tmp_path: Path) -> None:
    """Only a MUST that is broken keeps a level from being whole."""
    advised, broken = Outcome(), Outcome()
    advised.failures = [SHOULD]
    broken.failures = [SHOULD, MUST]
    file = tmp_path / "learn.json"
    note("http://a", 1, advised, file)
    note("http://a", 2, broken, file)
    kept = read_progress("http://a", file)
    assert [kept[1]["whole"], kept[2]["whole"]] == [True, False]
    assert show.ladder_line(LADDER, kept).startswith("1✓ 2✗ 3·")


def test_failures_of_one_cause_are_told_once() -> None:
    """The rules of a cause, and the whole name of one of its tests."""
    more = [
        Failure(f"{n}[{'x' * 200}]", MUST.says, ["ERRORS-1"]) for n in range(3)
    ]
    lines = show.causes_lines(MUST, [MUST, *more, SHOULD])
    assert lines[1:] == [
        "4 more failed; all of them: results/learn.html",
        "3 × status: expected 404, got 200 (ERRORS-1)",
        "    " + more[0].test,
        "1 × status: expected 405, got 200 (ROUTING-3)",
        "    test_y",
    ]


def test_a_rule_is_good_when_all_of_its_tests_were_tried() -> None:
    """A run that stopped early has not seen all."""
    outcome = Outcome()
    outcome.planned.update({"A-1": 2, "A-2": 1, "A-3": 1})
    outcome.passed.update({"A-1": 1, "A-2": 1})
    outcome.failed.update(["A-3"])
    rules = ("A-1", "A-2", "A-3", "A-4")
    assert [outcome.mark(rule) for rule in rules] == ["·", "✓", "✗", "–"]


def test_dropped_connections_are_told() -> None:
    """They are counted, whole or not, and no line says that there are none."""
    level, outcome = LADDER.levels[0], Outcome(dropped=3)
    said = "  ~ 3 connections closed without Connection: close"
    assert said in show.passed_lines(level, outcome)
    assert said in show.level_lines(level, outcome, RULES, LADDER)
    assert len(show.passed_lines(level, Outcome())) == 1


def test_a_whole_level_says_what_comes_next() -> None:
    """The next level with its chapters; after the last one nothing."""
    lines = show.onward_lines(LADDER.levels[0], Outcome(), LADDER)
    assert lines[-1].startswith('next: LEVEL=2 "')
    assert f"read spec/{LADDER.levels[1].read[0]}.md" in lines[-1]
    last = show.onward_lines(LADDER.levels[-1], Outcome(), LADDER)
    assert "next: " not in "\n".join(last)
    advice = show.next_line(SHOULD, [], RULES)
    assert advice == "you may: ROUTING-3, read spec/routing.md"


@pytest.mark.parametrize("below", [".", "packages", "elsewhere"])
def test_only_what_a_test_wrote_is_imported_anew(
    monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """The suite and its packages stay, also in a temporary folder."""
    root = Path(tempfile.gettempdir(), "shelf")
    monkeypatch.setattr(quiet, "ROOT", root)
    monkeypatch.setattr(sys, "prefix", str(root.with_name("packages")))
    place = root / "x.py" if below == "." else root.with_name(below) / "x.py"
    module = ModuleType("made_by_a_test")
    module.__file__ = str(place)
    monkeypatch.setattr(sys, "modules", {"made_by_a_test": module})
    quiet.forget_temporary_modules()
    assert ("made_by_a_test" in sys.modules) == (below != "elsewhere")


def test_watch_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It is told in a line, before anything is run."""
    with pytest.raises(BadTarget, match="DIR=.*/x: no such folder"):
        watch(lambda: 0, str(tmp_path / "x"))


def test_watch_sees_a_change(tmp_path: Path) -> None:
    """A file that is new changes what is watched, a hidden one does not."""
    before = times(str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").touch()
    assert times(str(tmp_path)) == before
    (tmp_path / "server.py").touch()
    assert times(str(tmp_path)) != before

"""The measure of WSGI servers."""

import socket
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from compare.bench import servers


@pytest.mark.parametrize("name", ["stdlib", "gunicorn"])
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", nullcontext()),
        ("503 No", pytest.raises(ValueError, match="503")),
    ],
)
def test_a_server_answers_with_the_application(
    name: str, status: str, outcome: AbstractContextManager, tmp_path: Path
) -> None:
    """Each command serves, and what is not 200 ends the measure."""
    text = servers.APPLICATION.replace("200 OK", status)
    (tmp_path / "trivial.py").write_text(text, "utf-8")
    with (
        servers.started(name, str(tmp_path)) as (_, port),
        socket.create_connection(("127.0.0.1", port), 10) as sock,
        outcome,
    ):
        servers.exchange([sock], 5)


def test_a_line_has_the_ratio_to_the_server() -> None:
    """The ratio is that of stdlib, with its interval."""
    costs = {"stdlib": [1e-5, 2e-5], "granian": [2e-5, 4e-5]}
    line = servers.describe("granian", costs)
    assert line.split() == ["granian", "30.0", "µs", "0.50", "(0.50", "to",
                            "0.50)"]  # fmt: skip


def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Only what is there is measured, and the rest is said."""
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    monkeypatch.setattr(servers, "choose_cores", lambda: None)
    monkeypatch.setattr(servers, "measure", lambda name, folder: 1e-5)
    assert servers.run(2) == 0
    printed = capsys.readouterr().out
    for name in ("gunicorn", "granian", "waitress", "cheroot"):
        assert f"{name}: not installed, not measured" in printed
    assert "stdlib      10.0 µs   1.00 (1.00 to 1.00)" in printed

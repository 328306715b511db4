"""The measure of servers, each with several applications."""

from contextlib import AbstractContextManager, nullcontext

import pytest

from compare.bench import applications, servers
from compare.bench.wire import connected

COSTS = {
    ("nothing", "stdlib"): [1e-5, 2e-5],
    ("nothing", "granian"): [2e-5, 4e-5],
}


@pytest.mark.parametrize(
    ("application", "server"),
    [
        ("nothing", "stdlib"),
        ("nothing", "gunicorn"),
        ("flask", "stdlib"),
        ("nothing, ASGI", "uvicorn h11"),
    ],
)
def test_a_server_answers_with_the_application(
    application: str, server: str
) -> None:
    """Each command serves, also on the server of another implementation."""
    with (
        servers.started(application, server) as (_, port),
        connected(port, 2) as sockets,
    ):
        servers.send(sockets, 5)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("200 OK", nullcontext()),
        ("503 No", pytest.raises(ValueError, match="503")),
    ],
)
def test_what_is_not_200_ends_the_measure(
    status: str,
    outcome: AbstractContextManager,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No figure is made of errors."""
    text = applications.WSGI.replace("200 OK", status)
    monkeypatch.setitem(
        applications.APPLICATIONS, "nothing", ("wsgi", "stdlib", text)
    )
    with (
        servers.started("nothing", "stdlib") as (_, port),
        connected(port, 1) as sockets,
        outcome,
    ):
        servers.send(sockets, 1)


def test_a_row_has_the_ratio_to_the_applications_own_server() -> None:
    """What is not the server in production has a ratio with bounds."""
    own, other = servers.describe(COSTS)
    assert own["own"]
    assert (other["own"], other["ratio"]) == (False, "×2.00")
    assert other["bounds"] == "2.00–2.00"


def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Only what is there is measured, and the rest is said."""
    monkeypatch.setattr(servers, "find_spec", lambda module: None)
    found = {server for _, server in servers.installed()}
    assert found == {"stdlib", "uvicorn h11"}
    printed = capsys.readouterr().out
    for name in ("gunicorn", "granian", "waitress", "uvicorn httptools"):
        assert f"{name}: not installed, not measured" in printed

"""The fuzzer: what counts as found."""

import sys

import pytest

from tests.fuzzing import description as fuzz


@pytest.mark.parametrize(
    ("statuses", "status"),
    [([0, 0], 0), ([0, 1], 1), ([-9, 0], 1), ([0, fuzz.TOO_LONG], 1), ([], 1)],
)
def test_whatever_is_not_zero_is_red(
    monkeypatch: pytest.MonkeyPatch, statuses: list[int], status: int
) -> None:
    """A fuzzer that was killed has not found that all is well."""
    left = list(statuses)
    monkeypatch.setattr(fuzz, "fuzz", lambda _: left.pop(0))
    assert fuzz.main(["stdlib"] * len(statuses)) == status


def test_an_unknown_implementation_is_one_line(
    capsys: pytest.CaptureFixture,
) -> None:
    """Exit 2, before anything is run."""
    assert fuzz.main(["nonsense"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_fuzzer_that_hangs_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is a limit."""
    monkeypatch.setattr(fuzz, "SECONDS", 0.2)
    command = [sys.executable, "-c", "import time; time.sleep(9)"]
    assert fuzz.run(command, {}) == fuzz.TOO_LONG

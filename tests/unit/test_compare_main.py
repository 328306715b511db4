"""The command line of the tools: bad words are told in one line."""

import sys

import pytest

from compare.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "bench", "line"),
    [
        (["bench"], "nonsense", "BENCH=nonsense: expected one of smoke"),
        (["diff", "--from", "x", "--to", "flask"], "", "FROM=x: expected"),
        (["diff", "--from", "flask", "--to", "x"], "", "TO=x: expected"),
        (
            ["diff", "--from", "flask", "--to", "django", "--cap", "x"],
            "",
            "CAP=x: expected one of ",
        ),
    ],
)
def test_an_unknown_word_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    arguments: list[str],
    bench: str,
    line: str,
) -> None:
    """Exit 2, with a line that says what is accepted; nothing is run."""
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    monkeypatch.setenv("BENCH", bench)
    assert main() == 2
    told = capsys.readouterr().err
    assert told.startswith(line)
    assert told.count("\n") == 1

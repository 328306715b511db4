"""Which cores server and generator run on."""

import os
from pathlib import Path

import pytest

from compare.bench import usage


@pytest.mark.parametrize(
    ("cores", "lists", "chosen", "shared"),
    [
        ({0}, ["0"], None, False),
        ({0, 1}, ["0", "1"], (0, 1), False),
        ({0, 1}, ["0-1", "0-1"], (0, 1), True),
        ({0, 1, 2, 3}, ["0,3", "1-2", "1-2", "0,3"], (0, 2), False),
        ({0, 1, 2, 3}, [], (0, 3), False),
    ],
)
def test_two_physical_cores_are_taken_where_there_are(
    cores: set[int],
    lists: list[str],
    chosen: tuple[int, int] | None,
    shared: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Siblings are taken last, and told; elsewhere each core is one."""
    for number, text in enumerate(lists):
        (tmp_path / f"{number}").write_text(f"{text}\n", "ascii")
    monkeypatch.setattr(usage, "SIBLINGS", f"{tmp_path}/{{}}")
    monkeypatch.setattr(
        os, "sched_getaffinity", lambda _: cores, raising=False
    )
    assert usage.choose_cores() == chosen
    assert usage.share_a_core(chosen) is shared

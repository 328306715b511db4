"""What is published of a benchmark: picture and sentences."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from compare.bench import publish, sittings

ARMS = {"stdlib": 1.0, "flask": 2.0, "django": 3.0, "stdlib again": 1.0}
OPERATIONS = {"show_bookmark": 2.0, "create_token": 1.0, "session": 1.0}


def sitting(number: int, **more: Any) -> dict[str, Any]:
    """Make a sitting of three rounds."""
    windows = [
        {
            "round": turn,
            "arm": arm,
            "operation": operation,
            "requests": 1000,
            "seconds": 2.0,
            "server_cpu": 1.5 * factor**power * (1 + share),
            "tries": 1,
            "halves": (1.0, 1.0),
            "generator_cpu": 1.0,
            "memory_bytes": 1,
            "stolen": 0.0,
            "others": 0.0,
        }
        for arm, factor in ARMS.items()
        for operation, power in OPERATIONS.items()
        for turn, share in ((1, 0.001), (2, -0.001), (3, 0.0005))
    ]
    for window in windows[: 3 * len(OPERATIONS)]:
        window["server_cpu"] *= 1.0005 - window["round"] / 5000
    return {
        "schema": sittings.SCHEMA,
        "started": f"2026-01-0{number}T00:00:00+00:00",
        "plan": {"mode": "full"},
        "rounds": 3,
        "versions": {"revision": "abc"},
        "machine": {"cpu": "a <cpu>", "cores": 2, "python": "3.11.7"},
        "baseline": "stdlib",
        "again": "stdlib again",
        "arms": {arm: {} for arm in ARMS},
        "failed": {},
        "windows": windows,
        **more,
    }


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for results, picture and README."""
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "PICTURE", tmp_path / "benchmark.svg")
    monkeypatch.setattr(publish, "README", tmp_path / "README.md")
    monkeypatch.setattr(
        publish, "read_sittings", lambda: sittings.read_sittings(tmp_path)
    )
    text = "before\n<!-- benchmark -->\nstale\n<!-- /benchmark -->\nafter\n"
    (tmp_path / "README.md").write_text(text, "utf-8")
    return tmp_path


def keep(folder: Path, *found: dict[str, Any]) -> None:
    """Write sittings as the benchmark does."""
    for number, results in enumerate(found):
        path = folder / f"bench-{number}.json"
        path.write_text(json.dumps(results), "utf-8")


def test_two_fit_sittings_are_published(places: Path) -> None:
    """Picture and README show the ratios, and say the same."""
    keep(places, sitting(1), sitting(2))
    assert publish.publish("full") == 0
    picture = ElementTree.parse(places / "benchmark.svg").getroot()
    assert picture.tag.endswith("svg")
    text = (places / "README.md").read_text("utf-8")
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "stale" not in text
    assert publish.benchmark_section() in text
    lines = publish.benchmark_section().splitlines()
    assert len(lines) == 5
    assert "2026-01-02 on a <cpu> with 2 cores and Python 3.11.7" in lines[0]
    assert "6 of 6 ratios agree" in lines[0]
    assert "Flask ×2.0 (2.00–2.00), Django ×3.0 (3.00–3.00)" in lines[1]
    assert "library in `show_bookmark`, up to ×9.0" in lines[2]
    assert "`show_bookmark` (Django needs 2.2 times Flask’s)" in lines[3]
    assert "2 of 2 comparisons" in lines[3]
    assert "came to 1.00 (1.00–1.00) of itself" in lines[4]


@pytest.mark.parametrize(
    "second",
    [
        None,
        {"plan": {"mode": "default"}},
        {"versions": {"revision": "other"}},
        {"failed": {"flask": "status 500"}},
    ],
)
def test_one_sitting_is_not_published(
    places: Path,
    second: dict[str, Any] | None,
    capsys: pytest.CaptureFixture,
) -> None:
    """Another mode, another revision, or a failure is no second one."""
    keep(places, sitting(1), *([sitting(2) | second] if second else []))
    assert publish.publish("full") == 1
    assert "make bench BENCH=full" in capsys.readouterr().err
    assert not (places / "benchmark.svg").exists()
    assert "stale" in (places / "README.md").read_text("utf-8")

"""A run of the suite that breaks off: its results must tell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PLUGIN = """
def pytest_runtest_logreport(report):
    if report.when == "teardown":
        raise {}
"""


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ValueError"])
def test_a_run_that_breaks_off_has_no_footer(
    tmp_path: Path, error: str
) -> None:
    """Whatever ends it early, no footer says that it came to its end."""
    (tmp_path / "breaking.py").write_text(PLUGIN.format(error))
    results = tmp_path / "results.jsonl"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + ["-p", "breaking", str(TESTS / "test_health.py")],
        env={
            **os.environ,
            "IMPL": "stdlib",
            "RESULTS": str(results),
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert lines[0]["kind"] == "header"
    assert lines[-1]["kind"] != "footer"

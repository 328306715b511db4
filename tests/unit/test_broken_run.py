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


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:8000", "an address begins with http://"),
        ("http://127.0.0.1:8000/shelf", "expect the service at the path /"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, says: str) -> None:
    """It is told in a line, and not as a server that does not answer."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(TESTS / "test_health.py")],
        env={**os.environ, "URL": url},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: URL={url}: " in done.stderr
    assert says in done.stderr

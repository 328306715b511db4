"""What is known of earlier runs, in results/learn.json."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.learn.course import Outcome
from tests.support.report import ROOT

FILE = ROOT / "results" / "learn.json"


def read_progress(url: str, file: Path) -> dict[int, dict]:
    """Return what each level of a server was when it was last run."""
    if not file.exists():
        return {}
    servers = json.loads(file.read_text("utf-8"))
    return {int(n): one for n, one in servers.get(url, {}).items()}


def note(url: str, level: int, outcome: Outcome, file: Path) -> None:
    """Keep what a level is now."""
    servers = json.loads(file.read_text("utf-8")) if file.exists() else {}
    servers.setdefault(url, {})[str(level)] = {
        "whole": outcome.whole,
        "tests": outcome.tests,
        "failed": len(outcome.failures),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(servers, indent=1), "utf-8")

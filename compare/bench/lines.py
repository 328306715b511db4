"""Talk to a process in lines of JSON."""

import json
import subprocess
from contextlib import suppress
from typing import Any


def ask(process: subprocess.Popen[str], job: dict[str, Any]) -> Any:
    """Send one object and return the answer, None if the process ended."""
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    line = process.stdout.readline()
    return json.loads(line) if line else None

"""The `curl` lines of the notes, run against a server.

A step is a line that begins with `curl`, with the lines that continue it,
and the comment below it: the status that all four answer, and after the
name of one what that one answers instead ("# 404; Flask, Django: 400").
Other lines prepare the steps, or show what has no one status.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from compare.ledger.grid import TITLES

HEADING = "\n## Try it\n"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
STEP = re.compile(
    r"^curl (?P<rest>(?:[^\n]*\\\n)*[^\n]*)\n"
    r"(?P<said># \d{3}\b[^\n]*\n(?:# [^\n]*\n)*)",
    re.MULTILINE,
)
# Statuses of the steps go to the file of that number.
SHOWN = """shown() {
  command curl -s -m 20 -w '%{stderr}%{http_code}\\n' "$@" 2>>"$STATUSES"
}
"""
USUAL = "http://127.0.0.1:8000"
SECONDS = 60


@dataclass(frozen=True)
class Seen:
    """A step, the status that is promised, and the last that came."""

    command: str
    promised: int
    came: int


def examples(text: str) -> str:
    """Return the block of a note that may be pasted."""
    found = BLOCK.findall(text.partition(HEADING)[2])
    return "".join(found)


def promised(said: str, implementation: str) -> int:
    """Read what a comment promises of one implementation."""
    for names, status in re.findall(r"([A-Z][\w, ]*): (\d{3})\b", said):
        if TITLES[implementation] in names.split(", "):
            return int(status)
    return int(said[2:5])


def run(block: str, implementation: str, url: str, folder: Path) -> list[Seen]:
    """Run a block against a server, in a folder; return its steps."""
    statuses = folder / "statuses"
    statuses.write_text("")
    steps = list(STEP.finditer(block))
    marked = STEP.sub(
        lambda m: f'echo step >>"$STATUSES"\nshown {m["rest"]}\n', block
    )
    subprocess.run(
        ["bash", "-c", SHOWN + marked.replace(USUAL, url)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "STATUSES": str(statuses)},
        capture_output=True,
        timeout=SECONDS,
    )
    came = statuses.read_text().split("step\n")[1:]
    return [
        Seen(
            m["rest"],
            promised(m["said"], implementation),
            int((lines.split() or ["0"])[-1]),
        )
        for m, lines in zip(steps, came, strict=True)
    ]

"""One request in ten steps, with what each step really had in hand.

The texts stand in notes/learn.md, a section for each step: a line that
names places in the code of the standard-library version, paragraphs, and a
question as a quotation. The values come from a run, by witness.py.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from compare.ledger.capabilities import Code, folder_of, parse_code
from compare.ledger.source import find_symbol

TEXT = Path(__file__).parent / "notes" / "learn.md"
WITNESS = Path(__file__).with_name("witness.py")
FOLDER = folder_of("stdlib")
PLACE = re.compile(r"`stdlib/([^`]+::[^`]+)`")
SECONDS = 30
VALUE = "Value when it returned"


@dataclass(frozen=True)
class Step:
    """One step: texts in Markdown, places, and values by place."""

    title: str
    text: str
    question: str
    places: tuple[Code, ...]
    values: dict[str, str]

    @property
    def code(self) -> list[tuple[str, str, str]]:
        """Return what to show as (caption, language, text)."""
        shown = []
        for place in self.places:
            shown.append((str(place), "python", source_of(place)))
            if str(place) in self.values:
                shown.append((VALUE, "text", self.values[str(place)]))
        return shown


def introduction() -> str:
    """Return what stands before the first step, in Markdown."""
    return sections()[0]


def steps() -> list[Step]:
    """Return the steps, with the values of a run that is made now."""
    values = witness()
    return [read_step(section, values) for section in sections()[1:]]


def sections() -> list[str]:
    """Cut the text before each of its headings."""
    return TEXT.read_text("utf-8").split("\n## ")


def read_step(section: str, values: dict[str, str]) -> Step:
    """Take a section apart; values are those of its places."""
    title, places, *rest = section.strip().split("\n\n")
    text = [part for part in rest if not part.startswith(">")]
    asked = [part for part in rest if part.startswith(">")]
    return Step(
        title,
        "\n\n".join(text),
        re.sub("^> ?", "", "\n".join(asked), flags=re.MULTILINE),
        tuple(map(parse_code, PLACE.findall(places))),
        values,
    )


def witness() -> dict[str, str]:
    """Serve one request and return what its functions had in hand."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(WITNESS)],
            cwd=FOLDER,
            env={
                "PATH": os.environ.get("PATH", ""),
                "DATABASE_URL": f"sqlite:///{folder}/shelf.db",
                "SECRET_KEY": secrets.token_hex(32),
                "LOG_LEVEL": "error",
            },
            stdout=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    return json.loads(done.stdout)


def source_of(place: Code) -> str:
    """Return the source of a symbol, without the indent of its class."""
    text = (FOLDER / place.file).read_text("utf-8")
    first, last = find_symbol(text, place.symbol) or (1, 0)
    return dedent("\n".join(text.splitlines()[first - 1 : last]))

"""What the frameworks' own tools write of a change."""

import io
import os
import subprocess
import sys
import tokenize
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

from compare.ledger.source import SILENT, python_code_lines

ALEMBIC = """\
import sys
from alembic import command
from alembic.config import Config
message, number = sys.argv[1:]
config = Config("alembic.ini")
{revise}command.revision(config, message, autogenerate=True, rev_id=number)
"""
IN_FLASK = "from app import create_app\nwith create_app().app_context(): "


@dataclass(frozen=True)
class Tool:
    """A tool that writes migrations into a folder of the implementation.

    `command` is what follows Python; {name} and {number} are put in.
    """

    name: str
    folder: str
    command: tuple[str, ...]


def alembic(revise: str = "") -> Tool:
    """Describe `alembic revision --autogenerate`."""
    program = ALEMBIC.format(revise=revise)
    return Tool(
        "alembic revision --autogenerate",
        "app/migrations/versions",
        ("-c", program, "{name}", "{number}"),
    )


TOOLS = {
    "flask": alembic(IN_FLASK),
    "django": Tool(
        "makemigrations",
        "app/migrations",
        ("manage.py", "makemigrations", "app", "--name", "{name}"),
    ),
    "fastapi": alembic(),
}


class ToolFailed(Exception):
    """Says which tool wrote nothing, and what it said."""


def write_again(tool: Tool, migration: Path, root: Path) -> str:
    """Let a tool write a migration that is there; return what it writes.

    `root` is the folder of the implementation. Raises ToolFailed.
    """
    kept = migration.read_bytes()
    migration.unlink()
    try:
        before = set(migration.parent.glob("*.py"))
        number, _, name = migration.stem.partition("_")
        said = run_tool(tool, name, number, root)
        made = set(migration.parent.glob("*.py")) - before
        if len(made) != 1:
            raise ToolFailed(f"{tool.name} wrote no migration:\n{said}")
        path = made.pop()
        text = path.read_text("utf-8")
        path.unlink()
        return text
    finally:
        migration.write_bytes(kept)


def run_tool(tool: Tool, name: str, number: str, root: Path) -> str:
    """Run a tool beside a database that has had the other steps."""
    words = [word.format(name=name, number=number) for word in tool.command]
    with TemporaryDirectory() as folder:
        programs = str(Path(sys.executable).parent)
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/shelf.db",
            "PATH": programs + os.pathsep + os.environ.get("PATH", ""),
        }
        said = ""
        for command in ([root / "run", "migrate"], [sys.executable, *words]):
            done = subprocess.run(
                command,
                cwd=root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )
            said += done.stdout + done.stderr
    return said


def share(kept: str, made: str) -> tuple[int, int]:
    """Count the lines of a migration that are a tool's, and the others.

    Layout, comments and docstrings aside: a line is the tool's if the tool
    wrote all its words.
    """
    words = words_of(kept)
    matcher = SequenceMatcher(
        a=[word for word, _ in words],
        b=[word for word, _ in words_of(made)],
        autojunk=False,
    )
    same = {
        index
        for block in matcher.get_matching_blocks()
        for index in range(block.a, block.a + block.size)
    }
    lines = {line for _, line in words}
    own = {line for i, (_, line) in enumerate(words) if i not in same}
    return len(lines - own), len(own)


def words_of(text: str) -> list[tuple[str, int]]:
    """Return names and values of Python source with their lines."""
    code = python_code_lines(text)
    return [
        (token.string.replace("'", '"'), token.start[0])
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in SILENT
        and token.type != tokenize.OP
        and token.start[0] in code
    ]

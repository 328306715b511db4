"""The trace of SQL statements, on programs that reach SQLite each way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.statements import Trace

BY_HAND = """
import sqlite3
db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE t (a TEXT)")
db.execute("INSERT INTO t VALUES (?)", ["x\\ny"])
db.execute("  SELECT a FROM t").fetchall()
"""
SQLALCHEMY = """
from sqlalchemy import create_engine, text
with create_engine("sqlite://").connect() as db:
    db.execute(text("SELECT 1"))
    db.execute(text("SELECT 2"))
"""
DJANGO = """
import django
from django.conf import settings
from django.db import connection
engine = "django.db.backends.sqlite3"
settings.configure(DATABASES={"default": {"ENGINE": engine, "NAME": "x.db"}})
django.setup()
for number in "12":
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + number)
"""
FORKED = """
import os, sqlite3
for _ in "12":
    if not os.fork():
        sqlite3.connect(":memory:").execute("SELECT 1")
        os._exit(0)
os.wait(), os.wait()
"""


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Give a trace with nothing in it."""
    made = Trace(tmp_path / "statements")
    made.file.touch()
    return made


def run(trace: Trace, program: str) -> None:
    """Run a program whose statements are traced."""
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **trace.environment()},
        cwd=trace.file.parent,
        check=True,
        timeout=30,
    )


@pytest.mark.parametrize(
    "program",
    [BY_HAND, SQLALCHEMY, DJANGO, FORKED],
    ids=["by hand", "SQLAlchemy", "Django", "forked"],
)
def test_two_statements_are_seen(trace: Trace, program: str) -> None:
    """Each of the programs reads or writes rows twice."""
    with trace.during() as first:
        run(trace, program)
    with trace.during() as second:
        run(trace, program)
    own = [one for one in first if "sqlite_" not in one]  # not Django's
    assert len(own) == 2, first
    assert first == second


def test_statements_are_lines(trace: Trace) -> None:
    """A line break inside of a statement does not make two of it."""
    run(trace, BY_HAND)
    assert trace.read() == [
        "INSERT INTO t VALUES ('x y')",
        "SELECT a FROM t",
    ]

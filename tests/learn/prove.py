"""Prove that the tests of a level need nothing that comes later."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.learn import show
from tests.learn.course import RULES, Outcome, run_levels
from tests.learn.levels import Ladder, Level, read_ladder
from tests.support.client import PASSWORD, unique
from tests.support.servers import ORIGINS, Server

CUT = Path(__file__).with_name("cut.py")


@contextmanager
def cut_server(level: int) -> Iterator[Server]:
    """Serve a level and those before it, with all that `start` asks for."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "run")
        run.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{CUT}" {level} "$@"\n'
        )
        run.chmod(0o755)
        with Server(folder, {"CORS_ORIGINS": ORIGINS}) as server:
            name = unique()
            server.run("create-admin", name, input=PASSWORD + "\n")
            os.environ |= {
                "ADMIN_USERNAME": name,
                "ADMIN_PASSWORD": PASSWORD,
                "CORS_ORIGINS": ORIGINS,
            }
            yield server


def run_cut(ladder: Ladder, level: Level) -> Outcome:
    """Run the tests of a level against a server that ends with it."""
    with cut_server(level.number) as server:
        return run_levels(server.url, ladder, [level])


def prove(only: int | None = None) -> int:
    """Prove all levels, or one; return the exit status."""
    ladder = read_ladder()
    red = 0
    for level in ladder.levels:
        if not level.rules or only not in (None, level.number):
            continue
        outcome = run_cut(ladder, level)
        empty = [rule for rule in level.rules if not outcome.passed[rule]]
        proved = not (outcome.failures or outcome.left or empty)
        red += not proved
        print(
            f"{'✓' if proved else '✗'} {level.number:2} {level.title}: "
            f"{outcome.tests} tests, {outcome.seconds:.1f} s",
            flush=True,
        )
        for failure in outcome.failures:
            print(show.cut(f"    {failure.test}: {failure.cause}"))
        for line in show.named("no test on this level", empty):
            print(line)
    return min(red, 1)


def check_folder(folder: str, reach: int) -> int:
    """Run the first levels against the server of a folder with a `run`."""
    ladder = read_ladder()
    with Server(folder) as server:
        for level in ladder.levels[:reach]:
            outcome = run_levels(server.url, ladder, [level])
            print(*show.passed_lines(level, outcome), sep="\n", flush=True)
            if not outcome.whole:
                print(
                    *show.failure_lines(outcome.failed_musts[0], RULES),
                    sep="\n",
                )
                return 1
    return 0

"""Run the standard-library implementation without all later levels.

python tests/learn/cut.py LEVEL VERB …   as its own `run VERB …` would
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "implementations" / "stdlib")]


def cut(
    paths: dict[re.Pattern[str], dict[str, Callable]], level: int
) -> dict[re.Pattern[str], dict[str, Callable]]:
    """Leave out the operations and pages that come after a level."""
    from tests.learn.levels import read_ladder

    ladder = read_ladder()
    kept = {}
    for pattern, operations in paths.items():
        path = re.sub(r"\(.*?\)", "1", pattern.pattern)
        here = {
            method: operation
            for method, operation in operations.items()
            if 1
            <= ladder.of_need(path) + ladder.of_need(operation.__name__)
            <= level
        }
        if here:
            kept[pattern] = here
    return kept


def main() -> None:
    """Take the level from the arguments and leave the rest to `run`."""
    level = int(sys.argv.pop(1))
    from app import cli, wsgi

    wsgi.router.paths = cut(wsgi.router.paths, level)
    cli.main()


if __name__ == "__main__":
    main()

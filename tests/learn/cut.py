"""Run the standard-library implementation without all later levels.

python tests/learn/cut.py LEVEL VERB …   as its own `run VERB …` would
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "implementations" / "stdlib")]

from tests.learn.levels import read_ladder  # noqa: E402


def cut(
    paths: dict[re.Pattern[str], dict[str, Callable]], level: int
) -> dict[re.Pattern[str], dict[str, Callable]]:
    """Leave out the operations and pages that come after a level."""
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


def without(application: Callable, level: int) -> Callable:
    """Keep parameters and headers that come after a level from a WSGI app."""
    later = read_ladder().levels[level:]
    parameters = {name for one in later for name in one.parameters}
    headers = {name for one in later for name in one.headers}

    def less(
        environ: dict[str, Any], start_response: Callable
    ) -> Iterable[bytes]:
        environ["QUERY_STRING"] = "&".join(
            pair
            for pair in environ["QUERY_STRING"].split("&")
            if unquote(pair.partition("=")[0]) not in parameters
        )

        def start(status: str, fields: list, *more: Any) -> Callable:
            kept = [one for one in fields if one[0] not in headers]
            return start_response(status, kept, *more)

        return application(environ, start)

    return less


def main() -> None:
    """Take the level from the arguments and leave the rest to `run`."""
    level = int(sys.argv.pop(1))
    from app import wsgi

    wsgi.router.paths = cut(wsgi.router.paths, level)
    wsgi.application = without(wsgi.application, level)
    from app import cli  # takes the application as it is now

    cli.main()


if __name__ == "__main__":
    main()

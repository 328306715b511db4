"""The command line of the tools: `python -m compare …`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from compare import IMPLEMENTATIONS, ROOT

MODES = ("full", "smoke")


class Unknown(Exception):
    """Says which word is unknown, and what is accepted."""


def known(name: str, value: str, accepted: Sequence[str]) -> str:
    """Return a word that is accepted; raises Unknown."""
    if value not in accepted:
        raise Unknown(f"{name}={value}: expected one of {', '.join(accepted)}")
    return value


def main() -> int:
    """Run one command and return its exit status."""
    arguments = make_parser().parse_args()
    try:
        return arguments.command(arguments)
    except Unknown as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The pager was left; nobody reads what the shutdown would flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def make_parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(prog="compare")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="hold the map true")
    check.set_defaults(command=run_check)
    grid = commands.add_parser("grid", help="what the documents show")
    grid.add_argument("--check", action="store_true")
    grid.add_argument("--write", action="store_true")
    grid.set_defaults(command=run_grid)
    openapi = commands.add_parser("openapi", help="the copies as JSON")
    openapi.add_argument("--write", action="store_true")
    openapi.set_defaults(command=run_openapi)
    add_diff(commands)
    add_bench(commands)
    servers = commands.add_parser("servers", help="the cost of WSGI servers")
    servers.add_argument("--rounds", type=int, default=7)
    servers.set_defaults(command=run_servers)
    table = commands.add_parser("table", help="the results of make test-all")
    table.add_argument("files", nargs="+", type=Path)
    table.set_defaults(command=run_table)
    return parser


def add_diff(commands: argparse._SubParsersAction) -> None:
    """Describe `diff`."""
    diff = commands.add_parser("diff", help="two implementations abreast")
    diff.add_argument("--from", dest="left", required=True)
    diff.add_argument("--to", dest="right", required=True)
    diff.add_argument("--cap", help="these capabilities only, commas between")
    diff.add_argument("--full", action="store_true", help="show whole files")
    diff.add_argument("--width", type=int, help="columns to draw in")
    diff.set_defaults(command=run_diff)


def add_bench(commands: argparse._SubParsersAction) -> None:
    """Describe `bench`."""
    bench = commands.add_parser("bench", help="load all four, compare cost")
    bench.add_argument(
        "--smoke",
        action="store_true",
        help="prove that it works, in two minutes (or BENCH=smoke)",
    )
    bench.add_argument("--seed", type=int, help="repeat a random order")
    bench.add_argument(
        "--only",
        nargs="+",
        choices=IMPLEMENTATIONS,
        help="fewer implementations",
    )
    bench.set_defaults(command=run_bench)


def run_check(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the map; 1 if anything is."""
    from compare.check import run_checks

    complaints = run_checks()
    print("\n".join(complaints) or "capabilities.toml: true")
    return 1 if complaints else 0


def run_grid(arguments: argparse.Namespace) -> int:
    """Print the grid, or check or write what the documents show."""
    from compare.capabilities import load
    from compare.diff import make_console
    from compare.grid import grid_rows, terminal_grid
    from compare.sections import refresh

    try:
        found = load()
        if not arguments.check and not arguments.write:
            make_console(None).print(terminal_grid(grid_rows(found)))
            return 0
        stale = refresh(found, arguments.write)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for section in stale:
        done = "written" if arguments.write else "is stale: `make grid`"
        print(section, done)
    return 1 if stale and not arguments.write else 0


def run_openapi(arguments: argparse.Namespace) -> int:
    """Name the stale copies of the OpenAPI file, or write them anew."""
    from compare.capabilities import folder_of
    from compare.openapi import read_spec, render, stale_copies

    content = render(read_spec())
    folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
    stale = list(stale_copies(folders, content))
    for path in stale:
        if arguments.write:
            path.write_bytes(content)
        done = "written" if arguments.write else "is stale"
        print(path.relative_to(ROOT), done)
    return 1 if stale and not arguments.write else 0


def run_diff(arguments: argparse.Namespace) -> int:
    """Print two implementations side by side; raises Unknown."""
    from compare.capabilities import load
    from compare.diff import make_console, show_diff

    known("FROM", arguments.left, IMPLEMENTATIONS)
    known("TO", arguments.right, IMPLEMENTATIONS)
    found = load()
    capabilities = (arguments.cap or "").replace(",", " ").split()
    for capability in capabilities:
        known("CAP", capability, list(found.rows))
    show_diff(
        found,
        arguments.left,
        arguments.right,
        capabilities,
        arguments.full,
        make_console(arguments.width),
    )
    return 0


def run_bench(arguments: argparse.Namespace) -> int:
    """Measure; 1 if a server failed a check; raises Unknown."""
    mode = known("BENCH", os.environ.get("BENCH") or "full", MODES)
    from compare.bench import run

    return run(
        arguments.smoke or mode == "smoke",
        arguments.seed,
        tuple(arguments.only or IMPLEMENTATIONS),
    )


def run_servers(arguments: argparse.Namespace) -> int:
    """Print what a request costs on each WSGI server."""
    from compare.servers import run

    return run(arguments.rounds)


def run_table(arguments: argparse.Namespace) -> int:
    """Print the results of the tests; 1 if any failed or was blocked."""
    from compare.diff import make_console
    from compare.table import show_results

    return show_results(arguments.files, make_console(None))


if __name__ == "__main__":
    sys.exit(main())

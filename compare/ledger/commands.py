"""The commands `check`, `prove`, `grid` and `openapi`."""

import argparse
import sys

from compare import IMPLEMENTATIONS, ROOT, known


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the commands."""
    check = commands.add_parser("check", help="hold the map true")
    check.set_defaults(command=run_check)
    proof = commands.add_parser("prove", help="prove the map by a run")
    proof.add_argument("names", nargs="*", metavar="IMPLEMENTATION")
    proof.add_argument("--only", nargs="+", default=[], metavar="CAP")
    proof.set_defaults(command=run_proof)
    grid = commands.add_parser("grid", help="what the documents show")
    grid.add_argument("--check", action="store_true")
    grid.add_argument("--write", action="store_true")
    grid.set_defaults(command=run_grid)
    openapi = commands.add_parser("openapi", help="the copies as JSON")
    openapi.add_argument("--write", action="store_true")
    openapi.set_defaults(command=run_openapi)


def run_proof(arguments: argparse.Namespace) -> int:
    """Print what no run bears out; 1 if anything is, or none could run."""
    from compare.ledger.capabilities import load
    from compare.ledger.prove import prove
    from compare.ledger.suite import Red

    names = [known("IMPL", n, IMPLEMENTATIONS) for n in arguments.names]
    chapters = tuple(load().rows)
    only = [known("CAP", c, chapters) for c in arguments.only]
    try:
        untrue, summary = prove(names or IMPLEMENTATIONS, only)
    except Red as red:
        print(red, file=sys.stderr)
        return 1
    print("\n".join([*untrue, summary]))
    return 1 if untrue else 0


def run_check(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the map; 1 if anything is."""
    from compare.ledger.check import run_checks

    complaints = run_checks()
    print("\n".join(complaints) or "capabilities.toml: true")
    return 1 if complaints else 0


def run_grid(arguments: argparse.Namespace) -> int:
    """Print the grid, or check or write what the documents show."""
    from rich.console import Console

    from compare.ledger.capabilities import folder_of, load
    from compare.ledger.functions import find_functions, write_functions
    from compare.ledger.grid import grid_rows, terminal_grid
    from compare.ledger.sections import refresh

    try:
        found = load()
        if not arguments.check and not arguments.write:
            Console().print(terminal_grid(grid_rows(found)))
            return 0
        stale = refresh(found, arguments.write)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.write:
        folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
        if write_functions(find_functions(found, folders)):
            print("implementations/functions.toml written")
    for section in stale:
        done = "written" if arguments.write else "is stale: `make grid`"
        print(section, done)
    return 1 if stale and not arguments.write else 0


def run_openapi(arguments: argparse.Namespace) -> int:
    """Name the stale copies of the OpenAPI file, or write them anew."""
    from compare.ledger.capabilities import folder_of
    from compare.ledger.openapi import read_spec, render, stale_copies

    content = render(read_spec())
    folders = {name: folder_of(name) for name in IMPLEMENTATIONS}
    stale = list(stale_copies(folders, content))
    for path in stale:
        if arguments.write:
            path.write_bytes(content)
        done = "written" if arguments.write else "is stale"
        print(path.relative_to(ROOT), done)
    return 1 if stale and not arguments.write else 0

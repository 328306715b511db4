"""The commands `table` and `beside`."""

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the commands."""
    table = commands.add_parser("table", help="the results of make test-all")
    table.add_argument("files", nargs="+", type=Path)
    table.set_defaults(command=run_table)
    beside = commands.add_parser(
        "beside", help="the results of one more server beside the four"
    )
    beside.add_argument("file", type=Path)
    beside.set_defaults(command=run_beside)


def run_table(arguments: argparse.Namespace) -> int:
    """Print the results of the tests; 1 if any failed or was blocked."""
    from rich.console import Console

    from compare.results.table import show_results

    return show_results(arguments.files, Console(highlight=False))


def run_beside(arguments: argparse.Namespace) -> int:
    """Print the results of one more server; 1 if anything in it failed."""
    from rich.console import Console

    from compare.results.table import show_beside

    return show_beside(arguments.file, Console(highlight=False))

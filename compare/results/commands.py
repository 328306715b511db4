"""The command `table`."""

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    table = commands.add_parser("table", help="the results of make test-all")
    table.add_argument("files", nargs="+", type=Path)
    table.set_defaults(command=run_table)


def run_table(arguments: argparse.Namespace) -> int:
    """Print the results of the tests; 1 if any failed or was blocked."""
    from rich.console import Console

    from compare.results.table import show_results

    return show_results(arguments.files, Console(highlight=False))

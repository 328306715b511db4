"""The command `change`."""

import argparse
import sys


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    change = commands.add_parser("change", help="apply a change to a copy")
    change.add_argument("name", help="a folder of changes/")
    change.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Apply and test a change; 1 if it does not fit, or a test fails."""
    from rich.console import Console

    from compare.changes.copying import DoesNotApply
    from compare.changes.generated import ToolFailed
    from compare.changes.run import run_change
    from compare.changes.selection import NoTests

    try:
        return int(not run_change(arguments.name, Console()))
    except (DoesNotApply, NoTests, ToolFailed) as error:
        print(error, file=sys.stderr)
        return 1

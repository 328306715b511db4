"""The command line of the tools: `python -m compare …`."""

import argparse
import os
import sys
from importlib import import_module

from compare import Unknown

# Each has its commands in a module `commands`, which imports what a command
# needs when it runs.
TOOLS = ("ledger", "diff", "results", "bench", "trace", "report", "changes")


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
    for tool in TOOLS:
        import_module(f"compare.{tool}.commands").add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The command `diff`."""

import argparse

from compare import IMPLEMENTATIONS, known


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    diff = commands.add_parser(
        "diff", help="two implementations abreast, or one operation in all"
    )
    diff.add_argument("--from", dest="left", default="stdlib")
    diff.add_argument("--to", dest="right", default="flask")
    diff.add_argument("--cap", help="these capabilities only, commas between")
    diff.add_argument("--op", help="one operation, in all four")
    diff.add_argument("--width", type=int, help="columns to draw in")
    diff.add_argument("--html", action="store_true", help="write a page")
    diff.add_argument("--open", action="store_true", help="and show it")
    diff.set_defaults(command=run_diff)


def run_diff(arguments: argparse.Namespace) -> int:
    """Print a comparison, or write it as a page; raises Unknown."""
    from compare.diff import document, terminal
    from compare.diff.operation import operations
    from compare.ledger.capabilities import load

    found = load()
    is_page = arguments.html or arguments.open
    if arguments.op:
        known("OP", arguments.op, operations(found))
        form = document.operation if is_page else terminal.operation
        chosen = (arguments.op,)
    else:
        known("FROM", arguments.left, IMPLEMENTATIONS)
        known("TO", arguments.right, IMPLEMENTATIONS)
        form = document.difference if is_page else terminal.difference
        names = (arguments.cap or "").replace(",", " ").split()
        for name in names:
            known("CAP", name, list(found.rows))
        chosen = (arguments.left, arguments.right, names)
    if is_page:
        document.write(form(found, *chosen), arguments.open)
    else:
        terminal.show(form(found, *chosen), arguments.width)
    return 0

"""The command `diff`."""

import argparse

from compare import IMPLEMENTATIONS, known


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    diff = commands.add_parser("diff", help="two implementations abreast")
    diff.add_argument("--from", dest="left", required=True)
    diff.add_argument("--to", dest="right", required=True)
    diff.add_argument("--cap", help="these capabilities only, commas between")
    diff.add_argument("--full", action="store_true", help="show whole files")
    diff.add_argument("--width", type=int, help="columns to draw in")
    diff.set_defaults(command=run_diff)


def run_diff(arguments: argparse.Namespace) -> int:
    """Print two implementations side by side; raises Unknown."""
    from compare.diff.show import make_console, show_diff
    from compare.ledger.capabilities import load

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

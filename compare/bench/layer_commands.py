"""The commands `layers`, `instructions`, `stack` and `servers`."""

import argparse

from compare import IMPLEMENTATIONS


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the commands."""
    layers = commands.add_parser("layers", help="the cost without a server")
    layers.add_argument("--rounds", type=int, default=10)
    layers.set_defaults(command=run_layers)
    counts = commands.add_parser(
        "instructions", help="the same in instructions, by valgrind"
    )
    add_only(counts)
    counts.set_defaults(command=run_instructions)
    stack = commands.add_parser(
        "stack", help="whose code the CPU time of a request goes to"
    )
    stack.add_argument("--rounds", type=int, default=4)
    add_only(stack)
    stack.set_defaults(command=run_stack)
    servers = commands.add_parser(
        "servers", help="the cost of servers, each with several applications"
    )
    servers.add_argument("--rounds", type=int, default=7)
    servers.set_defaults(command=run_servers)


def add_only(command: argparse.ArgumentParser) -> None:
    """Let a command measure fewer implementations."""
    command.add_argument(
        "--only",
        nargs="+",
        choices=IMPLEMENTATIONS,
        default=list(IMPLEMENTATIONS),
        help="fewer implementations",
    )


def run_layers(arguments: argparse.Namespace) -> int:
    """Print what a request costs in process, layer by layer."""
    from compare.bench.layers import run

    return run(arguments.rounds)


def run_instructions(arguments: argparse.Namespace) -> int:
    """Print how many instructions a request takes, counted twice."""
    from compare.bench.instructions import run

    return run(arguments.only)


def run_stack(arguments: argparse.Namespace) -> int:
    """Print what the CPU time of a request is made of."""
    from compare.bench.stack import run

    return run(arguments.rounds, arguments.only)


def run_servers(arguments: argparse.Namespace) -> int:
    """Print what a request costs on each server."""
    from compare.bench.servers import run

    return run(arguments.rounds)

"""The commands `bench`, `layers` and `servers`."""

import argparse
import os

from compare import IMPLEMENTATIONS, known

MODES = ("smoke", "default", "full")


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the commands."""
    bench = commands.add_parser("bench", help="load all four, compare cost")
    bench.add_argument("--seed", type=int, help="repeat a random order")
    bench.add_argument(
        "--only",
        nargs="+",
        choices=IMPLEMENTATIONS,
        help="fewer implementations",
    )
    bench.add_argument(
        "--plant",
        type=float,
        default=0,
        metavar="SHARE",
        help="add an arm that is dearer by this share, such as 0.1",
    )
    bench.set_defaults(command=run_bench)
    layers = commands.add_parser("layers", help="the cost without a server")
    layers.add_argument("--rounds", type=int, default=10)
    layers.set_defaults(command=run_layers)
    servers = commands.add_parser("servers", help="the cost of WSGI servers")
    servers.add_argument("--rounds", type=int, default=7)
    servers.set_defaults(command=run_servers)


def run_bench(arguments: argparse.Namespace) -> int:
    """Measure; 1 if a server failed a check; raises Unknown."""
    mode = known("BENCH", os.environ.get("BENCH") or "default", MODES)
    from compare.bench.run import run

    only = tuple(arguments.only or IMPLEMENTATIONS)
    return run(mode, arguments.seed, only, arguments.plant)


def run_layers(arguments: argparse.Namespace) -> int:
    """Print what a request costs in process, layer by layer."""
    from compare.bench.layers import run

    return run(arguments.rounds)


def run_servers(arguments: argparse.Namespace) -> int:
    """Print what a request costs on each WSGI server."""
    from compare.bench.servers import run

    return run(arguments.rounds)

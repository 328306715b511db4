"""The commands of the benchmark, and those of the layers."""

import argparse
import os

from compare import IMPLEMENTATIONS, known
from compare.bench import layer_commands

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
        help="add a copy that needs this share more CPU time, such as 0.1",
    )
    bench.set_defaults(command=run_bench)
    for name, text, command in (
        ("curves", "how cost grows with rows, page and body", run_curves),
        ("latency", "how long an answer takes at fixed rates", run_latency),
    ):
        other = commands.add_parser(name, help=text)
        other.add_argument("--seed", type=int, help="repeat a random order")
        other.set_defaults(command=command)
    publish = commands.add_parser(
        "bench-publish", help="write the last full sitting into the README"
    )
    publish.add_argument("--mode", choices=MODES[1:], default="full")
    publish.set_defaults(command=run_publish)
    layer_commands.add(commands)


def mode_of() -> str:
    """Return how long to measure; raises Unknown."""
    return known("BENCH", os.environ.get("BENCH") or "default", MODES)


def run_bench(arguments: argparse.Namespace) -> int:
    """Measure; 1 if a server failed a check; raises Unknown."""
    from compare.bench.run import run

    only = tuple(arguments.only or IMPLEMENTATIONS)
    return run(mode_of(), arguments.seed, only, arguments.plant)


def run_curves(arguments: argparse.Namespace) -> int:
    """Measure the growth; 1 if a server failed a check; raises Unknown."""
    from compare.bench.curves import run

    return run(mode_of(), arguments.seed)


def run_latency(arguments: argparse.Namespace) -> int:
    """Measure delays; 1 if a server failed a check; raises Unknown."""
    from compare.bench.latency import run

    return run(mode_of(), arguments.seed)


def run_publish(arguments: argparse.Namespace) -> int:
    """Write docs/benchmark.svg; 1 without a fit sitting."""
    from compare.bench.publish import publish

    return publish(arguments.mode)

"""The command `trace`."""

import argparse
import json
import sys

from compare import known


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    trace = commands.add_parser(
        "trace", help="one request through each of the four, call by call"
    )
    trace.add_argument(
        "operation", nargs="?", default="create_bookmark", metavar="OPERATION"
    )
    trace.add_argument(
        "--depth", type=int, help="show so many levels of calls, too"
    )
    trace.add_argument(
        "--json", action="store_true", help="print the document instead"
    )
    trace.add_argument(
        "--all",
        action="store_true",
        help="trace all operations into results/traces",
    )
    trace.add_argument(
        "--check",
        action="store_true",
        help="compare the counts of docs/trace.svg with a new trace",
    )
    trace.add_argument(
        "--write", action="store_true", help="draw docs/trace.svg anew"
    )
    trace.set_defaults(command=run_trace)


def run_trace(arguments: argparse.Namespace) -> int:
    """Trace and show; 1 if that fails or is stale; raises Unknown."""
    from compare.trace.operations import OPERATIONS
    from compare.trace.server import Unsteady
    from compare.trace.world import Refused
    from tests.support.servers import NotUpError

    known("OP", arguments.operation, tuple(OPERATIONS))
    try:
        if arguments.check or arguments.write:
            from compare.trace.figures import refresh

            return refresh(arguments.write)
        if arguments.all:
            return trace_everything(list(OPERATIONS))
        return trace_one(arguments)
    except (Refused, Unsteady, NotUpError) as error:
        print(error, file=sys.stderr)
        return 1


def trace_everything(operations: list[str]) -> int:
    """Write the documents of all operations; 1 if a phase is idle."""
    from compare.trace.document import write_document
    from compare.trace.run import trace_all

    documents, idle = trace_all(operations, measure=True, say=print)
    for document in documents.values():
        write_document(document)
    for entry in idle:
        print(f"compare/trace/phases.toml names what is never called: {entry}")
    return 1 if idle else 0


def trace_one(arguments: argparse.Namespace) -> int:
    """Trace one operation, and show it in the terminal."""
    from rich.console import Console

    from compare.trace.document import write_document
    from compare.trace.run import trace_all
    from compare.trace.show import show

    errors = Console(stderr=True)
    documents, _ = trace_all([arguments.operation], True, errors.print)
    document = documents[arguments.operation]
    path = write_document(document)
    if arguments.json:
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        show(document, arguments.depth or 0, Console())
        errors.print(f"written: {path.name}")
    return 0

"""The command `report`."""

import argparse
import sys
import webbrowser

from compare import ROOT


def add(commands: argparse._SubParsersAction) -> None:
    """Describe the command."""
    report = commands.add_parser("report", help="all of it as pages")
    report.add_argument(
        "--open", action="store_true", help="show it in the browser"
    )
    report.set_defaults(command=run_report)


def run_report(arguments: argparse.Namespace) -> int:
    """Write the site to report/; 1 if a trace or a page is not right."""
    from compare.report.build import build
    from compare.report.site import TooLarge
    from compare.trace.server import Unsteady
    from compare.trace.world import Refused
    from tests.support.servers import NotUpError

    target = ROOT / "report"
    try:
        count = build(ROOT / "results", target)
    except (TooLarge, Refused, Unsteady, NotUpError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"report/index.html and {count - 1} other pages")
    if arguments.open:
        webbrowser.open((target / "index.html").as_uri())
    return 0

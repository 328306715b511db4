"""The comparisons as fragments of HTML, styled by diff.css."""

from collections import Counter
from collections.abc import Collection
from functools import cache

from jinja2 import Environment, PackageLoader
from jinja2.environment import TemplateModule

from compare import IMPLEMENTATIONS
from compare.diff.columns import Group
from compare.diff.markup import code_html, pair_panes
from compare.diff.operation import operation_groups
from compare.diff.pieces import TABLE, Piece
from compare.diff.sections import sections
from compare.diff.work import SAID
from compare.ledger.capabilities import Capabilities
from compare.ledger.grid import TITLES


def pair_html(
    found: Capabilities,
    left: str,
    right: str,
    capabilities: Collection[str] = (),
) -> str:
    """Write what differs between two implementations, by capability."""
    section, anchor = fragments().section, Anchors()
    return "".join(
        section(one, left, right, anchor)
        for one in sections(found, left, right, capabilities)
    )


def operation_html(found: Capabilities, operation: str) -> str:
    """Write one operation, with what it calls, in four columns."""
    return columns_html(operation_groups(found, operation), operation)


def columns_html(groups: list[Group], prefix: str) -> str:
    """Write four columns, whose headings are `#prefix-implementation`."""
    return fragments().columns(groups, IMPLEMENTATIONS, prefix, Anchors())


def fragments() -> TemplateModule:
    """Load the macros of the fragments."""
    return environment().get_template("fragments.html").module


@cache
def environment() -> Environment:
    """Set up the templates."""
    made = Environment(
        loader=PackageLoader("compare.diff"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        code_of=code_html,
        panes_of=pair_panes,
        said=SAID,
        titles=TITLES,
    )
    return made


class Anchors:
    """Gives each piece of a fragment an id: "fn-flask-create_token"."""

    def __init__(self) -> None:
        """Begin with none."""
        self.used: Counter[str] = Counter()

    def __call__(self, implementation: str, piece: Piece) -> str:
        """Make an id, with a number where another piece has that name.

        What has no name of its own has that of its file.
        """
        name = piece.name or piece.file
        if piece.kind == TABLE:
            name = f"table-{name}"
        found = f"fn-{implementation}-{name}"
        self.used[found] += 1
        number = self.used[found]
        return found if number == 1 else f"{found}-{number}"
